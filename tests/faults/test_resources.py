"""The web server's disk is full; a renderer runs out of memory."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.faults.history import Told
from tests.faults.mails import await_sent, elect, hours_pass, mails, one_copy_each, publish
from tests.faults.stack import Process, Stack
from tests.faults.trial import Trial

FULL = Path("/dev/full")  # every write to it fails for want of room
NOT_A_BYTE = ("prlimit", "--fsize=0")


def with_a_full_disk(trial: Trial, web: Process) -> None:
    people = trial.open(3)
    browser = trial.browser(web)
    for person, token in zip(people, trial.drafts(), strict=True):
        browser.sign(person, token)
    failed = [s for s in trial.history.sendings if s.told is not Told.RECEIPT]
    trial.must(not failed, f"submission works: {failed}")


@pytest.mark.fault(9)
def test_disk_full_for_the_web_server(trial: Trial, stack: Stack) -> None:
    with stack.web(before=NOT_A_BYTE, output=FULL) as web:
        with_a_full_disk(trial, web)
        trial.holds(web)


@pytest.mark.control(9)
def test_if_a_log_line_could_fail_a_form_the_answer_would_be_false(
    trial: Trial, stack: Stack
) -> None:
    with stack.web("log_failures", before=NOT_A_BYTE, output=FULL) as web:
        with_a_full_disk(trial, web)
        trial.finds("I10", "I11", "end")


@pytest.mark.fault(10)
def test_out_of_memory_while_rendering(trial: Trial, stack: Stack, web: Process) -> None:
    elect(trial, web, 2)
    with stack.worker("memory"):
        for person in trial.people:
            publish(stack, trial, person)
        trial.wait_for(
            lambda: all(n for (n,) in mails(trial, "attempts")), 30, "an attempt at each"
        )
        time.sleep(1)
        states = {state for (state,) in mails(trial, "state")}
        trial.must("sent" not in states, f"there was memory enough: {states}")
    failed = [s for s in trial.history.sendings if s.told is not Told.RECEIPT]
    trial.must(not failed, f"forms unaffected: {failed}")
    hours_pass(trial)
    with stack.sweeper():
        await_sent(trial, 25)
    one_copy_each(trial)
    trial.holds(web, mailed=True)


@pytest.mark.control(10)
def test_if_the_mail_were_made_in_the_request_the_form_would_fail(
    trial: Trial, stack: Stack
) -> None:
    with stack.web("memory", "rendered_apart") as web:
        with_a_full_disk(trial, web)
        trial.finds("end")
