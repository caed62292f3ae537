"""Posting mail: a row in the transaction that makes it due, and a wake-up once that commits."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction

from elections.delivery.waking import wake
from elections.models import (
    Employee,
    Extension,
    Invitation,
    OutboxMessage,
    Reminder,
    ReviewDecision,
    StatusChange,
    Submission,
)
from elections.models.outbox import MailKind
from elections.prepared import insert

# Whoever extends the offer is not kept waiting while everyone's mail is announced one by one, and a
# receipt posted meanwhile does not queue behind them: the sweeper takes what is beyond these.
WAKE_AT_MOST = 100


def post(
    kind: MailKind,
    employee: Employee,
    *,
    submission: Submission | None = None,
    decision: ReviewDecision | None = None,
) -> OutboxMessage:
    """Put one mail in the outbox. It leaves only if the surrounding transaction commits."""
    message = _message(kind, employee, submission=submission, decision=decision)
    insert([message])
    transaction.on_commit(lambda: wake([message.pk]), robust=True)
    return message


def post_extension(extension: Extension, employees: Iterable[Employee]) -> int:
    """Put a mail about `extension` in the outbox for each of `employees`; returns how many."""
    return _post_all(
        [_message(MailKind.EXTENSION, person, extension=extension) for person in employees]
    )


def post_reminder(reminder: Reminder, employees: Iterable[Employee]) -> int:
    """Put a reminder in the outbox for each of `employees`; returns how many."""
    return _post_all(
        [_message(MailKind.REMINDER, person, reminder=reminder) for person in employees]
    )


def post_status_changes(changes: Iterable[StatusChange]) -> int:
    """Put a mail about each of `changes` in the outbox, for its employee; returns how many."""
    return _post_all(
        [_message(MailKind.STATUS, change.employee, status_change=change) for change in changes]
    )


def post_invitations(invitations: Iterable[Invitation]) -> int:
    """Put a mail for each of `invitations` in the outbox; returns how many."""
    return _post_all(
        [_message(MailKind.INVITATION, one.employee, invitation=one) for one in invitations]
    )


def _post_all(messages: list[OutboxMessage]) -> int:
    posted = OutboxMessage.objects.bulk_create(messages, batch_size=1000)
    keys = [message.pk for message in posted[:WAKE_AT_MOST]]
    transaction.on_commit(lambda: wake(keys), robust=True)
    return len(posted)


def _message(
    kind: MailKind,
    employee: Employee,
    *,
    submission: Submission | None = None,
    decision: ReviewDecision | None = None,
    extension: Extension | None = None,
    reminder: Reminder | None = None,
    status_change: StatusChange | None = None,
    invitation: Invitation | None = None,
) -> OutboxMessage:
    posted_at = datetime.now(UTC)
    return OutboxMessage(
        kind=kind,
        employee=employee,
        recipient=employee.email,
        submission=submission,
        decision=decision,
        extension=extension,
        reminder=reminder,
        status_change=status_change,
        invitation=invitation,
        message_id=f"<{uuid.uuid4()}@{settings.PORTAL_HOST}>",
        created_at=posted_at,
        due_at=posted_at,
    )
