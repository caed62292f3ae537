"""A letter of the portal, in words and ready to be laid out: as a PDF, as HTML, as plain text.

Also the phrases that more than one kind of letter uses. Every text that comes from the roster or
from a person goes through `one_line`, so that no name can forge a line, hide one or turn it round.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from elections.core.instants import instant_label, record_label
from elections.delivery.facts import FormKind, FormReference, OfferFacts

FORMS = {
    FormKind.ELECTION: "election",
    FormKind.WITHDRAWAL: "withdrawal",
    FormKind.DECLINE: "decision not to take part",
}
# Control characters, and those that make text run backwards.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Row:
    """A fact with its name."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the portal, and what one can do there."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """Something to know or do, under a heading."""

    title: str
    paragraphs: tuple[str, ...]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRow:
    """What a form says of one grant; `new_shares` is a dash for a grant kept."""

    number: str
    plan: str
    kind: str
    granted_on: str
    price: str
    outstanding: str
    decision: str
    new_shares: str
    exchanged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantTable:
    """Every grant of a form, and the totals."""

    caption: str
    rows: tuple[GrantRow, ...]
    totals: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The words of one mail, or of one PDF, in the order in which they stand.

    `table`, `digest`, `page` (this form's page of the portal) and `pdf` (its PDF's address) are
    None in a letter that is not about one form.
    """

    subject: str
    title: str
    company: str
    offer: str
    addressee: str
    lead: tuple[str, ...]
    rows: tuple[Row, ...]
    sections: tuple[Section, ...]
    table: GrantTable | None = None
    digest: str | None = None
    page: str | None = None
    pdf: str | None = None
    verify: str | None = None


def one_line(text: str) -> str:
    """The text as it may stand in a letter: in one line, and nothing in it but what can be read."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def counted(number: int, noun: str) -> str:
    """A number of things in words: "1 grant", "1,000 shares"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def to_the_minute(offer: OfferFacts, instant: datetime) -> str:
    """A deadline, in the offer's zone and the one beside it."""
    return instant_label(instant, zone=offer.zone, second_zone=offer.second_zone)


def to_the_microsecond(offer: OfferFacts, instant: datetime) -> str:
    """A time of record, in the offer's zone and the one beside it."""
    return record_label(instant, zone=offer.zone, second_zone=offer.second_zone)


def named(offer: OfferFacts, form: FormReference) -> str:
    """A form by receipt and time: "election 7K3MQ-9WD4X-42, received on January 15, ..."."""
    received = to_the_microsecond(offer, form.received_at)
    return f"{FORMS[form.kind]} {form.receipt}, received on {received}"


def law(offer: OfferFacts) -> str:
    """Whom to write to: "Vincent Roth, Michael Oswald or Lantronix Law Department (law@...)"."""
    *others, last = [one_line(contact) for contact in offer.contacts] or ["the Law Department"]
    people = f"{', '.join(others)} or {last}" if others else last
    return f"{people} ({offer.law_email})"


def election_link(offer: OfferFacts, label: str) -> Link:
    """The page on which to elect, or to decline."""
    return Link(label, f"{offer.portal_url}/election/")


def withdrawal_link(offer: OfferFacts) -> Link:
    """The page on which to withdraw."""
    return Link("Withdraw all or some grants", f"{offer.portal_url}/withdrawal/")
