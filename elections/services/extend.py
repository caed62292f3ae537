"""Extending the offer: a later deadline, announced to everyone concerned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction

from elections import clock, queries
from elections.core import deadline
from elections.core.problems import Code, Problem
from elections.delivery import outbox
from elections.models import Extension, Offer, User
from elections.models.audit import Act
from elections.services.audit import record_act
from elections.services.locks import hold_offer

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Extended:
    """The extension as recorded, and how many people it is being mailed to."""

    extension: Extension
    mailed: int


@dataclass(frozen=True, slots=True)
class NotExtended:
    """The deadline stands as it was, for these reasons."""

    problems: tuple[Problem, ...]


def extend_offer(
    *, actor: User, offer: Offer, expected: datetime, expiration: datetime, reason: str
) -> Extended | NotExtended:
    """Move the deadline of `offer` to `expiration` (aware) and mail everyone concerned.

    `expected` is the deadline that `actor` saw and means to move: of two people extending at
    once, one wins and the other is told. Late forms stay late; an extension never upgrades them.
    Waits for every submission in flight, so each form is judged by one deadline or the other.
    """
    with transaction.atomic(durable=True):
        outcome = _extend(actor, offer.pk, expected, expiration, reason.strip())
    if isinstance(outcome, Extended):
        log.info(
            "offer_extended",
            offer=offer.slug,
            expiration=expiration.isoformat(),
            by=actor.pk,
            mailed=outcome.mailed,
        )
    return outcome


def _extend(
    actor: User, offer_id: int, expected: datetime, expiration: datetime, reason: str
) -> Extended | NotExtended:
    offer = hold_offer(offer_id)
    instant = clock.now()
    current = queries.deadline_in_force(offer)
    problems = deadline.extension_problems(current=current, proposed=expiration, at=instant)
    if current != expected:
        problems += (Problem.of(Code.DEADLINE_MOVED_MEANWHILE),)
    if not reason:
        problems += (Problem.of(Code.REASON_MISSING),)
    if problems:
        return NotExtended(problems)
    extension = Extension.objects.create(
        offer=offer,
        number=offer.extensions.count() + 1,
        previous_expiration=current,
        expiration=expiration,
        announced_at=instant,
        announced_by=actor,
        reason=reason,
    )
    mailed = outbox.post_extension(extension, queries.people_to_notify(offer, at=instant))
    record_act(
        Act.EXTENSION,
        actor=actor,
        subject=f"{offer.slug}, extension {extension.number}",
        rows=mailed,
        details={"from": current.isoformat(), "to": expiration.isoformat(), "reason": reason},
    )
    return Extended(extension, mailed)
