"""Plain facts for tests of the words, the PDF and the mail: no database in sight."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from elections.core.terms import Choice, OptionKind
from elections.delivery.facts import (
    Envelope,
    FormFacts,
    FormKind,
    FormReference,
    LineFacts,
    OfferFacts,
)

RECEIVED = datetime(2003, 1, 15, 18, 4, 5, 123456, tzinfo=UTC)
DEADLINE = datetime(2003, 1, 21, 5, 0, tzinfo=UTC)
DIGEST = "3f0c" * 16


def offer_facts(**changes: Any) -> OfferFacts:
    """The first offer."""
    facts: dict[str, Any] = {
        "company": "Lantronix",
        "title": "Voluntary Stock Option Exchange Program",
        "zone": "America/Los_Angeles",
        "second_zone": "America/New_York",
        "required_from": date(2002, 6, 19),
        "contacts": ("Vincent Roth", "Michael Oswald", "Lantronix Law Department"),
        "law_email": "law@example.com",
        "portal_url": "https://options.example.com",
    }
    return OfferFacts(**facts | changes)


def line_facts(**changes: Any) -> LineFacts:
    """A freely chosen ISO of 334 shares at $6.00, exchanged for 251."""
    facts: dict[str, Any] = {
        "grant_number": "001204",
        "plan": "2000 Stock Plan",
        "kind": OptionKind.ISO,
        "granted_on": date(2001, 4, 2),
        "exercise_price": Decimal("6.00"),
        "outstanding": 334,
        "choice": Choice.EXCHANGE,
        "required": False,
        "withdrawn": False,
        "new_shares": 251,
    }
    return LineFacts(**facts | changes)


def kept(**changes: Any) -> LineFacts:
    """A grant of 1,500 shares at $12.0625, kept."""
    facts: dict[str, Any] = {
        "grant_number": "001377",
        "plan": "1994 Nonstatutory Stock Option Plan",
        "kind": OptionKind.NSO,
        "granted_on": date(2001, 11, 5),
        "exercise_price": Decimal("12.0625"),
        "outstanding": 1500,
        "choice": Choice.KEEP,
        "new_shares": 0,
    }
    return line_facts(**facts | changes)


def required(**changes: Any) -> LineFacts:
    """A required grant of 500 shares at $0.78, exchanged for 375."""
    facts: dict[str, Any] = {
        "grant_number": "002051",
        "granted_on": date(2002, 8, 1),
        "exercise_price": Decimal("0.78"),
        "outstanding": 500,
        "required": True,
        "new_shares": 375,
    }
    return line_facts(**facts | changes)


EARLIER = FormReference(
    kind=FormKind.ELECTION,
    receipt="2B8RT-51XKD-07",
    received_at=datetime(2003, 1, 10, 17, 30, 0, 5, tzinfo=UTC),
)


def form_facts(**changes: Any) -> FormFacts:
    """An election of one grant with a required one, one kept, that replaces an earlier one."""
    facts: dict[str, Any] = {
        "offer": offer_facts(),
        "kind": FormKind.ELECTION,
        "paper": None,
        "receipt": "7K3MQ-9WD4X-42",
        "received_at": RECEIVED,
        "deadline": DEADLINE,
        "timely": True,
        "employee_name": "Pat Example",
        "employee_number": "000123",
        "signature": "Pat Example",
        "replaced": EARLIER,
        "lines": (line_facts(), kept(), required()),
        "digest": DIGEST,
    }
    return FormFacts(**facts | changes)


def late_facts(**changes: Any) -> FormFacts:
    """The same form, two hours and three minutes late."""
    return form_facts(
        timely=False, received_at=datetime(2003, 1, 21, 7, 3, 9, 1, tzinfo=UTC), **changes
    )


def envelope(**changes: Any) -> Envelope:
    """From the portal to one employee."""
    facts: dict[str, Any] = {
        "message_id": "<0b9d3c1e-7a52-4a0f-9c55-8f4bd9f0e5a1@options.example.com>",
        "written_at": RECEIVED,
        "sender": "Stock Exchange <stock-exchange@example.com>",
        "recipient": "pat@example.com",
        "reply_to": "law@example.com",
    }
    return Envelope(**facts | changes)
