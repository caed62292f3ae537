"""Delivering what nobody was woken for: needs the database and the mail server, no broker."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType

import structlog

from elections.delivery.claim import LONGEST_ATTEMPT, due
from elections.delivery.deliver import Outcome, deliver

log = structlog.get_logger(__name__)

# Fresh rows are left to the worker for so long, so that both do not reach for each of them.
GRACE = timedelta(seconds=5)


class TookTooLong(Exception):
    """An attempt was ended because its claim was about to run out."""


def sweep(
    *, grace: timedelta, limit: int | None = None, stopping: Callable[[], bool] = lambda: False
) -> Counter[Outcome]:
    """Deliver what is due, at most `limit` rows, until `stopping`; how many ended in what."""
    return deliver_each(due(grace=grace, limit=limit), stopping=stopping)


def deliver_each(
    keys: Iterable[int], *, stopping: Callable[[], bool] = lambda: False
) -> Counter[Outcome]:
    """Deliver these rows of the outbox, until `stopping`; how many ended in what.

    Ends early when the mail server is away, so that not every row is tried in vain. Raises only
    what `deliver` raises: a database in trouble.
    """
    outcomes: Counter[Outcome] = Counter()
    for message_id in keys:
        if stopping() or outcomes[Outcome.SERVER_AWAY]:
            break
        with at_most(LONGEST_ATTEMPT):
            outcomes[deliver(message_id)] += 1
    return outcomes


@contextmanager
def at_most(time: timedelta) -> Iterator[None]:
    """Raise `TookTooLong` in what runs under it for longer. For the main thread of a process."""

    def end(signum: int, frame: FrameType | None) -> None:
        raise TookTooLong(f"The attempt took longer than {time.total_seconds():.0f} s.")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, time.total_seconds())
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
