"""A second answer to "was it in time?" and "what did the clock on the wall say?", and a comparison.

`make oracle` compares a million cases (scripts/oracle.py), tests/core/test_oracle.py some of them.

The second answer shares neither code nor data with the portal: instants are whole microseconds
compared as integers, and clock faces come from the C library, which is given the law's own rules
for each zone as POSIX TZ strings and reads no zone file.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

from elections.core import deadline, instants

SECOND = 1_000_000  # microseconds, in which all instants are counted
DAY = 86_400 * SECOND
BLOCK = 2_000  # cases of the same two zones: the C library knows one zone at a time
# Daylight saving time in the United States: Pub. L. 99-359 (1986), then Pub. L. 109-58 (2005).
OLD, NEW = ",M4.1.0,M10.5.0", ",M3.2.0,M11.1.0"
ERAS = ((823_132_800, 1_162_339_200, OLD), (1_170_288_000, 2_140_646_400, NEW))
US_ZONES = {
    "America/Los_Angeles": "PST8PDT",
    "America/Denver": "MST7MDT",
    "America/Chicago": "CST6CDT",
    "America/New_York": "EST5EDT",
    "America/Anchorage": "AKST9AKDT",
}
OTHERS = {
    "America/Phoenix": "MST7",
    "Pacific/Honolulu": "HST10",
    "Europe/London": "GMT0BST,M3.5.0/1,M10.5.0",
    "Asia/Tokyo": "JST-9",
    "Asia/Kathmandu": "<+0545>-5:45",
}
NAMES = dict(zip(US_ZONES, ("Pacific", "Mountain", "Central", "Eastern"), strict=False))
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip


class Core(NamedTuple):
    """What is compared: the portal's functions, or wrong ones to see that they are found."""

    is_timely: Callable[..., bool] = deadline.is_timely
    expiration_in_force: Callable[..., datetime] = deadline.expiration_in_force
    instant_label: Callable[..., str] = instants.instant_label
    record_label: Callable[..., str] = instants.record_label
    time_left: Callable[..., str] = instants.time_left


@dataclass(frozen=True, slots=True)
class Case:
    """A form received at an instant, an offer's expiration, and extensions (announced, to)."""

    received: int
    scheduled: int
    extensions: tuple[tuple[int, int], ...]
    at: int | None

    @property
    def deadline(self) -> int:
        """In force as announced by `at`."""
        known = (to for announced, to in self.extensions if self.at is None or announced <= self.at)
        return max([self.scheduled, *known])


class Face(NamedTuple):
    """What a clock on the wall shows, and the zone's abbreviation then."""

    date: tuple[int, int, int]
    time: tuple[int, int, int]
    micro: int
    abbreviation: str


@contextmanager
def c_library_in(rule: str) -> Iterator[None]:
    """The C library's own zone, for the time being, by a POSIX rule."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = rule
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


def face(instant: int) -> Face:
    """The clock face in the C library's zone."""
    seconds, micro = divmod(instant, SECOND)
    local = time.localtime(seconds)
    return Face(local[:3], local[3:6], micro, local.tm_zone)


def changes(start: int, end: int) -> list[int]:
    """The seconds at which clocks in the C library's zone change, found by halving."""
    found = []
    for day in range(start, end, 86_400):
        low, high = day, day + 86_400
        offset = time.localtime(low).tm_gmtoff
        if time.localtime(high).tm_gmtoff == offset:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (
                (middle, high) if time.localtime(middle).tm_gmtoff == offset else (low, middle)
            )
        found.append(high)
    return found


def make_case(draw: random.Random, start: int, end: int, edges: list[int]) -> Case:
    """A case in that era: every second one beside a change of clocks, most beside the deadline."""
    if edges and draw.random() < 0.5:
        scheduled = draw.choice(edges) * SECOND + draw.choice((-3600, 0, 3600)) * SECOND
        scheduled += draw.choice((-1, 0, 1, draw.randint(-3600 * SECOND, 3600 * SECOND)))
    else:
        scheduled = draw.randint(start, end) // 60 * 60 * SECOND
    extensions, known = [], scheduled
    for _ in range(draw.choice((0, 0, 1, 1, 2, 3))):
        announced = known + draw.randint(-3 * DAY, DAY)
        # A shorter one cannot be announced; given one all the same, neither may fall for it.
        known += draw.choice((3600 * SECOND, DAY, 7 * DAY, -DAY))
        extensions.append((announced, known))
    at = draw.choice((None, scheduled, *(announced for announced, _ in extensions)))
    draw.shuffle(extensions)
    case = Case(0, scheduled, tuple(extensions), at)
    beside = draw.choice((-1, 0, 1, draw.randint(-DAY, DAY), draw.randint(-90 * DAY, 9 * DAY)))
    return replace(case, received=draw.choice((case.deadline, scheduled)) + beside)


def expected(case: Case, here: Face, there: Face, second_zone: str) -> tuple[object, ...]:
    """The second answer: in time, deadline, both labels of the arrival, and what is left."""
    left = case.deadline - case.received
    return (
        case.received < case.deadline,
        case.deadline,
        _to_the_minute(here, there, second_zone),
        _to_the_microsecond(here, there),
        _left(left // (60 * SECOND)) if left > 0 else "",
    )


def _clock(shown: Face, *, exact: bool) -> str:
    hour, minute, second = shown.time
    rest = f":{second:02}.{shown.micro:06}" if exact else ""
    return f"{(hour + 11) % 12 + 1}:{minute:02}{rest} {'PM' if hour > 11 else 'AM'}"


def _day(shown: Face) -> str:
    year, month, day = shown.date
    return f"{MONTHS[month - 1]} {day}, {year}"


def _to_the_minute(here: Face, there: Face, second_zone: str) -> str:
    beside = f"{_clock(there, exact=False)} {there.abbreviation}"
    if there.date != here.date:
        beside += " on " + _day(there)
    if (*there.time, there.micro) == (0, 0, 0, 0):
        beside = "midnight " + NAMES.get(second_zone, there.abbreviation)
    return f"{_clock(here, exact=False)} {here.abbreviation} on {_day(here)} ({beside})"


def _to_the_microsecond(here: Face, there: Face) -> str:
    beside = "" if there.date == here.date else _day(there) + ", "
    beside += f"{_clock(there, exact=True)} {there.abbreviation}"
    return f"{_day(here)}, {_clock(here, exact=True)} {here.abbreviation} ({beside})"


def _left(minutes: int) -> str:
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "day"), (hours, "hour")] if days else [(hours, "hour"), (minutes, "minute")]
    said = [f"{n} {unit}{'s' * (n != 1)}" for n, unit in parts if n]
    return ", ".join(said) if said else "less than a minute"


def said_by(
    core: Core, case: Case, draw: random.Random, zones: tuple[str, str]
) -> tuple[object, ...]:
    """The portal's answer, its instants given in any zone."""

    def aware(instant: int) -> datetime:
        utc = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)
        away = timezone(timedelta(minutes=draw.randint(-720, 840)))
        return utc.astimezone(draw.choice((UTC, away, ZoneInfo(zones[0]), ZoneInfo(zones[1]))))

    extensions = [deadline.Extension(aware(a), aware(to)) for a, to in case.extensions]
    at = None if case.at is None else aware(case.at)
    in_force = core.expiration_in_force(aware(case.scheduled), extensions, at=at)
    received = aware(case.received)
    labelled = {"zone": zones[0], "second_zone": zones[1]}
    return (
        core.is_timely(received, in_force),
        (in_force - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1),
        core.instant_label(received, **labelled),
        core.record_label(received, **labelled),
        core.time_left(received, in_force),
    )


PORTAL = Core()


def compare(seed: str, cases: int, core: Core = PORTAL) -> list[str]:
    """Compare that many cases; a line for each in which the answers differ."""
    draw, wrong = random.Random(seed), []  # repeatable, no secret
    edges: dict[tuple[str, int], list[int]] = {}
    for _ in range(0, cases, BLOCK):
        start, end, law = draw.choice(ERAS)
        rules = {zone: rule + law for zone, rule in US_ZONES.items()} | OTHERS
        zones = (draw.choice(list(rules)), draw.choice(list(rules)))
        faces = []
        with c_library_in(rules[zones[0]]):
            if (zones[0], start) not in edges:
                edges[zones[0], start] = changes(start, end)
            near = edges[zones[0], start]
            block = [make_case(draw, start, end, near) for _ in range(min(BLOCK, cases))]
            faces.append([face(case.received) for case in block])
        with c_library_in(rules[zones[1]]):
            faces.append([face(case.received) for case in block])
        for case, here, there in zip(block, *faces, strict=True):
            second = expected(case, here, there, zones[1])
            first = said_by(core, case, draw, zones)
            if first != second:
                wrong.append(f"{zones} {case}\n  the portal  {first}\n  the oracle  {second}")
    return wrong
