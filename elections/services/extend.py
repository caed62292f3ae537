"""Extending the offer: a later deadline, announced to everyone concerned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.conf import settings
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
    Where the portal asks for a second person, it refuses: `services.propose` is the way then.
    """
    if settings.PORTAL_EXTENSION_NEEDS_APPROVAL:
        return NotExtended((Problem.of(Code.SECOND_PERSON_NEEDED),))
    with transaction.atomic(durable=True):
        held = hold_offer(offer.pk)
        outcome = extend_held(
            actor=actor, offer=held, expected=expected, expiration=expiration, reason=reason
        )
    log_extension(outcome)
    return outcome


def extend_held(
    *, actor: User, offer: Offer, expected: datetime, expiration: datetime, reason: str
) -> Extended | NotExtended:
    """The same, inside a transaction that holds `offer` (`locks.hold_offer`) already."""
    instant = clock.now()
    reason = reason.strip()
    if problems := extension_problems(offer, expected, expiration, reason, at=instant):
        return NotExtended(problems)
    extension = Extension.objects.create(
        offer=offer,
        number=offer.extensions.count() + 1,
        previous_expiration=expected,
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
        details={
            "from": expected.isoformat(),
            "to": expiration.isoformat(),
            "reason": reason,
            # What the announcement has to state (Rule 14e-1(d)), as it stood at this instant.
            "shares_tendered": queries.tendered(offer).shares,
        },
    )
    return Extended(extension, mailed)


def extension_problems(
    offer: Offer, expected: datetime, expiration: datetime, reason: str, *, at: datetime
) -> tuple[Problem, ...]:
    """What forbids this extension at the instant `at`, with the offer held; empty when nothing."""
    current = queries.deadline_in_force(offer)
    problems = deadline.extension_problems(current=current, proposed=expiration, at=at)
    if current != expected:
        problems += (Problem.of(Code.DEADLINE_MOVED_MEANWHILE),)
    if not reason:
        problems += (Problem.of(Code.REASON_MISSING),)
    return problems


def log_extension(outcome: Extended | NotExtended) -> None:
    """Tell the log of an extension, once it is committed."""
    if isinstance(outcome, Extended):
        extension = outcome.extension
        log.info(
            "offer_extended",
            offer=extension.offer.slug,
            expiration=extension.expiration.isoformat(),
            by=extension.announced_by_id,
            mailed=outcome.mailed,
        )
