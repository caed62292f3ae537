"""`manage.py deliver_outbox`: the sweeper, which delivers whatever the worker did not.

It also sets off the reminders whose date has come: that, too, has to happen without a broker. It
keeps the desk's figures fresh once there are too many people to count for each page, and checks and
applies uploads of the roster, beside the mail rather than between two of them. It throws away the
counters of limits and the sessions whose time is over.
"""

from __future__ import annotations

import signal
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import timedelta
from types import FrameType
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import Error as DatabaseTrouble
from django.db import close_old_connections, connections

from elections.browser_sessions import throw_away_ended
from elections.delivery.claim import revive
from elections.delivery.deliver import Outcome
from elections.delivery.sweep import GRACE, sweep
from elections.limits import throw_away_expired
from elections.services.count import recount_if_stale
from elections.services.remind import run_due_reminders
from elections.services.roster.uploads import work_on_uploads

log = structlog.get_logger(__name__)

PAUSE = 2.0  # seconds between two rounds
GOODBYE = 10.0  # seconds for an import to end; one that is cut off was never written
TIDY = 600.0  # seconds between two times of throwing away
ROUND = 200  # rows at most, so that what has become due meanwhile is not passed over for long


class Command(BaseCommand):
    """Deliver the outbox, for ever or once. Any number may run at the same time."""

    help = (
        "Delivers mails that are due and that no worker has delivered; needs no broker. Sets"
        " off the reminders whose date has come, and works on uploads of the roster. Runs until"
        " it is told to stop (SIGTERM or Ctrl-C), and then finishes the mail in hand."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add `--once` and `--retry-failed`."""
        parser.add_argument("--once", action="store_true", help="deliver all that is due, then end")
        parser.add_argument(
            "--retry-failed", action="store_true", help="first make due what was set aside"
        )

    def handle(self, *args: Any, once: bool, retry_failed: bool, **options: Any) -> None:
        """Sweep once, or round after round."""
        if retry_failed:
            self.stdout.write(f"{revive()} to be tried again")
        if once:
            run_due_reminders()
            work_on_uploads()
            _tidy()
            outcomes = sweep(grace=timedelta(0))
            waiting = outcomes[Outcome.PUT_BACK] + outcomes[Outcome.SERVER_AWAY]
            self.stdout.write(
                f"{outcomes[Outcome.SENT]} sent, {waiting} to be tried again,"
                f" {outcomes[Outcome.SET_ASIDE]} could not be delivered"
            )
            return
        stopping = _told_to_stop()
        uploads = threading.Thread(target=_work_on_uploads_until, args=(stopping,), daemon=True)
        uploads.start()
        _sweep_until(stopping)
        uploads.join(GOODBYE)


def _told_to_stop() -> threading.Event:
    """An event that SIGTERM and SIGINT set, so that no mail is left half sent."""
    stopping = threading.Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return stopping


def _sweep_until(stopping: threading.Event) -> None:
    log.info("sweeper_started")
    tidied = -TIDY
    while not stopping.is_set():
        close_old_connections()
        # Each by itself, so that trouble with the one does not keep the other from being done.
        _guarded(run_due_reminders)
        _guarded(lambda: sweep(grace=GRACE, limit=ROUND, stopping=stopping.is_set))
        _guarded(recount_if_stale)
        if time.monotonic() - tidied > TIDY:
            tidied = time.monotonic()
            _guarded(_tidy)
        stopping.wait(PAUSE)
    log.info("sweeper_stopped")


def _tidy() -> None:
    throw_away_expired()
    throw_away_ended()


def _work_on_uploads_until(stopping: threading.Event) -> None:
    while not stopping.wait(PAUSE):
        close_old_connections()
        _guarded(work_on_uploads)
    connections.close_all()  # this thread's own


def _guarded(work: Callable[[], object]) -> None:
    try:
        work()
    except DatabaseTrouble as error:
        # The database restarts, or is away for a while: so does nothing but wait and try again.
        log.warning("sweeper_without_database", error=str(error))
        connections.close_all()
    except Exception:
        # The row it came from is claimed for a while, so the next round gets past it.
        log.exception("sweep_failed")
