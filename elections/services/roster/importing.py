"""Importing a roster: both files read, compared with what is there, and written all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

import structlog
from django.db import connection, transaction

from elections.models import Employee, Plan
from elections.services.roster.changes import Import
from elections.services.roster.in_sets import InSets
from elections.services.roster.row_by_row import RowByRow
from elections.services.roster.rows import GrantRow, PersonRow, RosterProblem
from elections.services.roster.sheets import read_grants, read_people

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows are new, changed or unchanged; and the numbers on the roster not in the file.

    Those not in the file are left as they were: nobody is ever deleted.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    absent: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say it as "1 new, 0 changed, 59 unchanged"."""
        return f"{self.new:,} new, {self.changed:,} changed, {self.unchanged:,} unchanged"


@dataclass(frozen=True, slots=True)
class RosterResult:
    """What an import did; or, with `problems`, why it did nothing at all."""

    people: Tally = Tally()
    grants: Tally = Tally()
    problems: tuple[RosterProblem, ...] = ()


def import_roster(*, employees: BinaryIO, grants: BinaryIO, dry_run: bool = False) -> RosterResult:
    """Bring the roster to what the two CSV files say (docs/roster.md), in one transaction.

    Any bad row leaves everything as it was, and all of them are named. With `dry_run` nothing is
    written, and the result is what would have been. Accounts are made and kept along with the
    people; the same files again change nothing.
    """
    people_sheet = read_people(employees)
    on_roster = Employee.objects.order_by().values_list("number", flat=True)
    grants_sheet = read_grants(
        grants,
        plans=set(Plan.objects.values_list("code", flat=True)),
        employees=people_sheet.numbers | set(on_roster),
    )
    with transaction.atomic(durable=True):
        _take_turns()
        roster = _import(people_sheet.rows, grants_sheet.rows)
        people = roster.compare_people()
        if not dry_run:
            roster.hold()
        held = roster.compare_grants()
        problems = [
            *sorted([*people_sheet.problems, *people.problems], key=_line),
            *sorted([*grants_sheet.problems, *held.problems], key=_line),
        ]
        if problems:
            return RosterResult(problems=tuple(problems))
        absent_people, absent_grants = roster.absent()
        result = RosterResult(
            people=Tally(people.new, people.changed, people.unchanged, absent_people),
            grants=Tally(held.new, held.changed, held.unchanged, absent_grants),
        )
        if not dry_run and people.to_write + held.to_write:
            roster.write()
    log.info(
        "roster_imported", people=str(result.people), grants=str(result.grants), dry_run=dry_run
    )
    return result


def _take_turns() -> None:
    """Two imports at once would both find the same person new: the plans' rows let in one."""
    list(Plan.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _import(people: Sequence[PersonRow], grants: Sequence[GrantRow]) -> Import:
    """The way that suits the database; both find, refuse and write the same."""
    way = InSets if connection.vendor == "postgresql" else RowByRow
    return way(people, grants)


def _line(problem: RosterProblem) -> int:
    return problem.line
