"""Waking the worker: what a task carries, and a broker that is away, silent or new."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.core import mail

from elections.delivery.claim import LEASE, LONGEST_ATTEMPT
from elections.delivery.tasks import ROWS_OF_A_TASK, deliver_message, deliver_messages
from elections.models import OutboxMessage
from exchange_portal.broker import transport_options
from tests.delivery.post_office import free_port
from tests.factory import elect, make_employee, make_grant


def post_one_more() -> OutboxMessage:
    """The confirmation of somebody else's election."""
    person = make_employee()
    submission = elect(person, make_grant(person, "009001"))
    return OutboxMessage.objects.get(submission=submission)


def test_a_task_carries_the_row_and_nothing_else() -> None:
    assert deliver_message.name == "elections.deliver_message"
    assert "elections.deliver_message" in current_app.tasks


def test_a_waiting_task_of_an_earlier_release_still_delivers(receipt: OutboxMessage) -> None:
    waiting = json.loads(f'{{"task": "elections.deliver_message", "args": [{receipt.pk}]}}')
    current_app.tasks[waiting["task"]].apply(args=waiting["args"], throw=True)
    assert len(mail.outbox) == 1


def test_a_task_that_comes_ten_times_sends_one_mail(receipt: OutboxMessage) -> None:
    for _ in range(10):
        deliver_message.apply(args=(receipt.pk,), throw=True)
    assert len(mail.outbox) == 1


def test_a_task_of_several_rows_delivers_each(receipt: OutboxMessage) -> None:
    other = post_one_more()
    deliver_messages.apply(args=([receipt.pk, other.pk],), throw=True)
    assert len(mail.outbox) == 2


def test_a_task_of_several_rows_leaves_the_rest_when_the_mail_server_is_away(
    receipt: OutboxMessage, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    left = post_one_more()
    deliver_messages.apply(args=([receipt.pk, left.pk],), throw=True)
    receipt.refresh_from_db()
    left.refresh_from_db()
    assert (receipt.attempts, left.attempts) == (1, 0)


@pytest.mark.parametrize(
    ("task", "rows"), [(deliver_message, 1), (deliver_messages, ROWS_OF_A_TASK)]
)
def test_a_task_is_acknowledged_late_and_ends_before_its_claims(task: Any, rows: int) -> None:
    assert task.acks_late
    assert task.reject_on_worker_lost
    assert task.ignore_result
    assert task.soft_time_limit == rows * LONGEST_ATTEMPT.total_seconds()
    assert task.time_limit <= rows * LEASE.total_seconds()
    # Else Redis would hand a long task out once more while it still runs.
    redis = transport_options("redis://127.0.0.1/0", settings.PORTAL_DATA_DIR)
    assert task.time_limit < redis["visibility_timeout"]


WAKE = """
import django, time
django.setup()
from elections.delivery.waking import wake
began = time.monotonic()
wake([1, 2, 3])
print(time.monotonic() - began)
"""


@contextmanager
def silent_broker() -> Iterator[int]:
    """A port on which connections are taken and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        yield listener.getsockname()[1]


@contextmanager
def absent_broker() -> Iterator[int]:
    """A port on which nothing listens."""
    yield free_port()


@pytest.mark.parametrize("broker", [silent_broker, absent_broker])
def test_a_broker_that_does_not_answer_keeps_nobody_waiting(broker: Any) -> None:
    with broker() as port:
        began = time.monotonic()
        woken = subprocess.run(
            [sys.executable, "-c", WAKE],
            cwd=settings.BASE_DIR,
            env=os.environ | {"PORTAL_REDIS_URL": f"redis://127.0.0.1:{port}/0"},
            capture_output=True,
            timeout=60,
        )
    assert woken.returncode == 0, woken.stderr.decode()
    assert float(woken.stdout) < 0.1  # whoever posts a mail
    assert time.monotonic() - began < 20  # and the process, which starts and ends in between
    assert woken.stderr.count(b"wake_up_failed") == 1
