"""Changing by hand how one person stands by the roster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The change as recorded, and whether the person is mailed what it does."""

    change: StatusChange
    mailed: bool


@dataclass(frozen=True, slots=True)
class NotChanged:
    """The roster stands as it was, for these reasons."""

    problems: tuple[Problem, ...]


def change_status(
    *,
    actor: User,
    employee: Employee,
    expected: Mapping[str, Any],
    new: Mapping[str, Any],
    reason: str,
    shown: str | None = None,
) -> StatusChanged | NotChanged:
    """Change by hand how one person stands by the roster, and mail them what it does.

    `expected` are the columns of STANDING as `actor` saw them, `new` those to write, both as the
    columns have them. `shown` is the effect that `actor` was shown, None to go ahead whatever it
    is. Waits for a form of this person's in flight, which is judged by the roster as it was.
    """
    reason = reason.strip()
    with transaction.atomic(durable=True):
        offer = _hold_running_offer()
        person = lock_employee(employee.pk)
        instant = clock.now()
        effects = effects_of([(person, new)], offer=offer, at=instant)
        problems = (
            *_problems_of_asking(actor, person, expected, reason),
            *_problems(person, new, effects, shown),
        )
        if problems:
            return NotChanged(problems)
        for name in effects[0].after:
            setattr(person, name, new[name])
        person.save(update_fields=list(effects[0].after))
        mailed = record_effects(effects, actor=actor, reason=reason, at=instant)
        record_act(
            Act.STATUS,
            actor=actor,
            subject=f"employee {person.number}",
            details={"changed": sorted(effects[0].after), "mailed": bool(mailed)},
        )
        change = StatusChange.objects.filter(employee=person).latest("pk")
    log.info("status_changed", employee=person.pk, by=actor.pk, effect=str(effects[0].code))
    return StatusChanged(change, bool(mailed))


def _hold_running_offer() -> Offer | None:
    """The offer that runs, read anew once no extension of it can come in between."""
    try:
        offer = queries.current_offer()
    except Offer.DoesNotExist:
        return None
    share_offer(offer.pk)
    return Offer.objects.get(pk=offer.pk)


def _problems_of_asking(
    actor: User, person: Employee, expected: Mapping[str, Any], reason: str
) -> tuple[Problem, ...]:
    problems = []
    if person.user_id == actor.pk:
        problems.append(Problem.of(Code.OWN_STATUS))
    if any(getattr(person, name) != expected[name] for name in STANDING if name in expected):
        problems.append(Problem.of(Code.STATUS_CHANGED_MEANWHILE))
    if not reason:
        problems.append(Problem.of(Code.REASON_MISSING))
    return tuple(problems)


def _problems(
    person: Employee, new: Mapping[str, Any], effects: Sequence[StatusEffect], shown: str | None
) -> tuple[Problem, ...]:
    problems = []
    if not effects:
        problems.append(Problem.of(Code.STATUS_UNCHANGED))
    elif shown is not None and effects[0].effect != shown:
        problems.append(Problem.of(Code.STATUS_EFFECT_CHANGED))
    hired_on, left_on = (new.get(name, getattr(person, name)) for name in ("hired_on", "left_on"))
    if left_on is not None and left_on < hired_on:
        problems.append(Problem.of(Code.LEFT_BEFORE_HIRED))
    return tuple(problems)
