"""How often something may be tried, counted to the one for all processes of the web server.

django-allauth asks `consume` before each try and has its rates in ACCOUNT_RATE_LIMITS; its own
counters are read, changed and written back, in a cache that here each process would have for
itself. These take one statement in the database, which is exact however many try at once, and
need no Redis. Their table is not written to PostgreSQL's log, so that counting waits for no disk:
after a crash of the database server, and on a standby that takes over, counting begins anew.

A rate is so many tries within a time that begins with the first of them. By whom it counts:

    ip      the client's address (of IPv6, its network)
    user    the account that is signed in
    place   the account that is tried, from one address
    key     the account that is tried, from wherever

By `place` and `key`, a browser in which that account has signed in before counts for itself, so
strangers cannot keep its owner out. A try that is refused takes nothing.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from allauth.core.exceptions import RateLimited
from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import Rate
from django.db import connection
from django.http import HttpRequest

from elections import known_browser
from elections.client_address import client_address, client_network
from elections.models import Tries

log = structlog.get_logger(__name__)

HARMLESS = ("GET", "HEAD", "OPTIONS")
# The clock of the database, which all processes share, in seconds since 1970.
NOW = {
    "postgresql": "extract(epoch FROM statement_timestamp())",
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
}
TAKE = """
    INSERT INTO elections_tries AS kept (counter, count, until) VALUES (%s, 1, {now} + %s)
    ON CONFLICT (counter) DO UPDATE SET
        count = CASE WHEN kept.until <= {now} THEN 1 ELSE kept.count + 1 END,
        until = CASE WHEN kept.until <= {now} THEN excluded.until ELSE kept.until END
    WHERE kept.until <= {now} OR kept.count < %s
    RETURNING count
"""
GIVE_BACK = """
    UPDATE elections_tries SET count = count - 1 WHERE counter IN ({counters}) AND count > 0
"""
SECONDS_LEFT = """
    SELECT until - {now} FROM elections_tries WHERE counter = %s AND until > {now} AND count >= %s
"""
EXPIRED = "DELETE FROM elections_tries WHERE until <= {now}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A try of `action` was one too many; the next may be let through in `seconds`."""

    action: str
    seconds: int

    @property
    def wait(self) -> str:
        """How long that is in words, rounded up: "1 minute", "5 minutes"."""
        minutes = -(-self.seconds // 60)
        return "1 minute" if minutes == 1 else f"{minutes} minutes"


@dataclass
class Taken:
    """The counters that a try was counted under."""

    counters: list[str] = field(default_factory=list)

    def rollback(self) -> None:
        """Let the try not count after all."""
        if self.counters:
            places = ", ".join(["%s"] * len(self.counters))
            _run(GIVE_BACK.replace("{counters}", places), *self.counters)


def consume(
    request: HttpRequest,
    *,
    app: str,
    action: str,
    config: dict[str, str] | None = None,
    key: str | None = None,
    user: Any = None,
    dry_run: bool = False,
    limit_get: bool = False,
    raise_exception: bool = False,
) -> Taken | None:
    """Count one try of `action`; None, or `RateLimited`, where it is one too many.

    It then leaves a `Refusal` on the request as `refusal`. `dry_run` looks without counting.
    """
    taken = Taken()
    if request.method in HARMLESS and not limit_get:
        return taken
    for rate in ratelimit.get_rates(app=app, action=action, config=config):
        counter = _counter(request, f"{app}.{action}", rate, key=key, user=user)
        if _allowed(counter, rate, dry_run=dry_run):
            if not dry_run:
                taken.counters.append(counter)
            continue
        taken.rollback()
        _refuse(request, action, rate, counter)
        if raise_exception:
            raise RateLimited
        return None
    return taken


def clear(
    request: HttpRequest,
    *,
    app: str,
    action: str,
    config: dict[str, str] | None = None,
    key: str | None = None,
    user: Any = None,
) -> None:
    """Begin counting anew for an account, as this request is counted; not for its address.

    Else whoever gets into one account could go on trying others.
    """
    rates = ratelimit.get_rates(app=app, action=action, config=config)
    counters = [
        _counter(request, f"{app}.{action}", rate, key=key, user=user)
        for rate in rates
        if rate.per != "ip"
    ]
    Tries.objects.filter(counter__in=counters).delete()


def longest(action: str) -> timedelta:
    """How long at most a try of `action` counts, by ACCOUNT_RATE_LIMITS; no time without limits."""
    rates = ratelimit.get_rates(app="allauth.account", action=action)
    return timedelta(seconds=max((rate.duration for rate in rates), default=0))


def take_over() -> None:
    """Have django-allauth count with these, at every door that it has."""
    ratelimit.consume, ratelimit.clear = consume, clear


def throw_away_expired() -> int:
    """Delete the counters whose time is over; how many that were."""
    return _run(EXPIRED)[1]


def _allowed(counter: str, rate: Rate, *, dry_run: bool) -> bool:
    if dry_run:
        return _seconds_left(counter, rate) is None
    return bool(_run(TAKE, counter, float(rate.duration), rate.amount)[0])


def _seconds_left(counter: str, rate: Rate) -> float | None:
    rows, _ = _run(SECONDS_LEFT, counter, rate.amount)
    return rows[0][0] if rows else None


def _refuse(request: HttpRequest, action: str, rate: Rate, counter: str) -> None:
    refusal = Refusal(action, math.ceil(_seconds_left(counter, rate) or 1))
    request.refusal = refusal  # type: ignore[attr-defined]
    log.warning(
        "too_many_tries",
        action=action,
        limit=str(rate),
        counter=counter.rpartition("|")[2][:16],  # tells accounts apart, and names none
        address=client_address(request),
        again_in=refusal.seconds,
    )


def _counter(request: HttpRequest, action: str, rate: Rate, *, key: str | None, user: Any) -> str:
    """What tries like this one are counted under: the same for all processes."""
    match rate.per:
        case "ip":
            who = client_network(request)
        case "user":
            who = str((user or request.user).pk)
        case "key" | "place":
            # Before an address, django-allauth puts the name of the site, which anyone may choose.
            account = (key or "").rpartition(":")[2].lower()
            who = known_browser.name_for(request, account) or _stranger(request, account, rate)
        case _:
            raise ValueError(f"Tries are not counted by {rate.per!r}.")
    return f"{action}|{rate}|{who}"


def _stranger(request: HttpRequest, account: str, rate: Rate) -> str:
    place = client_network(request) if rate.per == "place" else ""
    return hashlib.sha256(f"{account}|{place}".encode()).hexdigest()


def _run(statement: str, *values: str | float) -> tuple[list[Any], int]:
    """The rows that a statement gives, and how many rows it was about."""
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("{now}", NOW[connection.vendor]), values)
        return (cursor.fetchall() if cursor.description else []), cursor.rowcount
