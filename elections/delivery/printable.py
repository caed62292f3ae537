"""The forms to print, fill in by hand and send back: an election and a withdrawal, as PDF.

Made of plain facts, like the confirmation, and tagged for screen readers like it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from elections.core.terms import OptionKind
from elections.core.words import day_label, dollar_label
from elections.delivery.facts import FormKind, GrantFactsOnPaper, OfferFacts
from elections.delivery.letter import law, one_line, to_the_minute
from elections.delivery.pdf import write_pdf

SHEETS = ("pdf/confirmation.css", "pdf/printable.css")
# Terms are paragraphs and lists: no markup of their own, nothing to fetch, no headings.
_markdown = MarkdownIt("commonmark", {"html": False}).disable(["image", "heading", "lheading"])


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintableForm:
    """A form to print for one person, as things stood at `printed_at`.

    `kind` is an election or a withdrawal; `deadline` the one then in force. `terms` (Markdown) are
    those of the offer's own form, "" where it has none, `terms_version` its version.
    """

    offer: OfferFacts
    kind: FormKind
    employee_name: str
    employee_number: str
    grants: tuple[GrantFactsOnPaper, ...]
    deadline: datetime
    printed_at: datetime
    terms: str
    terms_version: int


def render_printable(form: PrintableForm) -> bytes:
    """The form as a PDF. Raises `elections.delivery.pdf.PdfError`."""
    page = render_to_string("pdf/printable.html", _context(form))
    identifier = hashlib.sha256(page.encode()).hexdigest().encode("ascii")
    return write_pdf(page, sheets=SHEETS, identifier=identifier)


def _context(form: PrintableForm) -> dict[str, Any]:
    offer = form.offer
    return {
        "title": f"{form.kind.capitalize()} form",
        "election": form.kind == FormKind.ELECTION,
        "company": one_line(offer.company),
        "offer": one_line(offer.title),
        "name": one_line(form.employee_name),
        "number": one_line(form.employee_number),
        "printed": to_the_minute(offer, form.printed_at),
        "written": form.printed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "deadline": to_the_minute(offer, form.deadline),
        "passed": form.printed_at >= form.deadline,
        "law": law(offer),
        "page": f"{offer.portal_url}/{form.kind}/",
        "required_from": day_label(offer.required_from),
        "any_required": any(grant.required for grant in form.grants),
        "any_iso": any(grant.kind == OptionKind.ISO for grant in form.grants),
        "grants": [_row(grant) for grant in form.grants],
        "terms": _html(form.terms),
        "terms_version": form.terms_version,
    }


def _row(grant: GrantFactsOnPaper) -> dict[str, Any]:
    return {
        "number": one_line(grant.number),
        "plan": one_line(grant.plan),
        "kind": grant.kind,
        "granted_on": day_label(grant.granted_on),
        "price": dollar_label(grant.exercise_price),
        "outstanding": f"{grant.outstanding:,}",
        "new_shares": f"{grant.new_shares:,}",
        "required": grant.required,
    }


def _html(terms: str) -> SafeString:
    return mark_safe(_markdown.render(terms))  # noqa: S308 -- raw HTML is off
