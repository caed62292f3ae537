"""How figures, dates and documents are written on a page. `{% load portal %}`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from elections.core.glossary import Explained, Facts
from elections.core.glossary import explain as explained_words
from elections.core.instants import instant_label, record_label
from elections.core.way import Way, way_of
from elections.core.words import day_label, dollar_label
from elections.models import Offer

register = template.Library()
# Raw HTML in a document is shown as text, and links can only lead to the web or to mail.
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


@register.filter
def shares(count: int) -> str:
    """A number of shares: 4500 as "4,500"."""
    return f"{count:,}"


@register.filter
def dollars(amount: Decimal) -> str:
    """USD: "$1,234.50", to the last decimal that is there."""
    return dollar_label(amount)


@register.filter
def percent(part: Decimal) -> str:
    """A part of one: 0.75 as "75%"."""
    return f"{(part * 100).normalize():f}%"


@register.filter
def in_fours(code: str) -> str:
    """A code to be typed off, in groups of four."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


@register.filter
def day(value: date) -> str:
    """A date: "January 20, 2003"."""
    return day_label(value)


@register.filter
def instant(value: datetime, offer: Offer) -> str:
    """An instant to the minute in both of the offer's zones."""
    return instant_label(value, zone=offer.zone, second_zone=offer.second_zone)


@register.filter
def record(value: datetime, offer: Offer) -> str:
    """A time of record to the microsecond in both of the offer's zones."""
    return record_label(value, zone=offer.zone, second_zone=offer.second_zone)


@register.filter
def moment(value: datetime, offer: Offer) -> str:
    """An instant to the minute in the offer's own zone: "January 15, 2003, 10:04 AM PST"."""
    here = value.astimezone(ZoneInfo(offer.zone))
    return f"{day_label(here)}, {clock(value, offer)}"


@register.filter
def clock(value: datetime, offer: Offer) -> str:
    """The time of day in the offer's own zone: "10:04 AM PST"."""
    here = value.astimezone(ZoneInfo(offer.zone))
    half = "AM" if here.hour < 12 else "PM"
    return f"{here.hour % 12 or 12}:{here.minute:02d} {half} {here.tzname()}"


@register.filter
@lru_cache(maxsize=64)  # a handful of documents, on page after page
def markdown(text: str, below: int = 1) -> SafeString:
    """A document as HTML, its headings `below` levels lower, since the page has its own first."""
    tokens = _markdown.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + below)}"
    html: str = _markdown.renderer.render(tokens, _markdown.options, {})
    return mark_safe(html)  # noqa: S308 -- raw HTML is off


@register.filter
def lower_first(text: str) -> str:
    """A word of the glossary as it stands inside a sentence; an abbreviation stays as it is."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


@register.inclusion_tag("portal/_words.html", takes_context=True)
def explain(context: Mapping[str, Any], words: str) -> dict[str, list[Explained]]:
    """What these words mean, folded up where they stand: `{% explain "vested iso" %}`."""
    portal = context["portal"]
    facts = facts_of(portal.offer, portal.timetable.new_grant_on)
    return {"explained": explained_words(words.split(), facts)}


def facts_of(offer: Offer, new_grant_on: date) -> Facts:
    """What the explanations name of this offer."""
    return Facts(
        company=offer.company,
        required_from=offer.required_from,
        ratio=offer.ratio,
        new_grant_on=new_grant_on,
    )


@register.inclusion_tag("portal/_way.html")
def way(kind: str, step: int) -> dict[str, Way]:
    """Where one is on the way to a receipt: `{% way "election" 2 %}`; step 0 is the receipt."""
    return {"way": way_of(kind, step)}
