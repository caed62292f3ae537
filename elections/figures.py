"""The desk's figures: where the offer stands, counted from the record in a fixed number of queries.

Counting reads every governing submission and its lines. While the record is small that is done for
each page; once it is large, the sweeper counts in the background (`services.count`) and the page
shows what was kept, with the time at which it was counted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
)
from django.db.models.functions import TruncDate

from elections import clock, queries
from elections.core.terms import Choice
from elections.models import DeskFigures, Employee, Line, Offer, OutboxMessage, Submission
from elections.models.outbox import MailState
from elections.models.submission import Kind, Verdict

LIVE_UP_TO = 2_000  # people, and submissions: up to so many, counting costs less than the page
RECOUNT_AFTER = timedelta(seconds=30)
SHARE_OF_TIME = 20  # a count that takes 3 s is repeated every minute: a twentieth of the time
UNDELIVERED = (MailState.WAITING, MailState.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The submissions received on one day, in the offer's own time."""

    on: date
    elections: int
    withdrawals: int
    declines: int

    @property
    def all(self) -> int:
        """Of every kind."""
        return self.elections + self.withdrawals + self.declines


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Where one offer stands. People and grants are counted, shares are whole.

    Of those who are eligible, `elected`, `declined`, `withdrawn`, `unanswered` and
    `nothing_to_elect` add up to `eligible`; the form that governs decides. `only_set_aside` of the
    unanswered have sent something, but it was late or is irregular. `tendered_shares` and what goes
    with it are of everyone, `ineligible_people` and `ineligible_shares` the part of those who
    elected and are no longer eligible. `oldest_undelivered` is on the server's real clock, like the
    outbox; `counted_at` in the portal's time; both aware UTC. `took` is in seconds.
    """

    counted_at: datetime
    took: float
    eligible: int
    elected: int
    declined: int
    withdrawn: int
    unanswered: int
    only_set_aside: int
    nothing_to_elect: int
    ineligible_people: int
    ineligible_shares: int
    tendering_people: int
    tendered_grants: int
    required_grants: int
    tendered_shares: int
    new_shares: int
    submissions: int
    late: int
    late_undecided: int
    irregular: int
    unreviewed: int
    undelivered: int
    oldest_undelivered: datetime | None
    undeliverable: int
    held: int
    days: tuple[Day, ...]

    def plain(self) -> dict[str, Any]:
        """The same as values that JSON can hold."""
        oldest = self.oldest_undelivered
        return asdict(self) | {
            "counted_at": self.counted_at.isoformat(),
            "oldest_undelivered": oldest and oldest.isoformat(),
            "days": [asdict(day) | {"on": day.on.isoformat()} for day in self.days],
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Self | None:
        """What `plain` holds; None for figures kept by a version that counted other things."""
        if set(plain) != set(cls.__slots__):
            return None
        oldest = plain["oldest_undelivered"]
        days = (Day(**day | {"on": date.fromisoformat(day["on"])}) for day in plain["days"])
        return cls(
            **plain
            | {
                "counted_at": datetime.fromisoformat(plain["counted_at"]),
                "oldest_undelivered": datetime.fromisoformat(oldest) if oldest else None,
                "days": tuple(days),
            }
        )

    @property
    def pause(self) -> timedelta:
        """How long they are good for, before it is time to count again."""
        return max(RECOUNT_AFTER, SHARE_OF_TIME * timedelta(seconds=self.took))

    def is_stale(self, *, at: datetime) -> bool:
        """Whether it is time to count again, at the instant `at`; a clock set back counts too."""
        return not timedelta(0) <= at - self.counted_at < self.pause


def is_small(offer: Offer) -> bool:
    """Whether the record can be counted anew for each page. Two short queries at any size."""
    people = Employee.objects.order_by("pk")
    submissions = Submission.objects.filter(offer=offer).order_by("offer", "-ordered_at")
    return not any(rows[LIVE_UP_TO:].exists() for rows in (people, submissions))


def kept_figures(offer: Offer) -> Figures | None:
    """What was counted last and kept; None before that."""
    kept = DeskFigures.objects.filter(offer=offer).values_list("figures", flat=True).first()
    return Figures.from_plain(kept) if kept else None


def current_figures(offer: Offer) -> Figures | None:
    """What the desk shows: counted now while that is cheap, else what was kept; None without."""
    return count(offer) if is_small(offer) else kept_figures(offer)


def count(offer: Offer) -> Figures:
    """Count everything anew, in a fixed number of queries that all see the record at one moment."""
    with _one_moment():
        started, at = time.monotonic(), clock.now()
        figures: dict[str, Any] = {
            **_people(offer, at),
            **_tendered(offer, at),
            **_submissions(offer),
            **_mail(),
            "days": _days(offer),
        }
    return Figures(counted_at=at, took=round(time.monotonic() - started, 3), **figures)


@contextmanager
def _one_moment() -> Iterator[None]:
    """Let all queries see one state of the record, so that the figures agree with each other.

    Inside a transaction of the caller they see what that sees. SQLite would have to stop everyone
    else from writing meanwhile, which is not worth it for a demo.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            # Compiling these queries takes longer than it saves: half of the whole, measured.
            cursor.execute("SET LOCAL jit = off")
        yield


def _people(offer: Offer, at: datetime) -> dict[str, int]:
    """The eligible by their answer: all of them, less those with a form that governs."""
    eligible = (
        Employee.objects.filter(queries.is_eligible(offer, at=at))
        .annotate(
            can_elect=Exists(queries.choosable_grants(offer).filter(employee=OuterRef("pk"))),
            sent=Exists(Submission.objects.filter(offer=offer, employee=OuterRef("pk"))),
        )
        .order_by()
        .values("can_elect", "sent")
        .annotate(people=Count("pk"))
    )
    governed = (
        _governing(offer)
        .annotate(
            eligible=_truth(queries.is_eligible(offer, at=at, person="employee__")),
            can_elect=Exists(queries.choosable_grants(offer).filter(employee=OuterRef("employee"))),
            tenders=Exists(Line.objects.filter(submission=OuterRef("pk"), choice=Choice.EXCHANGE)),
        )
        .filter(eligible=True)
        .order_by()
        .values("can_elect", "tenders", "kind")
        .annotate(people=Count("pk"))
    )
    everyone, answers = list(eligible), list(governed)
    only_set_aside = _sum(everyone, can_elect=True, sent=True) - _sum(answers, can_elect=True)
    return {
        "eligible": _sum(everyone),
        "elected": _sum(answers, tenders=True),
        "declined": _sum(answers, tenders=False, kind=Kind.DECLINE),
        "withdrawn": _sum(answers, tenders=False) - _sum(answers, tenders=False, kind=Kind.DECLINE),
        "unanswered": _sum(everyone, can_elect=True, sent=False) + only_set_aside,
        "only_set_aside": only_set_aside,
        "nothing_to_elect": _sum(everyone, can_elect=False) - _sum(answers, can_elect=False),
    }


def _sum(rows: list[dict[str, Any]], **wanted: Any) -> int:
    """The people in those of `rows` in which each of `wanted` is as said."""
    return sum(
        row["people"]
        for row in rows
        if all(row[column] == value for column, value in wanted.items())
    )


def _governing(offer: Offer) -> QuerySet[Submission]:
    return Submission.objects.filter(pk__in=queries.governing_submissions(offer).values("pk"))


def _truth(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _tendered(offer: Offer, at: datetime) -> dict[str, int]:
    """What the governing forms exchange, of everyone; a test compares it with the register."""
    ineligible = ~queries.is_eligible(offer, at=at, person="submission__employee__")
    return (
        Line.objects.filter(submission__in=_governing(offer).values("pk"), choice=Choice.EXCHANGE)
        .annotate(ineligible=_truth(ineligible))
        .aggregate(
            tendering_people=Count("submission", distinct=True),
            tendered_grants=Count("pk"),
            required_grants=Count("pk", filter=Q(required=True)),
            tendered_shares=Sum("outstanding", default=0),
            new_shares=Sum("new_shares", default=0),
            ineligible_people=Count("submission", distinct=True, filter=Q(ineligible=True)),
            ineligible_shares=Sum("outstanding", default=0, filter=Q(ineligible=True)),
        )
    )


def _submissions(offer: Offer) -> dict[str, int]:
    """All that came in, by what Law still has to look at."""
    return queries.with_standing(Submission.objects.filter(offer=offer)).aggregate(
        submissions=Count("pk"),
        late=Count("pk", filter=Q(timely=False)),
        late_undecided=Count("pk", filter=Q(timely=False, verdict="")),
        irregular=Count("pk", filter=Q(verdict=Verdict.IRREGULAR)),
        unreviewed=Count("pk", filter=Q(verdict="")),
    )


def _mail() -> dict[str, Any]:
    """How far the outbox has come."""
    undelivered = Q(state__in=UNDELIVERED)
    return OutboxMessage.objects.aggregate(
        undelivered=Count("pk", filter=undelivered),
        oldest_undelivered=Min("created_at", filter=undelivered),
        undeliverable=Count("pk", filter=Q(state=MailState.FAILED)),
        held=Count("pk", filter=Q(state=MailState.HELD)),
    )


def _days(offer: Offer) -> tuple[Day, ...]:
    """The days on which anything was received, in order."""
    rows = (
        Submission.objects.filter(offer=offer)
        .annotate(on=TruncDate("received_at", tzinfo=ZoneInfo(offer.zone)))
        .order_by("on")
        .values("on")
        .annotate(
            elections=Count("pk", filter=Q(kind=Kind.ELECTION)),
            withdrawals=Count("pk", filter=Q(kind=Kind.WITHDRAWAL)),
            declines=Count("pk", filter=Q(kind=Kind.DECLINE)),
        )
    )
    return tuple(Day(**row) for row in rows)
