"""Instants: refusing naive ones, and saying the others in the offer's time with Eastern beside it.

The abbreviation is always that of the date in question: 9:00 PM PST is 9:00 PM PDT after 6 April
2003, an hour away, although the clock on the wall says the same.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from elections.core.words import day_label

ZONE_NAMES = {
    "America/Los_Angeles": "Pacific",
    "America/Denver": "Mountain",
    "America/Chicago": "Central",
    "America/New_York": "Eastern",
}


def as_utc(instant: datetime) -> datetime:
    """Give the same instant in UTC; ValueError for a naive one.

    Comparisons go through here as well: two times that share one zone object are compared by their
    clock faces, which is wrong in the hour that happens twice in autumn.
    """
    if instant.utcoffset() is None:
        raise ValueError(f"An instant needs a time zone; {instant.isoformat()} has none.")
    return instant.astimezone(UTC)


def instant_label(instant: datetime, *, zone: str, second_zone: str) -> str:
    """Say an instant in the offer's zone, the second zone in brackets, to the minute.

    "9:00 PM PST on January 20, 2003 (midnight Eastern)";
    "10:04 AM PST on January 15, 2003 (1:04 PM EST)". Seconds are cut off, never rounded up, so
    that nothing before a deadline is ever printed as the deadline. ValueError when naive.
    """
    here, there = _in_zones(instant, zone, second_zone)
    if (there.hour, there.minute, there.second, there.microsecond) == (0, 0, 0, 0):
        beside = f"midnight {ZONE_NAMES.get(second_zone, there.tzname())}"
    elif here.date() == there.date():
        beside = f"{_minute(there)} {there.tzname()}"
    else:
        beside = f"{_minute(there)} {there.tzname()} on {day_label(there)}"
    return f"{_minute(here)} {here.tzname()} on {day_label(here)} ({beside})"


def record_label(instant: datetime, *, zone: str, second_zone: str) -> str:
    """Say a time of record to the microsecond, as stored.

    "January 15, 2003, 10:04:05.123456 AM PST (1:04:05.123456 PM EST)". ValueError when naive.
    """
    here, there = _in_zones(instant, zone, second_zone)
    beside = f"{_microsecond(there)} {there.tzname()}"
    if here.date() != there.date():
        beside = f"{day_label(there)}, {beside}"
    return f"{day_label(here)}, {_microsecond(here)} {here.tzname()} ({beside})"


def time_left(now: datetime, expiration: datetime) -> str:
    """Say how long is left, in its two largest units: "5 days, 11 hours"; "" when it has passed.

    Always rounded down: people are never told that they have more time than they have. A day is 24
    hours, also across a change to or from daylight saving time. ValueError when either is naive.
    """
    left = as_utc(expiration) - as_utc(now)
    if left <= timedelta(0):
        return ""
    hours, minutes = divmod(left // timedelta(minutes=1), 60)
    days, hours = divmod(hours, 24)
    units = (("day", days), ("hour", hours)) if days else (("hour", hours), ("minute", minutes))
    said = [f"{count} {unit}{'' if count == 1 else 's'}" for unit, count in units if count]
    return ", ".join(said) or "less than a minute"


def _in_zones(instant: datetime, zone: str, second_zone: str) -> tuple[datetime, datetime]:
    utc = as_utc(instant)
    return utc.astimezone(ZoneInfo(zone)), utc.astimezone(ZoneInfo(second_zone))


def _minute(local: datetime) -> str:
    return f"{local.hour % 12 or 12}:{local.minute:02d} {_half_of_day(local)}"


def _microsecond(local: datetime) -> str:
    clock = f"{local.hour % 12 or 12}:{local.minute:02d}:{local.second:02d}.{local.microsecond:06d}"
    return f"{clock} {_half_of_day(local)}"


def _half_of_day(local: datetime) -> str:
    return "AM" if local.hour < 12 else "PM"
