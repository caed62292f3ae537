import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elections.core.deadline import is_timely
from elections.core.instants import as_utc, instant_label, record_label, time_left
from tests.core.make import EXPIRATION, law

MICROSECOND = timedelta(microseconds=1)
ZONES = {"zone": "America/Los_Angeles", "second_zone": "America/New_York"}


@pytest.fixture
def host_in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose own zone is Asia/Tokyo."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("instant", "label"),
    [
        (EXPIRATION, "9:00 PM PST on January 20, 2003 (midnight Eastern)"),
        (
            datetime(2003, 1, 15, 18, 4, tzinfo=UTC),
            "10:04 AM PST on January 15, 2003 (1:04 PM EST)",
        ),
        (
            datetime(2003, 1, 16, 5, 4, tzinfo=UTC),
            "9:04 PM PST on January 15, 2003 (12:04 AM EST on January 16, 2003)",
        ),
        (
            datetime(2003, 1, 15, 20, 0, tzinfo=UTC),
            "12:00 PM PST on January 15, 2003 (3:00 PM EST)",
        ),
        (
            datetime(2003, 1, 15, 8, 30, tzinfo=UTC),
            "12:30 AM PST on January 15, 2003 (3:30 AM EST)",
        ),
        # The same clock face after 6 April is another hour, and says so.
        (datetime(2003, 4, 8, 4, tzinfo=UTC), "9:00 PM PDT on April 7, 2003 (midnight Eastern)"),
    ],
)
def test_an_instant_is_said_in_the_offers_time_with_eastern_beside_it(
    instant: datetime, label: str
) -> None:
    assert instant_label(instant, **ZONES) == label


@pytest.mark.parametrize(
    ("instant", "label"),
    [
        ((4, 6, 9, 59), "1:59 AM PST on April 6, 2003 (5:59 AM EDT)"),
        ((4, 6, 10, 0), "3:00 AM PDT on April 6, 2003 (6:00 AM EDT)"),
        ((10, 26, 8, 30), "1:30 AM PDT on October 26, 2003 (3:30 AM EST)"),
        ((10, 26, 9, 30), "1:30 AM PST on October 26, 2003 (4:30 AM EST)"),
    ],
)
def test_the_days_on_which_clocks_change_keep_their_instants_apart(
    instant: tuple[int, int, int, int], label: str
) -> None:
    assert instant_label(datetime(2003, *instant, tzinfo=UTC), **ZONES) == label


def test_nothing_before_the_deadline_is_printed_as_the_deadline() -> None:
    assert instant_label(EXPIRATION - MICROSECOND, **ZONES) == (
        "8:59 PM PST on January 20, 2003 (11:59 PM EST)"
    )
    assert instant_label(EXPIRATION + MICROSECOND, **ZONES) == (
        "9:00 PM PST on January 20, 2003 (12:00 AM EST on January 21, 2003)"
    )


def test_midnight_is_named_after_its_zone() -> None:
    assert instant_label(
        datetime(2003, 1, 20, 23, tzinfo=UTC), zone="America/New_York", second_zone="Europe/Zurich"
    ) == ("6:00 PM EST on January 20, 2003 (midnight CET)")


@pytest.mark.parametrize(
    ("instant", "label"),
    [
        (
            datetime(2003, 1, 15, 18, 4, 5, 123456, tzinfo=UTC),
            "January 15, 2003, 10:04:05.123456 AM PST (1:04:05.123456 PM EST)",
        ),
        (
            EXPIRATION - MICROSECOND,
            "January 20, 2003, 8:59:59.999999 PM PST (11:59:59.999999 PM EST)",
        ),
        (
            EXPIRATION,
            "January 20, 2003, 9:00:00.000000 PM PST (January 21, 2003, 12:00:00.000000 AM EST)",
        ),
        (
            EXPIRATION + MICROSECOND,
            "January 20, 2003, 9:00:00.000001 PM PST (January 21, 2003, 12:00:00.000001 AM EST)",
        ),
    ],
)
def test_a_time_of_record_is_said_to_the_microsecond(instant: datetime, label: str) -> None:
    assert record_label(instant, **ZONES) == label


@law
@given(st.datetimes(datetime(2002, 1, 1), datetime(2005, 1, 1), timezones=st.just(UTC)))
def test_two_times_of_record_that_differ_never_read_the_same(instant: datetime) -> None:
    assert record_label(instant, **ZONES) != record_label(instant + MICROSECOND, **ZONES)
    assert f".{instant.microsecond:06d} " in record_label(instant, **ZONES)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=5, hours=11, minutes=59), "5 days, 11 hours"),
        (timedelta(days=1, hours=1), "1 day, 1 hour"),
        (timedelta(days=2, minutes=59), "2 days"),
        (timedelta(days=1) - MICROSECOND, "23 hours, 59 minutes"),
        (timedelta(hours=2, minutes=3), "2 hours, 3 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=1) - MICROSECOND, "59 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=1) - MICROSECOND, "less than a minute"),
        (MICROSECOND, "less than a minute"),
        (timedelta(0), ""),
        (-MICROSECOND, ""),
    ],
)
def test_the_time_left_is_never_said_to_be_more_than_it_is(left: timedelta, words: str) -> None:
    assert time_left(EXPIRATION - left, EXPIRATION) == words


def test_the_time_left_spans_a_change_of_clocks_in_true_hours() -> None:
    before = datetime(2003, 4, 6, 8, tzinfo=UTC)  # midnight PST
    after = datetime(2003, 4, 7, 7, tzinfo=UTC)  # midnight PDT, 23 hours later
    assert time_left(before, after) == "23 hours"


@pytest.mark.usefixtures("host_in_tokyo")
def test_the_zone_of_the_host_changes_nothing() -> None:
    # The host is in Tokyo indeed: the control.
    assert datetime.fromtimestamp(0).hour == 9  # noqa: DTZ006
    assert instant_label(EXPIRATION, **ZONES) == (
        "9:00 PM PST on January 20, 2003 (midnight Eastern)"
    )
    assert time_left(EXPIRATION - timedelta(hours=2), EXPIRATION) == "2 hours"
    assert is_timely(EXPIRATION - MICROSECOND, EXPIRATION)
    assert not is_timely(EXPIRATION, EXPIRATION)
    with pytest.raises(ValueError, match="has none"):
        as_utc(datetime(2003, 1, 21, 14))  # not taken for Tokyo time


def test_the_same_instant_in_another_zone_is_the_same_label() -> None:
    elsewhere = EXPIRATION.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert instant_label(elsewhere, **ZONES) == instant_label(EXPIRATION, **ZONES)


def test_naive_instants_are_refused() -> None:
    naive = datetime(2003, 1, 20, 21)
    with pytest.raises(ValueError, match="2003-01-20T21:00:00 has none"):
        instant_label(naive, **ZONES)
    with pytest.raises(ValueError, match="has none"):
        record_label(naive, **ZONES)
    with pytest.raises(ValueError, match="has none"):
        time_left(naive, EXPIRATION)
    with pytest.raises(ValueError, match="has none"):
        time_left(EXPIRATION, naive)
