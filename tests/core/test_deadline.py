from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elections.core import deadline
from elections.core.deadline import Extension, expiration_in_force, extension_problems, is_timely
from tests.core.make import EXPIRATION, HOLIDAYS, TERMS, law, make_terms

PACIFIC = ZoneInfo("America/Los_Angeles")
MICROSECOND = timedelta(microseconds=1)
instants = st.datetimes(datetime(2002, 12, 19), datetime(2003, 12, 31), timezones=st.just(UTC))
extensions = st.builds(Extension, instants, instants)


@pytest.mark.parametrize(
    ("received_at", "timely"),
    [(EXPIRATION - MICROSECOND, True), (EXPIRATION, False), (EXPIRATION + MICROSECOND, False)],
)
def test_exactly_at_the_expiration_is_late_and_a_microsecond_before_is_not(
    received_at: datetime, timely: bool
) -> None:
    assert is_timely(received_at, EXPIRATION) is timely


def test_9_pm_pacific_is_the_expiration_in_whatever_zone_it_is_told() -> None:
    assert not is_timely(datetime(2003, 1, 20, 21, tzinfo=PACIFIC), EXPIRATION)
    assert is_timely(datetime(2003, 1, 20, 20, 59, 59, 999999, tzinfo=PACIFIC), EXPIRATION)
    assert not is_timely(datetime(2003, 1, 21, 14, tzinfo=ZoneInfo("Asia/Tokyo")), EXPIRATION)


def test_in_the_hour_that_happens_twice_the_instant_counts_and_not_the_clock_face() -> None:
    expiration = datetime(2003, 10, 26, 1, 30, tzinfo=PACIFIC)  # PDT
    received = datetime(2003, 10, 26, 1, 10, tzinfo=PACIFIC, fold=1)  # PST, 40 minutes later
    assert received < expiration  # what comparing clock faces says: the control
    assert not is_timely(received, expiration)
    assert is_timely(received.replace(fold=0), expiration)


def test_in_the_night_that_lacks_an_hour_the_instant_counts() -> None:
    expiration = datetime(2003, 4, 6, 3, tzinfo=PACIFIC)  # an instant after 1:59:59 PST
    assert is_timely(datetime(2003, 4, 6, 1, 59, 59, 999999, tzinfo=PACIFIC), expiration)
    assert not is_timely(datetime(2003, 4, 6, 10, tzinfo=UTC), expiration)


def test_without_an_extension_the_scheduled_expiration_is_in_force() -> None:
    assert expiration_in_force(EXPIRATION, [], at=EXPIRATION) == EXPIRATION


def test_an_extension_is_in_force_from_the_instant_of_its_announcement() -> None:
    later = Extension(datetime(2003, 1, 20, 18, tzinfo=UTC), EXPIRATION + timedelta(days=7))
    before = expiration_in_force(EXPIRATION, [later], at=later.announced_at - MICROSECOND)
    after = expiration_in_force(EXPIRATION, [later], at=later.announced_at)
    assert (before, after) == (EXPIRATION, later.expiration)


def test_the_expiration_in_force_is_told_in_utc() -> None:
    told = Extension(
        datetime(2003, 1, 20, 10, tzinfo=PACIFIC), datetime(2003, 4, 7, 21, tzinfo=PACIFIC)
    )
    found = expiration_in_force(EXPIRATION, [told], at=EXPIRATION)
    assert found.isoformat() == "2003-04-08T04:00:00+00:00"


@law
@given(st.lists(extensions, max_size=6), instants, st.randoms())
def test_the_deadline_in_force_is_the_latest_of_those_announced_in_whatever_order_they_come(
    announced: list[Extension], at: datetime, random: Random
) -> None:
    found = expiration_in_force(EXPIRATION, announced, at=at)
    by_then = [e for e in announced if e.announced_at <= at]
    assert found == max([EXPIRATION, *(e.expiration for e in by_then)])
    shuffled = random.sample(announced, len(announced))
    assert expiration_in_force(EXPIRATION, shuffled, at=at) == found


def test_a_clock_that_stepped_back_between_two_extensions_brings_no_earlier_deadline_back() -> None:
    first = Extension(EXPIRATION, EXPIRATION + timedelta(days=7))
    second = Extension(EXPIRATION - timedelta(seconds=2), EXPIRATION + timedelta(days=10))
    at = EXPIRATION + timedelta(days=1)
    assert expiration_in_force(EXPIRATION, [first, second], at=at) == second.expiration
    assert expiration_in_force(EXPIRATION, [first, second]) == second.expiration


def test_of_two_announced_at_one_instant_the_later_expiration_holds() -> None:
    at = datetime(2003, 1, 20, tzinfo=UTC)
    week = Extension(at, EXPIRATION + timedelta(days=7))
    day = Extension(at, EXPIRATION + timedelta(days=1))
    assert expiration_in_force(EXPIRATION, [week, day], at=at) == week.expiration
    assert expiration_in_force(EXPIRATION, [day, week], at=at) == week.expiration


@pytest.mark.parametrize(
    ("proposed", "at", "codes"),
    [
        (EXPIRATION + MICROSECOND, EXPIRATION - timedelta(days=1), []),
        (EXPIRATION, EXPIRATION - timedelta(days=1), ["extension_not_later"]),
        (EXPIRATION - MICROSECOND, EXPIRATION - timedelta(days=1), ["extension_not_later"]),
        # After the close: to a time still to come, and to one that is not.
        (EXPIRATION + timedelta(days=7), EXPIRATION + timedelta(hours=9), []),
        (EXPIRATION + timedelta(1), EXPIRATION + timedelta(1), ["extension_in_the_past"]),
        (
            EXPIRATION - timedelta(days=1),
            EXPIRATION,
            ["extension_not_later", "extension_in_the_past"],
        ),
    ],
)
def test_an_expiration_moves_later_only_and_to_a_time_still_to_come(
    proposed: datetime, at: datetime, codes: list[str]
) -> None:
    found = extension_problems(current=EXPIRATION, proposed=proposed, at=at)
    assert [problem.code for problem in found] == codes


@pytest.mark.parametrize(
    ("expiration", "limit"),
    [
        (EXPIRATION, datetime(2003, 1, 21, 14, tzinfo=UTC)),
        # 9:00 PM Pacific on Friday 17 January: Monday is a holiday.
        (datetime(2003, 1, 18, 5, tzinfo=UTC), datetime(2003, 1, 21, 14, tzinfo=UTC)),
        # On Friday 4 April, before the clocks change: 9:00 am EDT is an hour earlier in UTC.
        (datetime(2003, 4, 5, 5, tzinfo=UTC), datetime(2003, 4, 7, 13, tzinfo=UTC)),
        # On Friday 24 October, before they change back.
        (datetime(2003, 10, 25, 4, tzinfo=UTC), datetime(2003, 10, 27, 14, tzinfo=UTC)),
    ],
)
def test_an_extension_is_announced_by_9_am_eastern_on_the_next_business_day(
    expiration: datetime, limit: datetime
) -> None:
    assert deadline.announcement_limit(expiration, TERMS, HOLIDAYS) == limit


def test_the_offer_is_open_for_20_business_days() -> None:
    assert deadline.earliest_close(TERMS, HOLIDAYS) == date(2003, 1, 17)
    assert deadline.is_open_long_enough(TERMS, EXPIRATION, HOLIDAYS)


def test_opening_a_day_later_would_have_been_too_late() -> None:
    terms = make_terms(opens_on=date(2002, 12, 20))
    assert deadline.earliest_close(terms, HOLIDAYS) == date(2003, 1, 21)
    assert not deadline.is_open_long_enough(terms, EXPIRATION, HOLIDAYS)


def test_the_twentieth_business_day_counts_only_when_it_is_whole() -> None:
    midnight_eastern = datetime(2003, 1, 18, 5, tzinfo=UTC)
    assert deadline.is_open_long_enough(TERMS, midnight_eastern, HOLIDAYS)
    assert not deadline.is_open_long_enough(TERMS, midnight_eastern - MICROSECOND, HOLIDAYS)


@pytest.mark.parametrize(
    ("expiration", "last_day"),
    [
        (EXPIRATION, date(2003, 1, 6)),
        (EXPIRATION + timedelta(days=1), date(2003, 1, 7)),
        (EXPIRATION - timedelta(days=3), date(2003, 1, 6)),  # Friday the 17th
        (EXPIRATION - timedelta(days=4), date(2003, 1, 3)),
    ],
)
def test_ten_business_days_remain_after_a_change_of_ratio_or_price(
    expiration: datetime, last_day: date
) -> None:
    assert deadline.last_day_to_change_terms(expiration, TERMS, HOLIDAYS) == last_day


def test_withdrawal_reopens_the_day_after_business_day_40() -> None:
    assert deadline.withdrawal_reopens_on(TERMS, HOLIDAYS) == date(2003, 2, 19)


NAIVE = datetime(2003, 1, 20, 21)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: is_timely(NAIVE, EXPIRATION),
        lambda: is_timely(EXPIRATION, NAIVE),
        lambda: Extension(NAIVE, EXPIRATION),
        lambda: Extension(EXPIRATION, NAIVE),
        lambda: expiration_in_force(NAIVE, [], at=EXPIRATION),
        lambda: expiration_in_force(EXPIRATION, [Extension(EXPIRATION, EXPIRATION)], at=NAIVE),
        lambda: extension_problems(current=NAIVE, proposed=EXPIRATION, at=EXPIRATION),
        lambda: extension_problems(current=EXPIRATION, proposed=NAIVE, at=EXPIRATION),
        lambda: extension_problems(current=EXPIRATION, proposed=EXPIRATION, at=NAIVE),
        lambda: deadline.announcement_limit(NAIVE, TERMS, HOLIDAYS),
        lambda: deadline.is_open_long_enough(TERMS, NAIVE, HOLIDAYS),
        lambda: deadline.last_day_to_change_terms(NAIVE, TERMS, HOLIDAYS),
    ],
)
def test_a_naive_time_is_refused_everywhere(ask: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="time zone"):
        ask()
