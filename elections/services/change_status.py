"""Changing by hand how one person stands by the roster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from elections import clock, queries
from elections.core.problems import Code, Problem
from elections.models import Employee, Offer, StatusChange, User
from elections.models.audit import Act
from elections.services.audit import record_act
from elections.services.locks import lock_employee, share_offer
from elections.services.status import STANDING, StatusEffect, effects_of, record_effects

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to change about someone, and what that was decided upon.

    `expected` are the columns of STANDING as whoever asks saw them, `new` those to write, both as
    the columns have them. `shown` is the effect that they were shown, None to go ahead whatever it
    is.
    """

    expected: Mapping[str, Any]
    new: Mapping[str, Any]
    reason: str
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class StatusCheck:
    """What a wish comes to as things stand: `problems` forbid it; no `effect`, nothing differs."""

    problems: tuple[Problem, ...]
    effect: StatusEffect | None


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The change as recorded, and whether the person is mailed what it does."""

    change: StatusChange
    mailed: bool


@dataclass(frozen=True, slots=True)
class NotChanged:
    """The roster stands as it was, for these reasons."""

    problems: tuple[Problem, ...]


def check_status(*, actor: User, employee: Employee, wish: Wish) -> StatusCheck:
    """Say what a change would do, without writing anything; `change_status` judges it anew."""
    person = Employee.objects.get(pk=employee.pk)
    return _judged(actor, person, wish, offer=_running_offer(), at=clock.now())


def change_status(*, actor: User, employee: Employee, wish: Wish) -> StatusChanged | NotChanged:
    """Change how one person stands by the roster, and mail them what that does.

    Waits for a form of this person's in flight, which is judged by the roster as it was.
    """
    with transaction.atomic(durable=True):
        offer = _running_offer()
        if offer:
            share_offer(offer.pk)
            offer = Offer.objects.get(pk=offer.pk)  # with the extensions announced by now
        person = lock_employee(employee.pk)
        instant = clock.now()
        check = _judged(actor, person, wish, offer=offer, at=instant)
        if check.problems or check.effect is None:
            return NotChanged(check.problems)
        columns = sorted(check.effect.after)
        for name in columns:
            setattr(person, name, wish.new[name])
        person.save(update_fields=columns)
        mailed = record_effects([check.effect], actor=actor, reason=wish.reason.strip(), at=instant)
        record_act(
            Act.STATUS,
            actor=actor,
            subject=f"employee {person.number}",
            details={"changed": columns, "mailed": bool(mailed)},
        )
        change = StatusChange.objects.filter(employee=person).latest("pk")
    log.info("status_changed", employee=person.pk, by=actor.pk, effect=str(check.effect.code))
    return StatusChanged(change, bool(mailed))


def _running_offer() -> Offer | None:
    try:
        return queries.current_offer()
    except Offer.DoesNotExist:
        return None


def _judged(
    actor: User, person: Employee, wish: Wish, *, offer: Offer | None, at: datetime
) -> StatusCheck:
    effect = next(iter(effects_of([(person, wish.new)], offer=offer, at=at)), None)
    problems = []
    if person.user_id == actor.pk:
        problems.append(Problem.of(Code.OWN_STATUS))
    if any(getattr(person, name) != wish.expected.get(name) for name in STANDING):
        problems.append(Problem.of(Code.STATUS_CHANGED_MEANWHILE))
    elif effect is None:
        problems.append(Problem.of(Code.STATUS_UNCHANGED))
    elif wish.shown not in (None, effect.effect):
        problems.append(Problem.of(Code.STATUS_EFFECT_CHANGED))
    hired_on, left_on = (
        wish.new.get(name, getattr(person, name)) for name in ("hired_on", "left_on")
    )
    if left_on is not None and left_on < hired_on:
        problems.append(Problem.of(Code.LEFT_BEFORE_HIRED))
    if not wish.reason.strip():
        problems.append(Problem.of(Code.REASON_MISSING))
    return StatusCheck(tuple(problems), effect)
