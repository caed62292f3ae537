"""One person, several forms at once: double clicks, tabs, devices; and what changes meanwhile."""

from __future__ import annotations

import pytest

from tests.faults.browser import CHECK
from tests.faults.doing import filled_in, send_again, together, told
from tests.faults.history import Told
from tests.faults.stack import Process, Stack
from tests.faults.trial import Trial


def pressed_often(trial: Trial, web: Process) -> None:
    """A double click and five Enters: one form, seven sendings at the same moment."""
    (person,) = trial.open()
    token, browser = trial.draft(), trial.browser(web)
    together([lambda: browser.sign(person, token)] * 7)
    trial.settle(browser)
    receipts = {s.receipt for s in trial.history.receipts()}
    trial.must(len(receipts) == 1, f"one receipt for all: {receipts}")
    trial.must(len(trial.rows()) == 1, "one row")


def in_two_tabs(trial: Trial, web: Process) -> None:
    """Two forms of one person, filled in before either was sent, sent at the same moment."""
    (person,) = trial.open()
    browser = trial.browser(web)
    tokens = [trial.draft(), trial.draft()]
    together([lambda token=token: browser.sign(person, token) for token in tokens])
    sendings = trial.history.sendings
    trial.must(told(sendings) == [Told.CONFLICT, Told.RECEIPT], f"one of two: {sendings}")
    for conflict in (s for s in sendings if s.told is Told.CONFLICT):
        first = trial.rows()[0][0]
        trial.must(first in conflict.page, "the conflict page shows the one on record")
        trial.must("What this form says" in conflict.page, "and the one that was sent")


def sent_again_changed(trial: Trial, web: Process) -> None:
    """Back, another signature, sent again: the first one stands."""
    (person,) = trial.open()
    browser = trial.browser(web)
    first = browser.sign(person, trial.draft())
    changed = send_again(browser, first, signature="Somebody Else")
    trial.must(changed.told is Told.BEFORE, f"told that it was recorded before: {changed}")
    trial.must(str(first.receipt) in changed.page, "with the first receipt")


@pytest.mark.fault(45)
def test_pressed_often_two_tabs_back_and_resend(trial: Trial, web: Process) -> None:
    for scenario in (pressed_often, in_two_tabs, sent_again_changed):
        trial.history.sendings.clear()
        scenario(trial, web)
        trial.holds(web)


def uniqueness_off(stack: Stack) -> None:
    """Let the database take two rows with one token, or one number in a chain."""
    for (rule,) in stack.do(
        "SELECT conname FROM pg_constraint WHERE contype = 'u'"
        " AND conrelid = 'elections_submission'::regclass AND conname NOT LIKE '%%receipt%%'"
    ):
        stack.do(f"ALTER TABLE elections_submission DROP CONSTRAINT {rule} CASCADE")


@pytest.mark.control(45)
def test_without_lock_and_uniqueness_one_form_is_many_rows(trial: Trial, stack: Stack) -> None:
    with stack.another_database():
        uniqueness_off(stack)
        with stack.web("lock") as web:
            pressed_often(trial, web)
            trial.finds("I6", "I9", "end")


@pytest.mark.control(45)
def test_without_the_comparison_one_tab_overwrites_the_other(trial: Trial, stack: Stack) -> None:
    with stack.web("stale_check") as web:
        in_two_tabs(trial, web)
        trial.finds("end")


def election_and_withdrawal(trial: Trial, web: Process) -> None:
    """Someone who has elected sends another election and a withdrawal at the same moment."""
    (person,) = trial.open()
    browser = trial.browser(web)
    first = browser.sign(person, trial.draft())
    assert first.told is Told.RECEIPT, first
    election = filled_in(browser, person)
    withdrawal = filled_in(browser, person, form="withdrawal", **{"withdraw-all": "on"})
    sends = [
        lambda: browser.sign(person, election),
        lambda: browser.sign(person, withdrawal, path=CHECK["withdrawal"]),
    ]
    trial.dice.shuffle(sends)
    together(sends)
    trial.settle(browser)
    answers = [trial.history.of(token)[-1] for token in (election, withdrawal)]
    trial.must(told(answers) == [Told.CONFLICT, Told.RECEIPT], f"one after the other: {answers}")
    won = next((s for s in answers if s.told is Told.RECEIPT), None)
    for lost in (s for s in answers if s.told is Told.CONFLICT and won):
        trial.must(str(won.receipt) in lost.page, "the one that lost is told which counts")
        page = browser.get(person, f"/submissions/{won.receipt}/").words
        trial.must(str(first.receipt) in page, "the one that won says what it replaced")


@pytest.mark.fault(46)
def test_an_election_and_a_withdrawal_in_flight_are_put_in_order(
    trial: Trial, web: Process
) -> None:
    election_and_withdrawal(trial, web)
    trial.holds(web)


@pytest.mark.control(46)
def test_without_lock_and_uniqueness_the_chain_forks(trial: Trial, stack: Stack) -> None:
    with stack.another_database():
        uniqueness_off(stack)
        with stack.web("lock") as web:
            election_and_withdrawal(trial, web)
            trial.finds("I9", "end")
