"""Calendar arithmetic: months, and the business days that the tender-offer rules count in.

A business day is any day but a Saturday, a Sunday or a U.S. federal holiday (Rule 13e-4(a)(3));
the day on which a period begins is its day 1. The holidays are handed in by the caller.
"""

from calendar import monthrange
from collections.abc import Container
from datetime import date, timedelta

DAY = timedelta(days=1)
SATURDAY = 5


def is_business_day(day: date, holidays: Container[date]) -> bool:
    """Say whether business is done on that day."""
    return day.weekday() < SATURDAY and day not in holidays


def next_business_day(after: date, holidays: Container[date]) -> date:
    """Give the first business day strictly after `after`."""
    return _count(after + DAY, 1, holidays, step=DAY)


def nth_business_day(first: date, n: int, holidays: Container[date]) -> date:
    """Give business day `n` of a period that begins on `first`, which is day 1.

    A period that begins on another day starts to run on the next business day. ValueError for an
    `n` below 1.
    """
    return _count(first, n, holidays, step=DAY)


def nth_business_day_back(last: date, n: int, holidays: Container[date]) -> date:
    """Give the latest business day that begins a period of `n` of them which is over with `last`.

    ValueError for an `n` below 1.
    """
    return _count(last, n, holidays, step=-DAY)


def add_months(day: date, months: int) -> date:
    """Give the same day of the month, `months` later; the month's last day where it is shorter.

    Count from the first day of a series, not from step to step: 31 January gives 28 February and
    31 March, while a month after 28 February is 28 March.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _count(start: date, n: int, holidays: Container[date], *, step: timedelta) -> date:
    if n < 1:
        raise ValueError(f"Business days are counted from 1, not {n}.")
    day, counted = start, int(is_business_day(start, holidays))
    while counted < n:
        day += step
        counted += is_business_day(day, holidays)
    return day
