"""Importing a roster: both files read, compared with what is there, and written all or nothing."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import BinaryIO

import structlog
from django.db import transaction

from elections.models import Employee, Grant, Plan
from elections.services.roster.grants import GrantChanges, compare_grants, write_grants
from elections.services.roster.people import PeopleChanges, compare_people, write_people
from elections.services.roster.rows import RosterProblem
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
    grants_sheet = read_grants(
        grants,
        plans=set(Plan.objects.values_list("code", flat=True)),
        employees=people_sheet.numbers | set(_numbers(Employee)),
    )
    with transaction.atomic(durable=True):
        _take_turns()
        people = compare_people(people_sheet.rows)
        held = compare_grants(grants_sheet.rows)
        problems = [
            *sorted(people_sheet.problems + people.problems, key=_line),
            *sorted(grants_sheet.problems + held.problems, key=_line),
        ]
        if problems:
            return RosterResult(problems=tuple(problems))
        result = RosterResult(
            people=_tally(people, absent_from(people_sheet.numbers, _numbers(Employee))),
            grants=_tally(held, absent_from(grants_sheet.numbers, _numbers(Grant))),
        )
        if not dry_run:
            write_people(people)
            write_grants(held)
    log.info(
        "roster_imported", people=str(result.people), grants=str(result.grants), dry_run=dry_run
    )
    return result


def absent_from(in_file: Container[str], on_roster: Iterable[str]) -> tuple[str, ...]:
    """The numbers on the roster that the file does not have, in order."""
    return tuple(sorted(number for number in on_roster if number not in in_file))


def _numbers(model: type[Employee | Grant]) -> Iterable[str]:
    return model.objects.order_by().values_list("number", flat=True).iterator(chunk_size=10_000)


def _take_turns() -> None:
    """Two imports at once would both find the same person new: the plans' rows let in one."""
    list(Plan.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _tally(changes: PeopleChanges | GrantChanges, absent: tuple[str, ...]) -> Tally:
    return Tally(len(changes.new), len(changes.changed), changes.unchanged, absent)


def _line(problem: RosterProblem) -> int:
    return problem.line
