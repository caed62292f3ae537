"""Waking the worker: what a task carries, and a broker that is away, silent or new."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.core import mail

from elections.delivery.claim import LEASE, LONGEST_ATTEMPT
from elections.delivery.tasks import deliver_message
from elections.models import OutboxMessage
from tests.delivery.post_office import free_port


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


def test_a_task_is_acknowledged_late_and_ends_before_its_claim() -> None:
    assert deliver_message.acks_late
    assert deliver_message.reject_on_worker_lost
    assert deliver_message.ignore_result
    assert deliver_message.soft_time_limit == LONGEST_ATTEMPT.total_seconds()
    assert deliver_message.time_limit <= LEASE.total_seconds()


WAKE = """
import django, time
django.setup()
from elections.delivery.outbox import wake
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
def test_a_broker_that_does_not_answer_costs_less_than_a_second(broker: Any) -> None:
    with broker() as port:
        woken = subprocess.run(
            [sys.executable, "-c", WAKE],
            cwd=settings.BASE_DIR,
            env=os.environ | {"PORTAL_REDIS_URL": f"redis://127.0.0.1:{port}/0"},
            capture_output=True,
            timeout=60,
        )
    assert woken.returncode == 0, woken.stderr.decode()
    assert float(woken.stdout) < 1
    assert woken.stderr.count(b"wake_up_failed") == 1
