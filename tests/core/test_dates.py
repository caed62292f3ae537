from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elections.core.dates import (
    add_months,
    is_business_day,
    next_business_day,
    nth_business_day,
    nth_business_day_back,
)
from tests.core.make import HOLIDAYS, law

OPENING = date(2002, 12, 19)
days = st.dates(date(2002, 6, 1), date(2005, 6, 1))


@pytest.mark.parametrize(
    ("day", "business"),
    [
        (date(2002, 12, 24), True),  # offices closed at noon, which is no holiday
        (date(2002, 12, 25), False),
        (date(2003, 1, 1), False),
        (date(2003, 1, 17), True),
        (date(2003, 1, 18), False),  # Saturday
        (date(2003, 1, 19), False),  # Sunday
        (date(2003, 1, 20), False),  # Martin Luther King Day
        (date(2003, 2, 17), False),  # Washington's Birthday
        (date(2003, 7, 4), False),
    ],
)
def test_business_is_done_on_weekdays_that_are_no_federal_holiday(
    day: date, business: bool
) -> None:
    assert is_business_day(day, HOLIDAYS) is business


@pytest.mark.parametrize(
    ("n", "day"),
    [
        (1, OPENING),
        (2, date(2002, 12, 20)),
        (3, date(2002, 12, 23)),
        (5, date(2002, 12, 26)),
        (20, date(2003, 1, 17)),
        (21, date(2003, 1, 21)),
        (40, date(2003, 2, 18)),
    ],
)
def test_the_opening_day_is_business_day_1(n: int, day: date) -> None:
    assert nth_business_day(OPENING, n, HOLIDAYS) == day


def test_a_period_that_begins_on_a_sunday_runs_from_monday() -> None:
    assert nth_business_day(date(2003, 1, 12), 1, HOLIDAYS) == date(2003, 1, 13)


def test_the_next_business_day_is_never_the_day_itself() -> None:
    assert next_business_day(date(2003, 1, 16), HOLIDAYS) == date(2003, 1, 17)
    assert next_business_day(date(2003, 1, 17), HOLIDAYS) == date(2003, 1, 21)


@pytest.mark.parametrize("n", [0, -1])
def test_business_days_are_counted_from_1(n: int) -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        nth_business_day(OPENING, n, HOLIDAYS)
    with pytest.raises(ValueError, match="counted from 1"):
        nth_business_day_back(OPENING, n, HOLIDAYS)


@law
@given(days, st.integers(1, 60))
def test_counting_business_days_agrees_with_looking_at_every_day(first: date, n: int) -> None:
    last = nth_business_day(first, n, HOLIDAYS)
    between = [first + timedelta(i) for i in range((last - first).days + 1)]
    assert sum(is_business_day(day, HOLIDAYS) for day in between) == n
    assert is_business_day(last, HOLIDAYS)


@law
@given(days, st.integers(1, 60))
def test_counting_back_finds_the_latest_day_that_still_leaves_enough(last: date, n: int) -> None:
    begins = nth_business_day_back(last, n, HOLIDAYS)
    assert nth_business_day(begins, n, HOLIDAYS) <= last
    assert nth_business_day(next_business_day(begins, HOLIDAYS), n, HOLIDAYS) > last


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2003, 1, 20), 6, date(2003, 7, 20)),
        (date(2003, 1, 31), 1, date(2003, 2, 28)),
        (date(2003, 1, 31), 2, date(2003, 3, 31)),
        (date(2003, 12, 31), 2, date(2004, 2, 29)),
        (date(2003, 8, 31), 6, date(2004, 2, 29)),
        (date(2003, 12, 1), 1, date(2004, 1, 1)),
        (date(2003, 5, 5), 0, date(2003, 5, 5)),
        (date(2003, 1, 31), -2, date(2002, 11, 30)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(
    day: date, months: int, later: date
) -> None:
    assert add_months(day, months) == later
