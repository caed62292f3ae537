"""Who has elected what, as the record stands or stood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Sum

from elections.core.terms import Choice
from elections.models import Line, Offer
from elections.queries.record import governing_submissions


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One exchanged grant of one person, at the instant the register was asked about.

    Shares are whole; `exercise_price` is USD per share as text with four decimals.
    """

    employee_number: str
    employee_name: str
    receipt: str
    kind: str
    received_at: datetime
    grant_number: str
    plan: str
    granted_on: date
    exercise_price: str
    shares: int
    new_shares: int
    required: bool


def register(offer: Offer, *, as_of: datetime | None = None) -> Iterator[RegisterRow]:
    """Who has elected what, as the record stood at `as_of` (aware; now without one).

    One row per exchanged grant, by employee number, then grant date and number. Streams.
    """
    governing = governing_submissions(offer, as_of=as_of)
    lines = (
        Line.objects.filter(submission__in=governing.values("pk"), choice=Choice.EXCHANGE)
        .order_by("submission__employee_number", "granted_on", "grant_number")
        # Values, not objects of two models: there is a row a grant of everyone.
        .values_list(*_REGISTER.values())
    )
    for values in lines.iterator(chunk_size=2000):
        row = dict(zip(_REGISTER, values, strict=True))
        yield RegisterRow(**row | {"exercise_price": f"{row['exercise_price']:.4f}"})


# Where each field of a row is kept, from the line on.
_REGISTER = {
    "employee_number": "submission__employee_number",
    "employee_name": "submission__employee_name",
    "receipt": "submission__receipt",
    "kind": "submission__kind",
    "received_at": "submission__received_at",
    "grant_number": "grant_number",
    "plan": "plan",
    "granted_on": "granted_on",
    "exercise_price": "exercise_price",
    "shares": "outstanding",
    "new_shares": "new_shares",
    "required": "required",
}


@dataclass(frozen=True, slots=True)
class Tendered:
    """What the governing submissions exchange, all together; `shares` are whole old shares."""

    people: int
    grants: int
    shares: int


def tendered(offer: Offer) -> Tendered:
    """How much is turned in as things stand: an announcement of an extension says it roughly."""
    totals = Line.objects.filter(
        submission__in=governing_submissions(offer).values("pk"), choice=Choice.EXCHANGE
    ).aggregate(
        people=Count("submission__employee", distinct=True),
        grants=Count("pk"),
        shares=Sum("outstanding", default=0),
    )
    return Tendered(**totals)
