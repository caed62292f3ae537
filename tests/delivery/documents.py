"""One of each kind of PDF that the portal makes, of plain facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from elections.core.terms import OptionKind
from elections.delivery.facts import FormKind, GrantFactsOnPaper, LineFacts, PaperFacts
from elections.delivery.pdf import render_pdf
from elections.delivery.printable import PrintableForm, render_printable
from tests.delivery.forms import (
    DEADLINE,
    RECEIVED,
    form_facts,
    kept,
    late_facts,
    line_facts,
    offer_facts,
    required,
)

TERMS = """By signing, you agree to this:

- You have read the offer, and you take part in it of your own will.
- What counts is the last form that the company **receives** before the deadline.
"""


def grant_facts(**changes: Any) -> GrantFactsOnPaper:
    """A freely chosen ISO of 1,334 shares at $6.00, worth 1,001 new ones."""
    facts: dict[str, Any] = {
        "number": "001204",
        "plan": "2000 Stock Plan",
        "kind": OptionKind.ISO,
        "granted_on": date(2001, 4, 2),
        "exercise_price": Decimal("6.00"),
        "outstanding": 1334,
        "new_shares": 1001,
        "required": False,
    }
    return GrantFactsOnPaper(**facts | changes)


def printable(**changes: Any) -> PrintableForm:
    """An election form to print, with a grant to choose and a required one."""
    facts: dict[str, Any] = {
        "offer": offer_facts(),
        "kind": FormKind.ELECTION,
        "employee_name": "Pat Example",
        "employee_number": "000123",
        "grants": (grant_facts(), grant_facts(number="002051", required=True)),
        "deadline": DEADLINE,
        "printed_at": RECEIVED,
        "terms": TERMS,
        "terms_version": 3,
    }
    return PrintableForm(**facts | changes)


def lines(number: int) -> tuple[LineFacts, ...]:
    """So many grants: some exchanged, some kept, the last one required."""
    several = [line_facts(), kept()] * number
    numbered = [
        line_facts(grant_number=f"{1204 + 31 * at:06d}", plan=line.plan, kind=line.kind)
        if line.choice == "exchange"
        else kept(grant_number=f"{1204 + 31 * at:06d}")
        for at, line in enumerate(several[: number - 1])
    ]
    return (*numbered, required())


ON_PAPER = PaperFacts(
    keyed_at=datetime(2003, 1, 16, 17, 12, tzinfo=UTC), deadline=DEADLINE, overtaken_by=None
)
DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "election": lambda: render_pdf(form_facts()),
    "withdrawal": lambda: render_pdf(
        form_facts(kind=FormKind.WITHDRAWAL, lines=(line_facts(), kept(withdrawn=True)))
    ),
    "decline": lambda: render_pdf(
        form_facts(kind=FormKind.DECLINE, lines=(kept(),), replaced=None)
    ),
    "late": lambda: render_pdf(
        late_facts(not_open_to_them=("You left the company on January 17, 2003.",))
    ),
    "on-paper": lambda: render_pdf(form_facts(paper=ON_PAPER)),
    "election-form": lambda: render_printable(printable()),
    "withdrawal-form": lambda: render_printable(printable(kind=FormKind.WITHDRAWAL, terms="")),
    "many-grants": lambda: render_pdf(form_facts(lines=lines(60))),
}
