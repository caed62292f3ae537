"""The tables that can be taken out.

Each is read in one query, so it shows one moment, and streams: no row is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from operator import attrgetter

from django.db.models import F, Window
from django.db.models.functions import Lead

from elections import queries
from elections.exports import roster
from elections.exports.cells import Cell
from elections.exports.reading import read
from elections.models import Offer, OutboxMessage, ReviewDecision

Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One export: its columns, how its rows are read, and who may take it out.

    `rows` gives as many cells as there are columns. It takes the offer and an instant (aware),
    which says as of when where `looks_back`; elsewhere only what stands now is known.
    `permissions` are those to look at what is in it; whoever has all of them may take it out.
    """

    name: str
    title: str
    about: str
    columns: tuple[str, ...]
    rows: Callable[[Offer, datetime], Iterator[Row]]
    permissions: tuple[str, ...]
    looks_back: bool = False


REGISTER = tuple(field.name for field in fields(queries.RegisterRow))
_register_cells = attrgetter(*REGISTER)
_PRICE = REGISTER.index("exercise_price")


def _register(offer: Offer, as_of: datetime) -> Iterator[Row]:
    for row in queries.register(offer, as_of=as_of):
        cells = _register_cells(row)
        # A number, which a spreadsheet can reckon with.
        yield (*cells[:_PRICE], Decimal(row.exercise_price), *cells[_PRICE + 1 :])


REVIEWS = {
    "decided_at": F("decided_at"),
    "verdict": F("verdict"),
    "reason": F("reason"),
    "decided_by": F("decided_by__email"),
    "receipt": F("submission__receipt"),
    "employee_number": F("submission__employee_number"),
    "employee_name": F("submission__employee_name"),
    "kind": F("submission__kind"),
    "channel": F("submission__channel"),
    "received_at": F("submission__received_at"),
    "timely": F("submission__timely"),
}


def _reviews(offer: Offer, as_of: datetime) -> Iterator[Row]:
    """Every decision, in the order of recording; the last word on a form is not `outweighed`."""
    decisions = ReviewDecision.objects.filter(submission__offer=offer, decided_at__lte=as_of)
    later = Window(Lead("pk"), partition_by=F("submission"), order_by=F("pk").asc())
    rows = read(decisions.annotate(later=later).order_by("pk"), {**REVIEWS, "later": F("later")})
    for *said, following in rows:
        yield (*said, following is not None)


MAILS = {
    "kind": F("kind"),
    "state": F("state"),
    "recipient": F("recipient"),
    "employee_number": F("employee__number"),
    "employee_name": F("employee__name"),
    "receipt": F("submission__receipt"),
    "extension": F("extension__number"),
    "message_id": F("message_id"),
    "attempts": F("attempts"),
    "posted_at": F("created_at"),
    "sent_at": F("sent_at"),
    "last_error": F("last_error"),
    "pdf_sha256": F("rendered__pdf_sha256"),
}


def _mails(offer: Offer, as_of: datetime) -> Iterator[Row]:
    """Every mail, in the order in which it was posted."""
    return read(OutboxMessage.objects.order_by("pk"), MAILS)


TABLES = {
    table.name: table
    for table in (
        Table(
            name="register",
            title="Register",
            about="Who has elected what: a row for each exchanged grant.",
            columns=REGISTER,
            rows=_register,
            permissions=("elections.view_submission", "elections.view_line"),
            looks_back=True,
        ),
        Table(
            name="reviews",
            title="Review log",
            about="Every decision of the Law Department, with its reason.",
            columns=(*REVIEWS, "outweighed"),
            rows=_reviews,
            permissions=("elections.view_submission", "elections.view_reviewdecision"),
            looks_back=True,
        ),
        Table(
            name="mails",
            title="Mail log",
            about="Every mail with its state, as it stands now.",
            columns=tuple(MAILS),
            rows=_mails,
            permissions=("elections.view_outboxmessage",),
        ),
        Table(
            name="employees",
            title="Roster: employees",
            about="Everyone on the roster as it stands now, in the columns of an import.",
            columns=tuple(roster.EMPLOYEES),
            rows=roster.employees,
            permissions=("elections.view_employee",),
        ),
        Table(
            name="grants",
            title="Roster: grants",
            about="Every grant on the roster as it stands now, in the columns of an import.",
            columns=tuple(roster.GRANTS),
            rows=roster.grants,
            permissions=("elections.view_employee", "elections.view_grant"),
        ),
    )
}
