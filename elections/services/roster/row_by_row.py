"""Importing through the ORM, a thousand rows at a time: the way of SQLite.

Nothing is locked here. A transaction on SQLite holds the whole database from its beginning.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from elections.models import Employee, Grant
from elections.services.roster.changes import Changes, RowState
from elections.services.roster.grants import GrantChanges, compare_grants, write_grants
from elections.services.roster.people import PeopleChanges, compare_people, write_people
from elections.services.roster.rows import GrantRow, PersonRow, RosterFile


class RowByRow:
    """An `Import` of these rows."""

    def __init__(self, people: Sequence[PersonRow], grants: Sequence[GrantRow]) -> None:
        self.people = people
        self.grants = grants

    def compare_people(self) -> Changes:
        """Compare the people with the roster and the accounts; writes nothing."""
        self.people_changes = compare_people(self.people)
        return _counted(self.people_changes)

    def hold(self) -> None:
        """Nobody else writes meanwhile."""

    def compare_grants(self) -> Changes:
        """Compare the grants with the roster and the record; writes nothing."""
        self.grant_changes = compare_grants(self.grants)
        return _counted(self.grant_changes)

    def numbers(self, file: RosterFile, state: RowState, most: int) -> list[str]:
        """The numbers of the first rows of a file that were found to be so, in its order."""
        if file == RosterFile.EMPLOYEES:
            people = self.people_changes
            changes = {RowState.NEW: people.new, RowState.CHANGED: people.changed}[state]
            return [change.row.number for change in changes[:most]]
        grants = self.grant_changes
        rows = {RowState.NEW: grants.new, RowState.CHANGED: grants.changed}[state]
        return [row.number for row in rows[:most]]

    def may_change_standing(self) -> list[str]:
        """The numbers of everyone on the roster whose row changes in anything."""
        return [change.row.number for change in self.people_changes.changed]

    def absent(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The numbers of people, and of grants, that the roster has and the files do not."""
        return (
            _absent({row.number for row in self.people}, Employee),
            _absent({row.number for row in self.grants}, Grant),
        )

    def write(self) -> None:
        """Write what was found new and changed."""
        write_people(self.people_changes)
        write_grants(self.grant_changes)


def _counted(changes: PeopleChanges | GrantChanges) -> Changes:
    return Changes(
        new=len(changes.new),
        changed=len(changes.changed),
        unchanged=changes.unchanged,
        problems=tuple(changes.problems),
    )


def _absent(in_file: Container[str], model: type[Employee | Grant]) -> tuple[str, ...]:
    numbers: Iterable[str] = model.objects.order_by().values_list("number", flat=True)
    return tuple(sorted(number for number in numbers if number not in in_file))
