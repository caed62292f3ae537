"""What both ways of importing share: what they find, what they refuse, and in which words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from elections.services.roster.rows import RosterFile, RosterProblem


class RowState(StrEnum):
    """What a row of a file is to the roster."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Changes:
    """How many rows of one file are new, changed or unchanged, and what stands in the way."""

    new: int
    changed: int
    unchanged: int
    problems: tuple[RosterProblem, ...]

    @property
    def to_write(self) -> int:
        """How many rows writing would touch."""
        return self.new + self.changed


class Import(Protocol):
    """The rows of both files, to be compared with the roster and written, in this order.

    All within one transaction, in which no other import runs.
    """

    def compare_people(self) -> Changes:
        """Compare the people with the roster and the accounts; writes nothing."""
        ...

    def hold(self) -> None:
        """Keep submissions out of what is to change: see `InSets.hold`."""
        ...

    def compare_grants(self) -> Changes:
        """Compare the grants with the roster and the record; writes nothing."""
        ...

    def numbers(self, file: RosterFile, state: RowState, most: int) -> list[str]:
        """The numbers of the first rows of a file that were found to be so, in its order."""
        ...

    def may_change_standing(self) -> list[str]:
        """The numbers of people on the roster among whom are all whose standing changes."""
        ...

    def absent(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The numbers of people, and of grants, that the roster has and the files do not."""
        ...

    def write(self) -> None:
        """Write what was found new and changed; there must have been no problem."""
        ...


def address_taken(line: int, email: str, holder: str | None) -> RosterProblem:
    """`email` is the address of employee `holder`, or of an account that is nobody's (None)."""
    reason = (
        f"{email!r} is another account's, which is nobody's on the roster."
        if holder is None
        else f"{email!r} is the address of employee {holder}."
    )
    return RosterProblem(RosterFile.EMPLOYEES, line, "Email", reason)


def grant_on_record(line: int, number: str, held_by: str, employee: str) -> RosterProblem:
    """Grant `number` would become `employee`'s, but `held_by` has submitted a form about it."""
    return RosterProblem(
        RosterFile.GRANTS,
        line,
        "Employee Number",
        f"grant {number} is on record as employee {held_by}'s, who has submitted a form about it,"
        f" so it cannot become {employee}'s.",
    )
