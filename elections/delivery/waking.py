"""Waking the workers, beside the request: whoever has committed a mail never waits for the broker.

A thread publishes what has gathered since it was started, several rows in one task: in the last
minute, when forms come by the hundred, publishing each by itself costs a sixth of taking it in.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

import structlog

from elections.delivery.tasks import ROWS_OF_A_TASK, deliver_messages

log = structlog.get_logger(__name__)

GATHERING = 0.05  # seconds from the first row to the publishing of all that have come by then

_gate = threading.Lock()
_gathered: list[int] = []
_publisher: threading.Timer | None = None


def wake(keys: Iterable[int]) -> None:
    """Tell the workers, in a moment, that these rows wait.

    Nothing is promised: what the broker or a crash loses, the sweeper finds. A process that ends
    by itself publishes first.
    """
    global _publisher
    with _gate:
        _gathered.extend(keys)
        # After a fork the child has the rows' list, but not the thread.
        if _gathered and not (_publisher and _publisher.is_alive()):
            _publisher = threading.Timer(GATHERING, _publish)
            _publisher.start()


def _publish() -> None:
    """Publish what has gathered, until there is nothing more, or the broker fails once.

    A broker that is away costs its patience once, and not for each row.
    """
    while rows := _take():
        try:
            deliver_messages.apply_async((rows,), retry=False)
        except Exception as error:  # noqa: BLE001 -- whatever the broker does, the rows are safe
            log.warning("wake_up_failed", messages=rows, error=repr(error))
            _take(all_of_them=True)


def _take(*, all_of_them: bool = False) -> list[int]:
    """The next rows to wake for. With none left, this thread is done: the next row has its own."""
    global _publisher
    with _gate:
        rows = _gathered[: None if all_of_them else ROWS_OF_A_TASK]
        del _gathered[: len(rows)]
        if not rows:
            _publisher = None
        return rows
