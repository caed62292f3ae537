"""Inviting people to sign in: everybody once, when HR says so, and one person again.

The mail holds no secret, only where to ask for one (docs/architecture.md says why), so it can be
kept, shown to staff and sent again like any other.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from django.db import transaction

from elections import clock, queries
from elections.core.problems import Code, Problem
from elections.delivery import outbox
from elections.models import Employee, Invitation, Offer, User
from elections.models.audit import Act
from elections.services.audit import record_act

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Invited:
    """How many people are being mailed."""

    people: int


@dataclass(frozen=True, slots=True)
class NotInvited:
    """Nobody was mailed, for these reasons."""

    problems: tuple[Problem, ...]


def invite_people(*, actor: User | None) -> Invited | NotInvited:
    """Mail an invitation to everybody who has an account, never used it and was never invited.

    Of two people who do so at once, one invites everybody and the other is told that it is done.
    `actor` is None for the command line. Raises `Offer.DoesNotExist` before an offer is loaded.
    """
    with transaction.atomic(durable=True):
        offer = _one_at_a_time()
        at = clock.now()
        people = list(queries.people_to_invite(offer, at=at))
        if not people:
            return NotInvited((Problem.of(Code.NOBODY_TO_INVITE),))
        invitations = Invitation.objects.bulk_create(
            [Invitation(employee=one, number=1, invited_at=at, invited_by=actor) for one in people],
            batch_size=1000,
        )
        outbox.post_invitations(invitations)
        record_act(Act.INVITATION, actor=actor, subject="everybody new", rows=len(people))
    log.info("people_invited", people=len(people), by=actor.pk if actor else None)
    return Invited(len(people))


def invite_again(*, actor: User | None, employee: Employee, seen: int) -> Invited | NotInvited:
    """Mail one person an invitation, the first or a further one.

    `seen` is how many they had been sent when `actor` looked: pressing twice sends one. Raises
    `Offer.DoesNotExist` before an offer is loaded.
    """
    with transaction.atomic(durable=True):
        _one_at_a_time()
        account = employee.user
        if account is None or not account.is_active:
            return NotInvited((Problem.of(Code.ACCOUNT_SWITCHED_OFF),))
        before = Invitation.objects.filter(employee=employee).count()
        if before != seen:
            return NotInvited((Problem.of(Code.INVITED_MEANWHILE),))
        invitation = Invitation.objects.create(
            employee=employee, number=before + 1, invited_at=clock.now(), invited_by=actor
        )
        outbox.post_invitations([invitation])
        record_act(Act.INVITATION, actor=actor, subject=str(employee), rows=1)
    log.info("people_invited", people=1, by=actor.pk if actor else None)
    return Invited(1)


def _one_at_a_time() -> Offer:
    """Hold back others who invite, and nothing else: forms only refer to the offer's key."""
    return Offer.objects.select_for_update(no_key=True).get(pk=queries.current_offer().pk)
