"""What staff can do with a mail: hold it, let it go, have it tried again. What it says stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from elections.delivery.outbox import WAKE_AT_MOST
from elections.delivery.waking import wake
from elections.models import OutboxMessage, User
from elections.models.audit import Act
from elections.models.outbox import MailKind, MailState
from elections.services.audit import record_act

# Whoever submitted a form has its confirmation coming, and whoever's form Law decided on has the
# decision coming: those are not for anyone to keep back.
HOLDABLE = (MailKind.EXTENSION, MailKind.STATUS, MailKind.REMINDER, MailKind.INVITATION)
BATCH = 1000  # keys in one statement


@dataclass(frozen=True, slots=True)
class Handled:
    """How many mails were changed, and how many of those named could not be."""

    changed: int
    left: int


def hold_mail(*, actor: User, mails: QuerySet[OutboxMessage]) -> Handled:
    """Keep back these mails until they are released.

    Only what waits can be held, and only announcements, status changes, reminders and invitations.
    What is in a worker's hands at this moment goes out.
    """
    waiting = Q(state=MailState.WAITING, kind__in=HOLDABLE)
    return _move(actor, mails, waiting, MailState.HELD, "held")


def release_mail(*, actor: User, mails: QuerySet[OutboxMessage]) -> Handled:
    """Let held mails go out, now."""
    return _move(actor, mails, Q(state=MailState.HELD), MailState.WAITING, "released")


def retry_mail(*, actor: User, mails: QuerySet[OutboxMessage]) -> Handled:
    """Try again now what could not be delivered, or waits for its next try."""
    undelivered = Q(state__in=[MailState.FAILED, MailState.WAITING])
    return _move(actor, mails, undelivered, MailState.WAITING, "tried again")


def _move(actor: User, mails: QuerySet[OutboxMessage], of: Q, to: MailState, verb: str) -> Handled:
    """Give those of `mails` that are `of` this kind the state `to`, and note it.

    They are locked first, so whatever a worker claims at the same moment is either his or ours.
    """
    with transaction.atomic(durable=True):
        named = OutboxMessage.objects.filter(pk__in=mails.order_by().values("pk"))
        total = named.count()
        moved = list(named.filter(of).select_for_update().values_list("pk", flat=True))
        changes: dict[str, object] = {"state": to, "due_at": datetime.now(UTC)}
        if to == MailState.WAITING:
            changes["attempts"] = 0
        for start in range(0, len(moved), BATCH):
            OutboxMessage.objects.filter(of, pk__in=moved[start : start + BATCH]).update(**changes)
        if moved:
            _note(actor, moved, verb)
        if moved and to == MailState.WAITING:
            fresh = moved[:WAKE_AT_MOST]
            transaction.on_commit(lambda: wake(fresh), robust=True)
    return Handled(len(moved), total - len(moved))


def _note(actor: User, moved: list[int], verb: str) -> None:
    record_act(
        Act.MAIL,
        actor=actor,
        subject=f"{len(moved):,} {'mail' if len(moved) == 1 else 'mails'} {verb}",
        rows=len(moved),
        details={"mails": moved[:100]},
    )
