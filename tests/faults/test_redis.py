"""Redis is down, silent, empty, or comes and goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.faults.history import Told
from tests.faults.mails import await_sent, elect, one_copy_each
from tests.faults.stack import Process, Stack
from tests.faults.trial import Trial

MORE = 1.0  # seconds that a submission may take longer
LOSING = 1.5  # seconds until its wake-up, which leaves a moment after it, has been given up


@contextmanager
def down(stack: Stack) -> Iterator[None]:
    stack.redis.kill()
    try:
        yield
    finally:
        stack.redis.start()


@contextmanager
def silent(stack: Stack) -> Iterator[None]:
    stack.redis.pause()
    try:
        yield
    finally:
        stack.redis.resume()


def submitted(trial: Trial, web: Process) -> None:
    """Someone submits with Redis in trouble; it may take hardly longer than for the one before."""
    people = trial.open(3)
    browser, tokens = trial.browser(web), trial.drafts()
    trouble = down if trial.case in (4, 22) else silent
    browser.sign(people[0], tokens[0])
    usual = browser.sign(people[1], tokens[1])
    with trouble(trial.stack):
        trial.a_moment()
        sending = browser.sign(people[2], tokens[2])
        time.sleep(LOSING)
    trial.must(sending.told is Told.RECEIPT, f"accepted: {sending}")
    took = [(s.answered - s.began).total_seconds() for s in (usual, sending) if s.answered]
    trial.must(took[-1] - took[0] < MORE, f"under a second more: {took}")


@pytest.mark.fault(22)
def test_redis_down_at_submit(trial: Trial, stack: Stack, web: Process) -> None:
    submitted(trial, web)
    with stack.sweeper():
        await_sent(trial, 25)
    one_copy_each(trial)
    trial.holds(web, mailed=True)


@pytest.mark.fault(23)
def test_redis_accepts_but_never_answers(trial: Trial, stack: Stack, web: Process) -> None:
    submitted(trial, web)
    with stack.sweeper():
        await_sent(trial, 25)
    one_copy_each(trial)
    trial.holds(web, mailed=True)


@pytest.mark.control(23)
def test_with_more_patience_a_silent_redis_holds_up_everyone(
    trial: Trial, stack: Stack, web: Process
) -> None:
    with stack.web("broker_patience") as patient:
        submitted(trial, patient)
        trial.finds("end")


@pytest.mark.control(22, 4, 24)
def test_without_the_sweeper_a_lost_wake_up_is_a_lost_mail(
    trial: Trial, stack: Stack, web: Process
) -> None:
    with stack.worker():
        submitted(trial, web)
        await_sent(trial, 15)
    trial.finds("I7", "end", mailed=True)


@pytest.mark.fault(24)
def test_redis_comes_back_empty(trial: Trial, stack: Stack, web: Process) -> None:
    elect(trial, web, 3)  # their wake-ups wait in Redis
    with down(stack):
        trial.a_moment(0.5)
    with stack.worker(), stack.sweeper():
        await_sent(trial, 25)
    one_copy_each(trial)
    trial.holds(web, mailed=True)


def worker_through_a_restart(trial: Trial, web: Process, worker: Process, seconds: float) -> None:
    """A worker that has worked; Redis restarts; then the worker alone is to send a mail."""
    elect(trial, web)
    await_sent(trial, 20)
    with down(trial.stack):
        time.sleep(1 + trial.dice.random() * 2)
    began = time.monotonic()
    trial.history.sendings.clear()
    elect(trial, web)
    await_sent(trial, seconds)
    trial.must(time.monotonic() - began < 60, "heard again within 60 s")


@pytest.mark.fault(25)
@pytest.mark.timeout(180)
def test_a_worker_hears_again_after_redis_restarts(
    trial: Trial, stack: Stack, web: Process
) -> None:
    with stack.worker() as worker:
        worker_through_a_restart(trial, web, worker, 60)
    one_copy_each(trial)
    trial.holds(web, mailed=True)


@pytest.mark.control(25)
def test_a_worker_that_does_not_look_again_is_deaf(
    trial: Trial, stack: Stack, web: Process
) -> None:
    with stack.worker("reconnecting") as worker:
        worker_through_a_restart(trial, web, worker, 8)
    trial.finds("I7", "end", mailed=True)
