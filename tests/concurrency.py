"""Running several clients at once against one database, each on a connection of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection, connections

T = TypeVar("T")
PATIENCE = 20  # seconds after which a test that waits for another thread has failed


@contextmanager
def clients(count: int) -> Iterator[Callable[[Callable[[], T]], Future[T]]]:
    """`count` clients; calling what this yields gives one of them something to do."""
    with ThreadPoolExecutor(count) as pool:
        yield lambda work: pool.submit(_on_own_connection, work)


def at_once(works: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Start all of `works` at the same moment; what each gave, or the error it ended with."""
    start = threading.Barrier(len(works))

    def begin(work: Callable[[], T]) -> T:
        connection.ensure_connection()
        start.wait(PATIENCE)
        return work()

    with clients(len(works)) as client:
        futures = [client(lambda work=work: begin(work)) for work in works]
    return [future.exception() or future.result() for future in futures]  # type: ignore[misc]


# The server has other databases, where other tests run. A lock on a row names none, but whoever
# waits for one has locked a table of its own database before.
THOSE_WHO_WAIT = """
    FROM (SELECT pid FROM pg_locks WHERE NOT granted) waiting
    WHERE pid IN (SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database
                  WHERE datname = current_database())
"""


def wait_until_blocked(count: int = 1) -> None:
    """Return once `count` clients of this database wait for a lock."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(DISTINCT pid) {THOSE_WHO_WAIT}")
            if cursor.fetchone()[0] >= count:
                return
        time.sleep(0.01)
    raise AssertionError(f"Nobody waited for a lock within {PATIENCE} s.")


def _on_own_connection(work: Callable[[], T]) -> T:
    try:
        return work()
    finally:
        connections.close_all()
