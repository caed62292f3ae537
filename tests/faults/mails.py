"""What the cases about mail do: submit, wake workers, let time pass, look at the outbox."""

from __future__ import annotations

import json
import re

import redis
from celery import Celery

from scripts import processes
from tests.faults.history import Person
from tests.faults.stack import Process, Stack
from tests.faults.trial import Trial


def elect(trial: Trial, web: Process, count: int = 1) -> list[Person]:
    """Each of these people submits an election, and is shown a receipt."""
    people = trial.open(count)
    browser = trial.browser(web)
    for person, token in zip(people, trial.drafts(), strict=True):
        browser.sign(person, token)
    return people


def mails(trial: Trial, *columns: str) -> list[tuple[object, ...]]:
    """These columns of the trial's outbox rows, in order."""
    return trial.stack.do(
        f"SELECT {', '.join(columns)} FROM elections_outboxmessage"
        " WHERE employee_id = ANY(%s) ORDER BY id",
        [person.employee_id for person in trial.people],
    )


def hours_pass(trial: Trial) -> None:
    """Let every waiting time and every claim of the trial's mails have run out."""
    trial.stack.do(
        "UPDATE elections_outboxmessage SET due_at = now() - interval '1 minute',"
        " claimed_until = CASE WHEN claimed_until IS NULL THEN NULL ELSE now() END"
        " WHERE employee_id = ANY(%s) AND state IN ('waiting', 'sending')",
        [person.employee_id for person in trial.people],
    )


def all_sent(trial: Trial) -> bool:
    return {state for (state,) in mails(trial, "state")} == {"sent"}


def await_sent(trial: Trial, seconds: float) -> None:
    trial.wait_for(lambda: all_sent(trial), seconds, "all mail sent")


def copies(trial: Trial, person: Person) -> list[bytes]:
    return trial.stack.mailbox.sent_to(person.email)


def one_copy_each(trial: Trial) -> None:
    for person in trial.people:
        count = len(copies(trial, person))
        trial.must(count == 1, f"one mail to {person.email}: {count}")


def lose_wake_ups(stack: Stack) -> None:
    """Empty the queue, once the web server has put its wake-up for the last mail there.

    An earlier case may have left one, so that there is any does not tell.
    """
    ((last,),) = stack.do("SELECT max(id) FROM elections_outboxmessage")
    with redis.Redis.from_url(stack.environment()["PORTAL_REDIS_URL"]) as queue:

        def is_there() -> bool:
            return any(
                str(last) in re.findall(r"\d+", json.loads(task)["headers"]["argsrepr"])
                for task in queue.lrange("celery", 0, -1)
            )

        processes.wait_until(is_there, 10, "The wake-up")
        queue.flushall()


def publish(stack: Stack, trial: Trial, person: Person, times: int = 1) -> None:
    """Wake the workers for that person's mail so many times, as the portal's own task is called.

    It goes over the wire as an earlier release would have sent it: by name, with one number.
    """
    ((key,),) = stack.do(
        "SELECT id FROM elections_outboxmessage WHERE employee_id = %s", person.employee_id
    )
    url = stack.environment()["PORTAL_REDIS_URL"]
    with Celery("fault test", broker=url, set_as_current=False) as sender:
        for _ in range(times):
            sender.send_task("elections.deliver_message", (key,), ignore_result=True)
