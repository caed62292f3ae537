"""The one place that says what time it is.

The time of record is the database's, because web servers' clocks differ. PostgreSQL's
`clock_timestamp()` moves on inside a transaction, where `now()` stands still at its start: read
after a lock is won, it is the instant at which the form's turn came. SQLite lives in this process,
so its clock is this machine's.

In demo mode a stored offset is added, because the deadline of the demo is in 2003.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection

from elections.models import DemoClock


def now() -> datetime:
    """The portal's time, aware UTC with microseconds."""
    return database_clock() + demo_offset()


def database_clock() -> datetime:
    """The database's own clock at this very moment, aware UTC with microseconds."""
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (instant,) = cursor.fetchone()
    return instant.astimezone(UTC)


def demo_offset() -> timedelta:
    """How far the demo's clock is shifted; always zero outside demo mode."""
    if not settings.PORTAL_DEMO:
        return timedelta(0)
    shifted = DemoClock.objects.first()
    return shifted.offset if shifted else timedelta(0)


def set_demo_clock(instant: datetime) -> None:
    """Make the demo's clock show `instant` (aware) now, and tick on from there."""
    if not settings.PORTAL_DEMO:
        raise RuntimeError("The clock can only be moved in demo mode (PORTAL_MODE=demo).")
    DemoClock.objects.update_or_create(id=1, defaults={"offset": instant - database_clock()})
