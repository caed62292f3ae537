"""The mail server refuses, stalls, hangs up; mails that cannot be made; who sends what once."""

from __future__ import annotations

import email
import email.policy
import os
import signal
import time
from contextlib import ExitStack

import pytest
from django.conf import settings

from scripts import processes
from tests.delivery.post_office import Mishap
from tests.faults.doing import PATIENCE
from tests.faults.history import Person
from tests.faults.mails import (
    all_sent,
    await_sent,
    copies,
    elect,
    hours_pass,
    lose_wake_ups,
    mails,
    one_copy_each,
    publish,
)
from tests.faults.stack import Process, Stack
from tests.faults.trial import Trial

A_MINUTE = 60.0


# Killed


def killed_with_mail_in_hand(trial: Trial, stack: Stack, web: Process) -> None:
    """All of a worker, a parent, and a child die while a mail is being handed over."""
    stack.to_redis.cut()  # so that each mail is announced to the worker that is to die
    people = elect(trial, web, 3)
    time.sleep(1)  # the web server's own wake-ups leave a moment after, and are lost
    stack.to_redis.thaw()
    with ExitStack() as programs:
        for person, whom in zip(people, ("all", "parent", "child"), strict=True):
            stack.mailbox.script[person.email] = [Mishap.STALLED]
            worker = programs.enter_context(stack.worker())
            publish(stack, trial, person)
            processes.wait_until(
                lambda person=person: not stack.mailbox.script[person.email],
                PATIENCE, "The handing over",
            )  # fmt: skip
            trial.a_moment()
            match whom:
                case "child":
                    os.kill(worker.children[0], signal.SIGKILL)
                case "parent":
                    os.kill(worker.process.pid, signal.SIGKILL)
                case "all":
                    worker.kill()
        killed = time.monotonic()
        programs.enter_context(stack.sweeper())
        trial.wait_for(lambda: all_sent(trial), A_MINUTE, "all mail sent, after the kill")
        trial.must(time.monotonic() - killed < A_MINUTE, "tried again within 60 s")


@pytest.mark.fault(26)
@pytest.mark.timeout(240)
def test_a_workers_child_parent_or_all_killed(trial: Trial, stack: Stack, web: Process) -> None:
    killed_with_mail_in_hand(trial, stack, web)
    one_copy_each(trial)
    trial.holds(web, mailed=True)


def killed_after_250(trial: Trial, stack: Stack, web: Process, *without: str) -> None:
    """The mail server has the mail, and whoever sent it dies before writing that down."""
    (person,) = elect(trial, web)
    with stack.worker(*without) as worker:
        stack.mailbox.at_goodbye[person.email] = worker.kill
        publish(stack, trial, person)
        processes.wait_until(lambda: worker.process.poll() is not None, PATIENCE, "Its death")
    trial.must(mails(trial, "state") == [("sending",)], "the row is not marked sent")
    hours_pass(trial)
    with stack.sweeper(*without):
        await_sent(trial, 20)


@pytest.mark.fault(27)
def test_killed_between_250_and_sent(trial: Trial, stack: Stack, web: Process) -> None:
    killed_after_250(trial, stack, web)
    (person,) = trial.people
    trial.must(len(copies(trial, person)) == 2, "a repeat")
    trial.must("sent twice" in str(mails(trial, "last_error")), "flagged")
    trial.holds(web, mailed=True)


@pytest.mark.control(27)
def test_without_kept_bytes_the_repeat_is_another_mail(
    trial: Trial, stack: Stack, web: Process
) -> None:
    with stack.another_database(), stack.web() as other:
        stack.do("DROP TRIGGER elections_renderedmail_no_change ON elections_renderedmail")
        killed_after_250(trial, stack, other, "kept_bytes")
        trial.finds("I7", mailed=True)


# Once


def published_often(trial: Trial, stack: Stack, web: Process, *without: str) -> None:
    """Ten wake-ups for one mail, and two workers to hear them."""
    (person,) = elect(trial, web)
    with stack.worker(*without, concurrency=2), stack.worker(*without):
        publish(stack, trial, person, times=10)
        await_sent(trial, 30)
        time.sleep(2)  # for the tasks that are still waiting


@pytest.mark.fault(28)
def test_a_task_redelivered_to_two_workers(trial: Trial, stack: Stack, web: Process) -> None:
    (person,) = elect(trial, web)
    with stack.worker(), stack.worker():
        publish(stack, trial, person, times=2)
        await_sent(trial, 30)
        time.sleep(1)
    one_copy_each(trial)
    trial.holds(web, mailed=True)


@pytest.mark.fault(29)
def test_a_task_published_ten_times(trial: Trial, stack: Stack, web: Process) -> None:
    published_often(trial, stack, web)
    one_copy_each(trial)
    trial.holds(web, mailed=True)


@pytest.mark.control(28, 29)
def test_without_the_claim_every_wake_up_sends(trial: Trial, stack: Stack, web: Process) -> None:
    published_often(trial, stack, web, "claim")
    trial.finds("I7", mailed=True)


def two_sweepers(trial: Trial, stack: Stack, web: Process, *without: str) -> None:
    """Nobody sweeps for a while; then two do at the same time."""
    elect(trial, web, 4)
    hours_pass(trial)
    with stack.sweeper(*without), stack.sweeper(*without):
        await_sent(trial, 40)
        time.sleep(1)


@pytest.mark.fault(34)
def test_two_sweepers_or_none(trial: Trial, stack: Stack, web: Process) -> None:
    two_sweepers(trial, stack, web)
    one_copy_each(trial)
    trial.holds(web, mailed=True)


@pytest.mark.control(34, 26)
def test_without_the_claim_two_sweepers_send_twice(
    trial: Trial, stack: Stack, web: Process
) -> None:
    two_sweepers(trial, stack, web, "claim")
    trial.finds("I7", mailed=True)


@pytest.mark.fault(35)
def test_a_task_as_the_previous_release_sent_it(trial: Trial, stack: Stack, web: Process) -> None:
    (person,) = elect(trial, web)
    lose_wake_ups(stack)  # so that only that task can deliver
    with stack.worker():
        publish(stack, trial, person)
        await_sent(trial, 20)
    trial.holds(web, mailed=True)


@pytest.mark.control(35)
def test_under_another_name_no_worker_knows_it(trial: Trial, stack: Stack, web: Process) -> None:
    (person,) = elect(trial, web)
    lose_wake_ups(stack)
    with stack.worker("tasks_name"):
        publish(stack, trial, person)
        await_sent(trial, 4)
    trial.finds("I7", "end", mailed=True)


# What the mail server answers


def refused_for_hours(trial: Trial, stack: Stack, web: Process, *without: str) -> None:
    (person, *_) = elect(trial, web, 3)
    browser, mailbox = trial.browser(web), stack.mailbox
    mailbox.away, mailbox.knocks = True, 0
    receipt = trial.history.sendings[0].receipt
    waits = []
    with stack.sweeper(*without):
        for attempt in range(1, 5):
            hours_pass(trial)
            processes.wait_until(
                lambda attempt=attempt: min(n for (n,) in mails(trial, "attempts")) >= attempt,
                PATIENCE, "An attempt",
            )  # fmt: skip
            processes.wait_until(
                lambda: {s for (s,) in mails(trial, "state")} == {"waiting"}, PATIENCE, "Its end"
            )
            waits.append(min(
                wait for (wait,) in mails(trial, "extract(epoch FROM due_at - clock_timestamp())")
            ))  # fmt: skip
        trial.must(mailbox.knocks <= 3 * 5, f"no hammering: {mailbox.knocks} attempts")
        trial.must(waits == sorted(waits) and waits[-1] > 30, f"longer waits: {waits}")
        page = browser.get(person, f"/submissions/{receipt}/").words
        trial.must("Not sent yet" in page, "the page says that it is not sent yet")
        mailbox.away = False
        hours_pass(trial)
        await_sent(trial, 30)


@pytest.mark.fault(30)
def test_smtp_refuses_for_hours(trial: Trial, stack: Stack, web: Process) -> None:
    refused_for_hours(trial, stack, web)
    one_copy_each(trial)
    trial.holds(web, mailed=True)


@pytest.mark.control(30)
def test_without_backoff_the_mail_server_is_hammered(
    trial: Trial, stack: Stack, web: Process
) -> None:
    refused_for_hours(trial, stack, web, "backoff")
    trial.finds("end")


ANSWERS: tuple[str | Mishap, ...] = (
    "421 4.3.2 Closing down",
    "451 4.3.0 Try again later",
    Mishap.DROPPED,
    Mishap.TAKEN_AND_DROPPED,
    "550 5.1.1 No such user",
)


def every_answer(trial: Trial, stack: Stack, web: Process, *without: str) -> None:
    """One person each for whose mail the server first answers so."""
    people = elect(trial, web, len(ANSWERS))
    for person, answer in zip(people, ANSWERS, strict=True):
        stack.mailbox.script[person.email] = [answer]
    *temporary, gone = people
    with stack.sweeper(*without):
        hours_pass(trial)
        processes.wait_until(
            lambda: min(n for (n,) in mails(trial, "attempts")) >= 1, PATIENCE, "First attempts"
        )
        hours_pass(trial)

        def finished() -> bool:
            states = [state for (state,) in mails(trial, "state")]
            return states == ["sent"] * len(temporary) + ["failed"]

        trial.wait_for(finished, 40, "four sent, one given up")
    notices = [m for m in stack.mailbox.sent_to(settings.PORTAL_HR_EMAIL) if _names(m, gone)]
    trial.must(notices, "HR is told of the one that was given up")


def _names(mail: bytes, person: Person) -> bool:
    return person.email in mail.decode(errors="replace").replace("=\r\n", "")


def stalled(trial: Trial, stack: Stack, web: Process) -> None:
    """The server takes the mail's bytes and then does not answer for longer than is waited."""
    (person,) = elect(trial, web)
    stack.mailbox.script[person.email] = [Mishap.STALLED]
    with stack.sweeper():
        hours_pass(trial)
        await_sent(trial, 45)


@pytest.mark.fault(31)
@pytest.mark.timeout(240)
def test_every_answer_of_a_mail_server(trial: Trial, stack: Stack, web: Process) -> None:
    every_answer(trial, stack, web)
    trial.holds(web, mailed=True)
    trial.history.sendings.clear()
    stalled(trial, stack, web)
    trial.holds(web, mailed=True)


@pytest.mark.control(31)
def test_taking_silence_for_consent_loses_mail(trial: Trial, stack: Stack, web: Process) -> None:
    every_answer(trial, stack, web, "answers")
    trial.finds("I7", mailed=True)


def never_made(trial: Trial, stack: Stack, web: Process, *without: str) -> None:
    """One mail that can never be made, between two that can."""
    people = elect(trial, web, 3)
    bad = people[1]

    def done(attempt: int) -> bool:
        attempts, state = mails(trial, "attempts", "state")[1]
        return attempts >= attempt and state != "sending"

    with stack.sweeper("breaks", *without, FAULTS_BREAKS=bad.number):
        for attempt in range(1, 10):
            hours_pass(trial)
            if not trial.wait_for(lambda attempt=attempt: done(attempt), 15, "an attempt"):
                break
            if mails(trial, "state")[1] == ("failed",):
                break
    states = [state for (state,) in mails(trial, "state")]
    trial.must(states == ["sent", "failed", "sent"], f"set aside, others unaffected: {states}")
    told = [m for m in stack.mailbox.sent_to(settings.PORTAL_HR_EMAIL) if _names(m, bad)]
    trial.must(told, "staff are told")


@pytest.mark.fault(32)
def test_a_mail_that_can_never_be_made(trial: Trial, stack: Stack, web: Process) -> None:
    never_made(trial, stack, web)
    trial.holds(web, mailed=True)


@pytest.mark.control(32)
def test_without_an_end_to_the_tries_nobody_hears_of_it(
    trial: Trial, stack: Stack, web: Process
) -> None:
    never_made(trial, stack, web, "end_of_tries")
    trial.finds("end")


def attachment_refused(trial: Trial, stack: Stack, web: Process, *without: str) -> None:
    (person,) = elect(trial, web)
    stack.mailbox.no_pdfs_for.add(person.email)
    with stack.sweeper(*without):
        hours_pass(trial)
        await_sent(trial, 20)
    receipt = str(trial.history.sendings[0].receipt)
    parse = email.message_from_bytes
    found = [parse(mail, policy=email.policy.default) for mail in copies(trial, person)]
    trial.must(len(found) == 1, f"one mail: {len(found)}")
    for mail in found:
        trial.must(f"/submissions/{receipt}.pdf" in str(mail.get_body().get_content()), "a link")
    trial.must("with a link in its place" in str(mails(trial, "last_error")), "marked")


@pytest.mark.fault(33)
def test_the_attachment_is_refused(trial: Trial, stack: Stack, web: Process) -> None:
    attachment_refused(trial, stack, web)
    trial.holds(web, mailed=True)


@pytest.mark.control(33)
def test_without_the_link_the_person_gets_no_mail(trial: Trial, stack: Stack, web: Process) -> None:
    attachment_refused(trial, stack, web, "smaller_mail")
    trial.finds("end", mailed=True)
