"""Fixtures of the delivery tests: a real SMTP server, and rows to deliver."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from elections.models import Employee, Offer, OutboxMessage
from tests.delivery.post_office import PostOffice, open_post_office
from tests.factory import elect, make_employee, make_grant, make_required_grant


@pytest.fixture
def employee(offer: Offer) -> Employee:
    """Someone with a grant to choose (001204: 334 shares at $6.00) and a required one (002051)."""
    person = make_employee(name="Pat Example")
    make_grant(person, "001204", granted=334, vested=0)
    make_required_grant(person, "002051")
    return person


@pytest.fixture
def receipt(employee: Employee) -> OutboxMessage:
    """The mail that confirms an election of that grant, not sent yet."""
    submission = elect(employee, employee.grants.get(number="001204"))
    return OutboxMessage.objects.get(submission=submission)


@pytest.fixture
def post_office(settings: Any) -> Iterator[PostOffice]:
    """A real SMTP server, which the portal's mail goes to."""
    with open_post_office() as (office, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_TIMEOUT = 1
        yield office


def make_due(message: OutboxMessage, ago: timedelta = timedelta(seconds=1)) -> None:
    """Let the row's waiting time, or its claim, have run out some time ago."""
    message.refresh_from_db()
    message.due_at -= (message.due_at - message.created_at) + ago
    if message.claimed_until:
        message.claimed_until = message.created_at - ago
    message.save(update_fields=["due_at", "claimed_until"])
