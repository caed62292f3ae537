"""The portal's deadline and labels against a second computation, and that this finds faults."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from elections.core import deadline, instants
from tests.oracle import PORTAL, Core, compare

CASES = 20_000  # `make oracle` compares a million
CONTROL = 6_000


def test_the_portal_and_the_oracle_agree() -> None:
    seed = str(secrets.randbits(32))

    assert compare(seed, CASES) == [], f"seed {seed}"


def at_the_deadline_too(received_at: datetime, expiration: datetime) -> bool:
    return received_at <= expiration


def by_the_clock_face(received_at: datetime, expiration: datetime) -> bool:
    """Two times that share a zone object are compared by their faces, wrong on one night a year."""
    zone = ZoneInfo("America/Los_Angeles")
    return received_at.astimezone(zone) < expiration.astimezone(zone)


def the_last_announced(
    scheduled: datetime,
    extensions: Iterable[deadline.Extension],
    *,
    at: datetime | None = None,
) -> datetime:
    """A shorter one brings an earlier deadline back."""
    known = [e for e in extensions if at is None or e.announced_at <= at]
    last = max(known, key=lambda extension: extension.announced_at, default=None)
    return instants.as_utc(last.expiration if last else scheduled)


def always_standard_time(instant: datetime, *, zone: str, second_zone: str) -> str:
    """As if the abbreviation were the zone's and not the date's."""
    label = instants.instant_label(instant, zone=zone, second_zone=second_zone)
    return label.replace("PDT", "PST").replace("EDT", "EST")


def rounded_up(now: datetime, expiration: datetime) -> str:
    """Something is always left, also at the very deadline."""
    return instants.time_left(now, expiration) or "less than a minute"


@pytest.mark.parametrize(
    "wrong",
    [
        PORTAL._replace(is_timely=at_the_deadline_too),
        PORTAL._replace(is_timely=by_the_clock_face),
        PORTAL._replace(expiration_in_force=the_last_announced),
        PORTAL._replace(instant_label=always_standard_time),
        PORTAL._replace(time_left=rounded_up),
    ],
    ids=["<=", "clock faces", "last announced", "standard time", "rounded up"],
)
def test_a_wrong_comparison_is_found(wrong: Core) -> None:
    assert compare("1", CONTROL, wrong) != []
