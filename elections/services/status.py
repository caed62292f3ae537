"""Changes of standing during the offer: what they do is said first, then recorded and mailed.

Whoever writes the roster calls this: the upload of one, and `change_status` for one person.

What someone has submitted is never touched by them: whether an election is accepted is decided when
the offer expires, by how the person stands then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from elections import queries
from elections.core.status_change import Effect, Moment, Status
from elections.core.status_text import NO_OUTCOME, OnRecord, Outcome, status_outcome
from elections.delivery import outbox
from elections.models import Employee, Offer, RosterUpload, StatusChange, User
from elections.timetable import timetable

# The columns of the roster by which someone stands in the offer.
STANDING = (
    "country",
    "employment",
    "hired_on",
    "left_on",
    "is_director",
    "is_executive_officer",
    "on_leave",
)
BATCH = 1000  # keys in one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEffect:
    """What differs for one person, as plain JSON values by column, and what that does.

    `effect` is what the person is mailed, a paragraph a line; "" when they are told nothing.
    `affects_election` tells that an election of theirs may fare otherwise. `offer` is the one that
    ran, None before any was loaded.
    """

    employee: Employee
    offer: Offer | None
    before: dict[str, Any]
    after: dict[str, Any]
    code: Effect
    effect: str
    affects_election: bool


def standing_of(employee: Employee) -> dict[str, Any]:
    """How someone stands by the roster, by column."""
    return {name: getattr(employee, name) for name in STANDING}


def effects_of(
    changes: Iterable[tuple[Employee, Mapping[str, Any]]], *, offer: Offer | None, at: datetime
) -> list[StatusEffect]:
    """What new values of the STANDING columns would do, at `at` (aware); writes nothing.

    Each employee comes as on the roster, unchanged yet, with the values as their columns have
    them: other names, and values that are the same, do not count, and whoever is left with none is
    left out. Takes as many queries for many people as for one.
    """
    differing = [(person, changed) for person, new in changes if (changed := _changed(person, new))]
    if not differing:
        return []
    moment = _moment(offer, at) if offer else None
    governing = (
        queries.exchanged_grants(offer, {person.pk for person, _ in differing}) if offer else {}
    )
    effects = []
    for person, changed in differing:
        outcome = NO_OUTCOME
        if moment:
            on_record = _on_record(*governing[person.pk]) if person.pk in governing else None
            outcome = _outcome(moment, person, changed, on_record)
        effects.append(
            StatusEffect(
                employee=person,
                offer=offer,
                before={name: _plain(getattr(person, name)) for name in changed},
                after={name: _plain(value) for name, value in changed.items()},
                code=outcome.effect,
                effect=outcome.text,
                affects_election=outcome.affects_election,
            )
        )
    return effects


def record_effects(
    effects: Sequence[StatusEffect],
    *,
    actor: User | None,
    upload: RosterUpload | None = None,
    reason: str = "",
    at: datetime,
) -> int:
    """Append a `StatusChange` for each of these, and mail everyone who is told something.

    Belongs in the transaction that writes the roster, after it: mail goes to the address that the
    roster then has. Leaves the entry in the audit log to the caller. Returns how many are mailed.
    """
    changes = []
    for start in range(0, len(effects), BATCH):
        batch = effects[start : start + BATCH]
        people = Employee.objects.in_bulk([one.employee.pk for one in batch])
        changes += [
            StatusChange(
                employee=people[one.employee.pk],
                changed_at=at,
                changed_by=actor,
                upload=upload,
                offer=one.offer,
                before=one.before,
                after=one.after,
                effect=one.effect,
                reason=reason,
            )
            for one in batch
        ]
    recorded = StatusChange.objects.bulk_create(changes, batch_size=BATCH)
    return outbox.post_status_changes(change for change in recorded if change.effect)


def _changed(employee: Employee, new: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: new[name] for name in STANDING if name in new and new[name] != getattr(employee, name)
    }


def _moment(offer: Offer, at: datetime) -> Moment:
    terms, expiration = offer.terms(), queries.deadline_in_force(offer, at=at)
    return Moment(
        terms=terms,
        expiration=expiration,
        new_grant_on=timetable(terms, expiration).new_grant_on,
        at=at,
    )


def _on_record(governing: Any, exchanged: int) -> OnRecord:
    return OnRecord(
        kind=governing.kind,
        receipt=governing.receipt,
        received_at=governing.received_at,
        exchanged=exchanged,
    )


def _outcome(
    moment: Moment, employee: Employee, changed: Mapping[str, Any], governing: OnRecord | None
) -> Outcome:
    facts, on_leave = employee.facts(), employee.on_leave
    rules = {name: value for name, value in changed.items() if name != "on_leave"}
    return status_outcome(
        moment,
        before=Status(person=facts, on_leave=on_leave),
        after=Status(person=replace(facts, **rules), on_leave=changed.get("on_leave", on_leave)),
        governing=governing,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value
