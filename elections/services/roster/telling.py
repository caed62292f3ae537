"""Telling how far an upload has come, and that somebody is still at it, while it is worked on."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import structlog
from django.db import Error as DatabaseTrouble
from django.db import connection

from elections.models import RosterUpload

log = structlog.get_logger(__name__)

BEAT = 2.0  # seconds


class Telling:
    """A `Progress` that is kept with the upload.

    An import is one long transaction, out of which nothing can be told: on PostgreSQL a thread
    tells over a connection of its own. SQLite lets nobody else write meanwhile, so there the
    telling pauses with that transaction, and so does everybody who might take the upload over.
    """

    def __init__(self, upload: RosterUpload) -> None:
        self._mine = RosterUpload.objects.filter(
            pk=upload.pk, state=upload.state, claim=upload.claim
        )
        self._stage, self._done, self._total = "", 0, 0
        self._told_at = 0.0
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def stage(self, name: str, total: int = 0) -> None:
        """Something new is begun."""
        self._stage, self._done, self._total = name, 0, total
        self._told_at = 0.0
        self._tell_now_and_then()

    def step(self, done: int) -> None:
        """So many rows of it are done."""
        self._done = done
        self._tell_now_and_then()

    def __enter__(self) -> Self:
        """Begin to beat."""
        if connection.vendor == "postgresql":
            self._thread = threading.Thread(target=self._beat, name="roster-upload", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Fall silent."""
        self._ended.set()
        if self._thread:
            self._thread.join()

    def _tell_now_and_then(self) -> None:
        if connection.in_atomic_block or time.monotonic() - self._told_at < BEAT:
            return
        self._told_at = time.monotonic()
        self._tell()

    def _beat(self) -> None:
        try:
            while not self._ended.wait(BEAT):
                self._tell()
        finally:
            connection.close()  # this thread's own

    def _tell(self) -> None:
        try:
            self._mine.update(
                heartbeat_at=datetime.now(UTC),
                stage=self._stage,
                done=self._done,
                total=self._total,
            )
        except DatabaseTrouble as error:
            # The work itself notices what is wrong, or goes on; the next beat tells again.
            log.warning("roster_upload_untold", error=str(error))
