"""Grants: what the grants file changes on the roster, and writing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from elections.models import Employee, Grant, Line, Plan
from elections.services.roster.batches import batches
from elections.services.roster.changes import grant_on_record
from elections.services.roster.rows import GrantRow, RosterProblem

FIELDS = ("kind", "granted_on", "exercise_price", "granted", "exercised", "canceled", "vested")


@dataclass(slots=True)
class GrantChanges:
    """What writing the grants file would change, and what stands in its way."""

    new: list[GrantRow] = field(default_factory=list)
    changed: list[GrantRow] = field(default_factory=list)
    unchanged: int = 0
    problems: list[RosterProblem] = field(default_factory=list)


def compare_grants(rows: Sequence[GrantRow]) -> GrantChanges:
    """Compare the rows with the grants on the roster; writes nothing."""
    changes = GrantChanges()
    for batch in batches(rows):
        on_roster = _on_roster(batch)
        moved = [row for row in batch if on_roster.get(row.number, _facts(row))[0] != row.employee]
        refused = _moved_on_record(moved, on_roster)
        changes.problems += refused.values()
        for row in batch:
            if row.number in refused:
                continue
            if row.number not in on_roster:
                changes.new.append(row)
            elif on_roster[row.number] != _facts(row):
                changes.changed.append(row)
            else:
                changes.unchanged += 1
    return changes


def write_grants(changes: GrantChanges) -> None:
    """Write what `compare_grants` found, in the open transaction; their holders are written."""
    plans = dict(Plan.objects.values_list("code", "pk"))
    written = [*changes.new, *changes.changed]
    for batch in batches(written):
        held_by = Employee.objects.filter(number__in={row.employee for row in batch})
        holders = dict(held_by.values_list("number", "pk"))
        Grant.objects.bulk_create(
            [
                Grant(
                    number=row.number,
                    employee_id=holders[row.employee],
                    plan_id=plans[row.plan],
                    **{name: getattr(row, name) for name in FIELDS},
                )
                for row in batch
            ],
            update_conflicts=True,
            unique_fields=["number"],
            update_fields=["employee", "plan", *FIELDS],
        )


def _on_roster(rows: Iterable[GrantRow]) -> dict[str, tuple[object, ...]]:
    grants = Grant.objects.filter(number__in=[row.number for row in rows])
    values = grants.values_list("number", "employee__number", "plan__code", *FIELDS)
    return {number: tuple(facts) for number, *facts in values}


def _facts(row: GrantRow) -> tuple[object, ...]:
    return (row.employee, row.plan, *(getattr(row, name) for name in FIELDS))


def _moved_on_record(
    moved: Sequence[GrantRow], on_roster: Mapping[str, tuple[object, ...]]
) -> dict[str, RosterProblem]:
    """The problem of each grant that would change hands though a submission speaks of it."""
    if not moved:
        return {}
    numbers = [row.number for row in moved]
    spoken_of = set(
        Line.objects.filter(grant__number__in=numbers).values_list("grant__number", flat=True)
    )
    return {
        row.number: grant_on_record(
            row.line, row.number, str(on_roster[row.number][0]), row.employee
        )
        for row in moved
        if row.number in spoken_of
    }
