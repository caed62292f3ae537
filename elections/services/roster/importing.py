"""Importing a roster: both files read, compared with what is there, and written all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

import structlog
from django.db import connection, transaction

from elections import clock, queries
from elections.models import AuditEntry, Employee, Offer, Plan, RosterUpload, User
from elections.models.audit import Act
from elections.models.roster import UploadState
from elections.services.audit import record_act
from elections.services.roster.batches import batches
from elections.services.roster.changes import Changes, Import
from elections.services.roster.details import details_of
from elections.services.roster.in_sets import InSets
from elections.services.roster.progress import Progress, Untold
from elections.services.roster.row_by_row import RowByRow
from elections.services.roster.rows import GrantRow, PersonRow, RosterProblem
from elections.services.roster.sheets import Sheet, read_grants, read_people
from elections.services.roster.texts import count_lines
from elections.services.status import STANDING, StatusEffect, effects_of, record_effects

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

    @property
    def to_write(self) -> int:
        """How many rows the roster does not have, or has otherwise."""
        return self.new + self.changed

    def __str__(self) -> str:
        """Say it as "1 new, 0 changed, 59 unchanged"."""
        return f"{self.new:,} new, {self.changed:,} changed, {self.unchanged:,} unchanged"


class TakenOver(Exception):
    """Somebody else works on this upload, since we had not been heard of for too long."""


@dataclass(frozen=True, slots=True)
class RosterResult:
    """What an import did, or would do; or, with `problems`, why it did nothing at all.

    `effects` are the changes of standing and what each does to the person's part in the offer.
    `follows` is how many imports wrote something before it.
    `details` (of a dry run) are the rows themselves, as plain values for a preview.
    """

    people: Tally = Tally()
    grants: Tally = Tally()
    effects: tuple[StatusEffect, ...] = ()
    follows: int = 0
    problems: tuple[RosterProblem, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    written: bool = False

    @property
    def to_write(self) -> int:
        """How many rows it changes on the roster."""
        return self.people.to_write + self.grants.to_write


def import_roster(
    *,
    employees: BinaryIO,
    grants: BinaryIO,
    actor: User | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    upload: RosterUpload | None = None,
    agree: Callable[[RosterResult], bool] = lambda _: True,
) -> RosterResult:
    """Bring the roster to what the two files (CSV or XLSX) say (docs/roster.md), all or nothing.

    Any bad row leaves everything as it was, and all of them are named. With `dry_run` nothing is
    written, and the result is what would have been. Accounts are made and kept along with the
    people; whoever's standing in the offer changes is mailed. The same files again change nothing.

    `actor` is None for the command line. An `upload` being applied is marked so in the same
    transaction; `agree` is asked inside it before anything is written, and unless it says yes
    nothing is. Raises `TakenOver` when somebody else has the upload by now: then nothing is, too.
    """
    told = progress or Untold()
    people_sheet, grants_sheet = _read(employees, grants, told)
    with transaction.atomic(durable=True):
        _take_turns()
        told.stage("Comparing the files with the roster")
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
        result = _result(roster, people, held, people_sheet.rows)
        if dry_run:
            told.stage("Looking up what changes")
            return replace(result, details=details_of(roster, people_sheet.rows, grants_sheet.rows))
        if not agree(result):
            return result
        if result.to_write:
            told.stage("Writing the roster", result.to_write)
            roster.write()
            _tell(result, actor=actor, upload=upload)
        if upload is not None:
            _mark_applied(upload)
    log.info("roster_imported", people=str(result.people), grants=str(result.grants))
    return replace(result, written=True)


def _read(
    employees: BinaryIO, grants: BinaryIO, told: Progress
) -> tuple[Sheet[PersonRow], Sheet[GrantRow]]:
    told.stage("Reading the employees", count_lines(employees))
    people = read_people(employees, told)
    if not people.read_through:
        return people, Sheet()  # Of each grant it would seem that its holder is nobody.
    told.stage("Reading the grants", count_lines(grants))
    on_roster = Employee.objects.order_by().values_list("number", flat=True)
    return people, read_grants(
        grants,
        plans=set(Plan.objects.values_list("code", flat=True)),
        employees=people.numbers | set(on_roster),
        progress=told,
    )


def _result(
    roster: Import, people: Changes, grants: Changes, rows: Sequence[PersonRow]
) -> RosterResult:
    absent_people, absent_grants = roster.absent()
    return RosterResult(
        people=Tally(people.new, people.changed, people.unchanged, absent_people),
        grants=Tally(grants.new, grants.changed, grants.unchanged, absent_grants),
        effects=tuple(_effects(roster.may_change_standing(), rows)),
        follows=AuditEntry.objects.filter(act=Act.IMPORT).count(),
    )


def _effects(numbers: Sequence[str], rows: Sequence[PersonRow]) -> list[StatusEffect]:
    """What the file does to the part that these people take in the offer that runs."""
    if not numbers:
        return []
    wanted = set(numbers)
    said = {row.number: row for row in rows if row.number in wanted}
    try:
        offer = queries.current_offer()
    except Offer.DoesNotExist:
        offer = None
    return effects_of(_standings(numbers, said), offer=offer, at=clock.now())


def _standings(
    numbers: Sequence[str], said: dict[str, PersonRow]
) -> Iterator[tuple[Employee, dict[str, Any]]]:
    """These people as they are on the roster, and what the file says of their standing."""
    for batch in batches(numbers):
        for person in Employee.objects.filter(number__in=batch).order_by("number"):
            row = said[person.number]
            unsaid = {"on_leave"} if row.on_leave is None else set()
            yield person, {name: getattr(row, name) for name in STANDING if name not in unsaid}


def _tell(result: RosterResult, *, actor: User | None, upload: RosterUpload | None) -> None:
    """Record the changes of standing, post their mails, and note the import, once it is written."""
    mailed = record_effects(result.effects, actor=actor, upload=upload, at=clock.now())
    record_act(
        Act.IMPORT,
        actor=actor,
        subject=str(upload or "From the command line"),
        rows=result.to_write,
        details={
            "people": str(result.people),
            "grants": str(result.grants),
            "changes of standing": len(result.effects),
            "mailed": mailed,
        },
    )


def _mark_applied(upload: RosterUpload) -> None:
    """Together with what was written: an upload is applied once, whoever else works on it."""
    marked = RosterUpload.objects.filter(
        pk=upload.pk, state=UploadState.APPLYING, claim=upload.claim
    ).update(state=UploadState.APPLIED, applied_at=clock.now(), note="")
    if not marked:
        raise TakenOver(f"Upload {upload.pk} is in other hands by now.")


def _take_turns() -> None:
    """Two imports at once would both find the same person new: the plans' rows let in one."""
    list(Plan.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _import(people: Sequence[PersonRow], grants: Sequence[GrantRow]) -> Import:
    """The way that suits the database; both find, refuse and write the same."""
    way = InSets if connection.vendor == "postgresql" else RowByRow
    return way(people, grants)


def _line(problem: RosterProblem) -> int:
    return problem.line
