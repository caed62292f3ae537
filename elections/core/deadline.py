"""The deadline: which one is in force, what is in time, and what the tender-offer rules ask of it.

The rules are Rules 13e-4 and 14e-1 under the Securities Exchange Act (17 CFR 240.13e-4, 240.14e-1).
They count in business days of whole Eastern days, midnight to midnight, which is the offer's second
zone; the day on which a period begins is its day 1. Every instant must be aware: a naive one is
refused with a ValueError.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from elections.core.dates import (
    DAY,
    next_business_day,
    nth_business_day,
    nth_business_day_back,
)
from elections.core.instants import as_utc
from elections.core.problems import Code, Problem
from elections.core.terms import Terms

OPEN_AT_LEAST = 20  # business days: 13e-4(f)(1)(i), 14e-1(a)
REMAIN_AFTER_CHANGE = 10  # business days after a change of ratio or price: 13e-4(f)(1)(ii)
WITHDRAWAL_REOPENS_AFTER = 40  # business days, unless accepted before: 13e-4(f)(2)(ii)
ANNOUNCED_BY = time(9)  # Eastern, on the next business day: 14e-1(d)


@dataclass(frozen=True, slots=True)
class Extension:
    """A new expiration and when it was announced, which is when it came into force."""

    announced_at: datetime
    expiration: datetime

    def __post_init__(self) -> None:
        """Refuse naive instants."""
        as_utc(self.announced_at)
        as_utc(self.expiration)


def expiration_in_force(
    scheduled: datetime, extensions: Iterable[Extension], *, at: datetime | None = None
) -> datetime:
    """Give the expiration in force at the instant `at`, in UTC: the first instant too late.

    The latest of the scheduled one and those announced at or before `at`; without an `at`, of all
    that were announced. Deadlines only move later, so neither the order in which extensions are
    given nor a clock that stepped back between two of them can bring an earlier one back.
    """
    announced = [
        as_utc(extension.expiration)
        for extension in extensions
        if at is None or as_utc(extension.announced_at) <= as_utc(at)
    ]
    return max([as_utc(scheduled), *announced])


def is_timely(received_at: datetime, expiration: datetime) -> bool:
    """Say whether a form was received before the expiration; at that very instant it is late."""
    return as_utc(received_at) < as_utc(expiration)


def extension_problems(
    *, current: datetime, proposed: datetime, at: datetime
) -> tuple[Problem, ...]:
    """Say what forbids moving the expiration from `current` to `proposed` at the instant `at`.

    It moves later only, and to a time still to come. An offer that has expired may be extended.
    """
    problems = []
    if as_utc(proposed) <= as_utc(current):
        problems.append(Problem.of(Code.EXTENSION_NOT_LATER))
    if as_utc(proposed) <= as_utc(at):
        problems.append(Problem.of(Code.EXTENSION_IN_THE_PAST))
    return tuple(problems)


def announcement_limit(expiration: datetime, terms: Terms, holidays: Container[date]) -> datetime:
    """Give the instant, in UTC, by which an extension past `expiration` must be announced.

    9:00 am Eastern on the next business day after the offer's last day, which is the day of the
    expiration in the offer's own time: midnight Eastern on the 21st ends an offer of the 20th.
    """
    day = next_business_day(terms.last_day(expiration), holidays)
    return datetime.combine(day, ANNOUNCED_BY, ZoneInfo(terms.second_zone)).astimezone(UTC)


def earliest_close(terms: Terms, holidays: Container[date]) -> date:
    """Give the earliest day on which the offer may end, at midnight Eastern: business day 20."""
    return nth_business_day(terms.opens_on, OPEN_AT_LEAST, holidays)


def is_open_long_enough(terms: Terms, expiration: datetime, holidays: Container[date]) -> bool:
    """Say whether the offer stays open for 20 whole business days."""
    return earliest_close(terms, holidays) <= _last_whole_day(expiration, terms)


def last_day_to_change_terms(expiration: datetime, terms: Terms, holidays: Container[date]) -> date:
    """Give the last day on which ratio or price can change without an extension.

    Ten whole business days must remain, that of the notice being the first.
    """
    return nth_business_day_back(_last_whole_day(expiration, terms), REMAIN_AFTER_CHANGE, holidays)


def withdrawal_reopens_on(terms: Terms, holidays: Container[date]) -> date:
    """Give the day from which what was elected can be withdrawn again if not accepted by then.

    The day after business day 40 of the offer.
    """
    return nth_business_day(terms.opens_on, WITHDRAWAL_REOPENS_AFTER, holidays) + DAY


def _last_whole_day(expiration: datetime, terms: Terms) -> date:
    """Give the last Eastern day of which the offer is open until midnight."""
    return as_utc(expiration).astimezone(ZoneInfo(terms.second_zone)).date() - DAY
