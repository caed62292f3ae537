"""Waking the workers beside the request: what gathers is published together, and nothing waits."""

from __future__ import annotations

import os
import threading
import time
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from elections.delivery import waking
from elections.delivery.tasks import ROWS_OF_A_TASK, deliver_messages
from elections.delivery.waking import wake
from scripts.processes import wait_until


class Broker:
    """What stands at the wire: notes what is published, and fails when told to."""

    def __init__(self) -> None:
        self.tasks: list[list[int]] = []
        self.failing = False
        self.answers = threading.Event()
        self.answers.set()

    def apply_async(self, args: tuple[list[int]], **options: Any) -> None:
        self.answers.wait(10)
        if self.failing:
            raise ConnectionError("away")
        self.tasks.append(args[0])

    @property
    def rows(self) -> list[int]:
        return [row for task in self.tasks for row in task]


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    idle()
    there = Broker()
    monkeypatch.setattr(deliver_messages, "apply_async", there.apply_async)
    yield there
    there.answers.set()
    idle()


def idle() -> None:
    wait_until(lambda: waking._publisher is None, 10, "The end of an earlier publishing")


def test_rows_of_one_moment_are_published_in_few_tasks_and_each_once(broker: Broker) -> None:
    rows = list(range(2 * ROWS_OF_A_TASK + 1))
    for row in rows:
        wake([row])
    wait_until(lambda: len(broker.rows) == len(rows), 10, "Publishing")
    assert broker.rows == rows
    assert [len(task) for task in broker.tasks] == [ROWS_OF_A_TASK, ROWS_OF_A_TASK, 1]


def test_whoever_wakes_does_not_wait_for_the_broker(broker: Broker) -> None:
    broker.answers.clear()
    began = time.monotonic()
    wake([1])
    wait_until(lambda: bool(waking._publisher) and not waking._gathered, 10, "Publishing")
    wake([2])  # while the first is on its way
    assert time.monotonic() - began < 5
    assert broker.rows == []
    broker.answers.set()
    wait_until(lambda: broker.rows == [1, 2], 10, "Both to be published")


def test_a_broker_that_is_away_is_tried_once_and_again_for_the_next_row(broker: Broker) -> None:
    broker.failing = True
    wake(range(100))
    idle()
    assert broker.tasks == []
    broker.failing = False
    wake([7])
    wait_until(lambda: broker.rows == [7], 10, "Publishing")


def test_rows_from_many_threads_are_each_published_once(broker: Broker) -> None:
    def many(first: int) -> None:
        for row in range(first, first + 50):
            wake([row])
            time.sleep(0.002)

    threads = [threading.Thread(target=many, args=(first,)) for first in range(0, 400, 50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_until(lambda: len(broker.rows) == 400, 10, "Publishing")
    assert sorted(broker.rows) == list(range(400))


def test_nothing_to_wake_for_starts_nothing(broker: Broker) -> None:
    wake([])
    assert waking._publisher is None


def test_a_process_forked_while_rows_gather_still_wakes(broker: Broker) -> None:
    wake([1])
    with warnings.catch_warnings():
        # Python 3.12 warns of forking beside a thread: that is what happens here, and on purpose.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:  # it has the list, but not the thread that was to publish it
        wake([2])
        time.sleep(3 * waking.GATHERING)
        os._exit(0 if broker.rows == [1, 2] else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
