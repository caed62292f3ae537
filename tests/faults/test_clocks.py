"""Clocks that are wrong, and the very instant of the deadline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scripts import machine
from tests.faults.stack import Process, Stack
from tests.faults.trial import Trial

MICROSECOND = timedelta(microseconds=1)

needs_faketime = pytest.mark.skipif(
    machine.faketime_library() is None, reason="faketime is missing here"
)


def around_the_instant(trial: Trial, web: Process, hand: Path) -> list[bool]:
    """Forms whose time of record is a microsecond before the deadline, it, and one after."""
    people = trial.open(3)
    tokens = trial.drafts()
    deadline = trial.deadlines[0]
    trial.one_clock = False
    browser = trial.browser(web)
    for person, token, offset in zip(people, tokens, (-1, 0, 1), strict=True):
        hand.write_text((deadline + offset * MICROSECOND).isoformat())
        browser.sign(person, token)
        trial.settle(browser, seconds=3)
    return [timely for _, _, _, timely in trial.rows()]


@pytest.mark.fault(36)
def test_a_microsecond_decides(trial: Trial, stack: Stack, tmp_path: Path) -> None:
    hand = tmp_path / "clock"
    hand.write_text(datetime.now(UTC).isoformat())
    with stack.web("set_clock", FAULTS_CLOCK=str(hand)) as web:
        judged = around_the_instant(trial, web, hand)
        trial.must(judged == [True, False, False], f"timely, late, late: {judged}")
        trial.holds(web)


@pytest.mark.control(36)
def test_with_at_most_in_place_of_before_the_instant_itself_counts(
    trial: Trial, stack: Stack, tmp_path: Path
) -> None:
    hand = tmp_path / "clock"
    hand.write_text(datetime.now(UTC).isoformat())
    with stack.another_database():
        rule = "submission_timely_means_before_deadline"
        stack.do(f"ALTER TABLE elections_submission DROP CONSTRAINT {rule}")
        with stack.web("set_clock", "exact_boundary", FAULTS_CLOCK=str(hand)) as web:
            around_the_instant(trial, web, hand)
            trial.finds("I3")


def on_a_wrong_clock(trial: Trial, web: Process) -> None:
    people = trial.open(2)
    first, second = trial.drafts()
    browser = trial.browser(web)
    browser.get(people[0], "/")  # A server's first answer takes its time.
    deadline = trial.close_in(3.0)
    browser.sign(people[0], first)
    trial.until(deadline)
    browser.sign(people[1], second)
    judged = [timely for _, _, _, timely in trial.rows()]
    trial.must(judged == [True, False], f"timely, late: {judged}")
    off = trial.stack.do(
        "SELECT extract(epoch FROM arrived_at - seen_at) FROM elections_submission"
        " JOIN witness ON submission = id WHERE form_token = %s", first,
    )  # fmt: skip
    assert off, "the first form has no row"
    assert abs(abs(float(off[0][0])) - 300) < 30, "the server's clock was not off"


def wrong_clock(trial: Trial) -> dict[str, str]:
    """What shows a process a clock that is five minutes ahead, or behind."""
    return {
        "LD_PRELOAD": str(machine.faketime_library()),
        "FAKETIME": trial.dice.choice(["+300s", "-300s"]),
    }


@needs_faketime
@pytest.mark.fault(37)
def test_a_web_server_five_minutes_off_changes_nothing(trial: Trial, stack: Stack) -> None:
    with stack.web(**wrong_clock(trial)) as web:
        on_a_wrong_clock(trial, web)
        trial.holds(web)


@needs_faketime
@pytest.mark.control(37)
def test_by_the_web_servers_clock_that_would_decide(trial: Trial, stack: Stack) -> None:
    with stack.web("databases_clock", **wrong_clock(trial)) as web:
        on_a_wrong_clock(trial, web)
        trial.finds("I3", "end")


@contextmanager
def adjustable_clock(stack: Stack) -> Iterator[Path]:
    """PostgreSQL on a clock that goes by what a file says, such as `-2s`."""
    server = stack.postgres
    file = server.folder / "clock"
    file.write_text("+0s")
    file.chmod(0o644)
    faked = ["env", f"LD_PRELOAD={machine.faketime_library()}", "FAKETIME_NO_CACHE=1",
             f"FAKETIME_TIMESTAMP_FILE={file}"]  # fmt: skip
    server.stop()
    usual = server.command
    server.command = lambda: [*faked, *usual()]  # type: ignore[method-assign]
    try:
        server.start()
        yield file
    finally:
        server.stop()
        del server.command  # type: ignore[method-assign]
        server.start()


def clock_steps_back(trial: Trial, web: Process, file: Path) -> None:
    (person,) = trial.open()
    browser = trial.browser(web)
    trial.one_clock = False
    first = browser.sign(person, trial.draft())
    second = trial.draft()
    file.write_text("-2s")
    browser.sign(person, second)
    receipts = [s.receipt for s in trial.history.receipts()]
    trial.must(len(receipts) == 2, f"two receipts: {trial.history.sendings}")
    times = [received for _, _, received, _ in trial.rows()]
    assert times[1] < times[0] + timedelta(seconds=1), "the clock did not step back"
    page = browser.get(person, f"/submissions/{first.receipt}/").words
    trial.must("has taken the place of this one" in page, "the first is replaced on its page")


@needs_faketime
@pytest.mark.fault(38)
def test_the_databases_clock_steps_back(trial: Trial, stack: Stack, web: Process) -> None:
    with adjustable_clock(stack) as file:
        clock_steps_back(trial, web, file)
        trial.holds(web)


@needs_faketime
@pytest.mark.control(38)
def test_by_the_clock_alone_the_earlier_form_would_govern(trial: Trial, stack: Stack) -> None:
    with adjustable_clock(stack) as file, stack.web("order_of_recording") as web:
        clock_steps_back(trial, web, file)
        trial.finds("I5", "end")
