"""The mails that accounts are sent, which leave beside the request that asked for them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from elections.accounts import SENDING


def account_mails() -> list[EmailMessage]:
    """The outbox once every mail under way has left, or failed."""
    for thread in threading.enumerate():
        if thread.name == SENDING:
            thread.join(30)
    return mail.outbox  # type: ignore[return-value]


@pytest.fixture(autouse=True)
def no_mail_under_way() -> Iterator[None]:
    """No mail of one test arrives in the next."""
    yield
    for thread in threading.enumerate():
        if thread.name == SENDING:
            if isinstance(thread, threading.Timer):
                thread.cancel()
            thread.join(30)
