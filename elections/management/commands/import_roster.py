"""`manage.py import_roster EMPLOYEES.csv GRANTS.csv`: people and grants, all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from elections import clock, queries
from elections.models import Offer
from elections.services.roster import RosterFile, RosterProblem, RosterResult, Tally, import_roster


class Command(BaseCommand):
    """Import the roster; the same files again change nothing."""

    help = "Import people and grants from a stock-plan system's export (docs/roster.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """The two files, and whether only to look."""
        parser.add_argument("employees", type=Path, metavar="EMPLOYEES.csv")
        parser.add_argument("grants", type=Path, metavar="GRANTS.csv")
        parser.add_argument("--dry-run", action="store_true", help="say what would change")

    def handle(
        self, *args: Any, employees: Path, grants: Path, dry_run: bool, **options: Any
    ) -> None:
        """Import and say what was done; exits 1 with every bad row named, in the files' order."""
        result = _import(employees, grants, dry_run)
        if result.problems:
            names = {RosterFile.EMPLOYEES: str(employees), RosterFile.GRANTS: str(grants)}
            self._refuse(result.problems, names)
        self._tell("People", result.people)
        self._tell("Grants", result.grants)
        self._tell_effects(result)
        if not dry_run:
            self._tell_of_invitations()
        if dry_run:
            self.stdout.write("This was a dry run: nothing was written.")

    def _refuse(self, problems: tuple[RosterProblem, ...], names: dict[RosterFile, str]) -> None:
        for problem in problems:
            self.stderr.write(problem.sentence(names[problem.file]))
        raise CommandError(f"Nothing was imported: {len(problems):,} problem(s).")

    def _tell(self, what: str, tally: Tally) -> None:
        self.stdout.write(f"{what}: {tally}.")
        for number in tally.absent:
            self.stdout.write(f"{what}: {number} is not in this file, and stays as it was.")

    def _tell_of_invitations(self) -> None:
        """Who does not know yet how to sign in; nobody is mailed by an import itself."""
        try:
            people = queries.people_to_invite(queries.current_offer(), at=clock.now()).count()
        except Offer.DoesNotExist:
            return
        if people:
            self.stdout.write(
                f"Not invited to sign in yet: {people:,}. Invite them in the admin (Employees), or"
                " with manage.py invite_people."
            )

    def _tell_effects(self, result: RosterResult) -> None:
        """Whose standing in the offer changes, and what they are mailed of it."""
        for effect in result.effects:
            changes = ", ".join(
                f"{name} {effect.before[name]} → {effect.after[name]}" for name in effect.after
            )
            self.stdout.write(f"Standing: {effect.employee}: {changes}.")
            for paragraph in effect.effect.splitlines() or ["Nothing is mailed of it."]:
                self.stdout.write(f"    {paragraph}")


def _import(employees: Path, grants: Path, dry_run: bool) -> RosterResult:
    try:
        with employees.open("rb") as people, grants.open("rb") as held:
            return import_roster(employees=people, grants=held, dry_run=dry_run)
    except OSError as error:
        raise CommandError(f"{error.filename} cannot be read: {error.strerror}.") from error
