"""The web server dies, restarts, or does not get its answer out."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from scripts import processes
from tests.faults.doing import (
    PATIENCE,
    all_done,
    crowd,
    filled_in,
    in_background,
    kill_workers,
    send_again,
)
from tests.faults.history import Told
from tests.faults.stack import Process, Stack
from tests.faults.trial import Trial


def killed_before_begin(trial: Trial, web: Process) -> None:
    (person,) = trial.open()
    browser = trial.browser(web)
    token = filled_in(browser, person)
    trial.stack.to_postgres.freeze()
    client = in_background(lambda: browser.sign(person, token))
    assert trial.stack.to_postgres.held.wait(PATIENCE)
    trial.a_moment()
    kill_workers(web)
    trial.stack.to_postgres.thaw()
    client.join(PATIENCE)
    trial.must(trial.rows() == [], "no row before it was sent again")
    again = send_again(browser, trial.history.sendings[0])
    trial.must(again.told is Told.RECEIPT, f"a receipt when sent again: {again}")
    trial.must(len(trial.rows()) == 1, "one row")


@pytest.mark.fault(1)
def test_killed_before_begin(trial: Trial, web: Process) -> None:
    killed_before_begin(trial, web)
    trial.holds(web)


@pytest.mark.control(1)
def test_drafts_in_the_memory_of_a_process_die_with_it(trial: Trial, stack: Stack) -> None:
    with stack.web("kept_drafts", workers=1) as web:
        killed_before_begin(trial, web)
        trial.finds("I11", "end", web=web)


INSERTS = ("elections_submission", "elections_line", "elections_outboxmessage")


def killed_before_commit(trial: Trial, web: Process, *, after: str) -> None:
    (person,) = trial.open()
    browser, token = trial.browser(web), trial.draft()
    with trial.held_at_insert(after):
        client = in_background(lambda: browser.sign(person, token))
        trial.await_blocked()
        trial.a_moment()
        kill_workers(web)
    client.join(PATIENCE)
    trial.must(trial.rows() == [], "no row before it was sent again")
    again = send_again(browser, trial.history.sendings[0])
    trial.must(again.told is Told.RECEIPT, f"a receipt when sent again: {again}")
    times = [received for _, _, received, _ in trial.rows()]
    trial.must(len(times) == 1 and times[0] > again.began, "one row, with the second time")


@pytest.mark.fault(2)
def test_killed_after_insert_before_commit(trial: Trial, web: Process) -> None:
    killed_before_commit(trial, web, after=trial.dice.choice(INSERTS))
    trial.holds(web)


@pytest.mark.control(2)
def test_without_one_transaction_half_a_form_stays(trial: Trial, stack: Stack) -> None:
    with stack.web("transaction") as web:
        killed_before_commit(trial, web, after="elections_line")
        trial.finds("I7", "end")


def killed_after_commit(trial: Trial, web: Process) -> None:
    (person,) = trial.open()
    browser, token = trial.browser(web), trial.draft()
    trial.stack.to_postgres.hold_answers(after=b"COMMIT")
    client = in_background(lambda: browser.sign(person, token))
    assert trial.stack.to_postgres.held.wait(PATIENCE)
    processes.wait_until(lambda: bool(trial.rows()), PATIENCE, "The commit")
    trial.a_moment()
    kill_workers(web)
    trial.stack.to_postgres.thaw()
    client.join(PATIENCE)
    first = trial.rows()[0]
    trial.remember()
    again = send_again(browser, trial.history.sendings[0])
    trial.must(again.receipt == first[0], f"the first receipt when sent again: {again}")
    trial.must(len(trial.rows()) == 1, "one row")


@pytest.mark.fault(3)
def test_killed_after_commit_before_the_response(trial: Trial, web: Process) -> None:
    killed_after_commit(trial, web)
    trial.holds(web)


@pytest.mark.control(3)
def test_without_tokens_a_form_sent_again_is_two(trial: Trial, stack: Stack) -> None:
    with stack.web("tokens") as web:
        killed_after_commit(trial, web)
        trial.finds("I6", "end")


def killed_before_the_wake_up(trial: Trial, web: Process) -> None:
    (person,) = trial.open()
    browser, token = trial.browser(web), trial.draft()
    trial.stack.to_redis.freeze()
    client = in_background(lambda: browser.sign(person, token))
    processes.wait_until(lambda: bool(trial.rows()), PATIENCE, "The commit")
    kill_workers(web)
    trial.stack.to_redis.thaw()
    client.join(PATIENCE)
    send_again(browser, trial.history.sendings[0])


@pytest.mark.fault(4)
def test_killed_between_commit_and_the_wake_up(trial: Trial, web: Process, stack: Stack) -> None:
    killed_before_the_wake_up(trial, web)
    with stack.sweeper():
        trial.wait_for(lambda: stack.mailbox.sent_to(trial.people[0].email), 25, "the mail")
    trial.holds(web, mailed=True)


def response_lost(trial: Trial, web: Process) -> None:
    (person,) = trial.open()
    browser, token = trial.browser(web), trial.draft()
    browser.sign(person, token, hang_up=trial.dice.uniform(0, 0.05))
    processes.wait_until(lambda: bool(trial.rows()), PATIENCE, "The commit")
    first = trial.rows()[0]
    trial.remember()
    again = send_again(browser, trial.history.sendings[0])
    trial.must(again.receipt == first[0], f"the first receipt when sent again: {again}")
    trial.must(len(trial.rows()) == 1, "one row")


@pytest.mark.fault(5)
def test_response_lost_on_the_wire(trial: Trial, web: Process) -> None:
    response_lost(trial, web)
    trial.holds(web)


@pytest.mark.control(5)
def test_without_tokens_a_lost_response_makes_two(trial: Trial, stack: Stack) -> None:
    with stack.web("tokens") as web:
        response_lost(trial, web)
        trial.finds("I6", "end")


def under_load(trial: Trial, web: Process, harm: Callable[[], object]) -> None:
    """Forty people submit, a few at a time, while `harm` is done; each sends once."""
    people = trial.open(40)
    forms = zip(people, trial.drafts(), strict=True)
    clients = crowd(trial.browser(web), forms, at_once=4)
    trial.a_moment(0.3)
    harm()
    all_done(clients)
    failed = [s for s in trial.history.sendings if s.told is not Told.RECEIPT]
    trial.must(not failed, f"no failed submission: {len(failed)} failed, first {failed[:1]}")


@pytest.mark.fault(6)
def test_rolling_restart_under_load(trial: Trial, stack: Stack) -> None:
    with stack.web() as web:
        old = set(web.children)
        under_load(trial, web, lambda: web.process.send_signal(signal.SIGHUP))
        trial.wait_for(lambda: not old & set(web.children), 35, "the old workers' end")
        trial.holds(web)


@pytest.mark.control(6)
def test_a_restart_that_is_not_graceful_fails_submissions(trial: Trial, stack: Stack) -> None:
    with stack.web() as web:
        under_load(trial, web, lambda: kill_workers(web))
        trial.finds("end")
