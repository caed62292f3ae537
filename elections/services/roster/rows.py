"""One row of each roster file, and what can be wrong with one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from elections.core.terms import OptionKind
from elections.models.people import Employment


class RosterFile(StrEnum):
    """Which of the two files."""

    EMPLOYEES = "employees"
    GRANTS = "grants"


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """One thing wrong with a file. `line` counts from 1; `column` is "" for the whole line."""

    file: RosterFile
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        """Say it in one line, the file by its part in the roster."""
        return self.sentence(self.file)

    def sentence(self, file_name: str) -> str:
        """Say it in one line, the file by `file_name`."""
        place = f"{file_name}, line {self.line}"
        return (
            f"{place}, {self.column}: {self.reason}" if self.column else f"{place}: {self.reason}"
        )


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Someone as the employees file describes them; `line` is where.

    `on_leave` is None where the file does not say: then it stays what it is on the roster.
    """

    line: int
    number: str
    name: str
    email: str
    country: str
    employment: Employment
    hired_on: date
    left_on: date | None
    is_director: bool
    is_executive_officer: bool
    on_leave: bool | None = None

    def faults(self) -> Iterator[tuple[str, str]]:
        """What contradicts itself in this row, as (column, reason)."""
        if self.left_on is not None and self.left_on < self.hired_on:
            yield "Termination Date", f"{self.left_on} is before the hire date, {self.hired_on}."


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant as the grants file describes it. Shares are whole, the price is USD per share.

    `vested` counts of the outstanding shares only, those that could be exercised today.
    """

    line: int
    number: str
    employee: str
    plan: str
    kind: OptionKind
    granted_on: date
    exercise_price: Decimal
    granted: int
    exercised: int
    canceled: int
    outstanding: int
    vested: int

    def faults(self) -> Iterator[tuple[str, str]]:
        """What contradicts itself in this row, as (column, reason)."""
        left = self.granted - self.exercised - self.canceled
        if self.outstanding != left:
            yield (
                "Shares Outstanding",
                (
                    f"{self.outstanding:,} is not {self.granted:,} granted - {self.exercised:,}"
                    f" exercised - {self.canceled:,} canceled, which is {left:,}."
                ),
            )
        if self.vested > self.outstanding:
            yield (
                "Shares Vested",
                (
                    f"{self.vested:,} is more than the {self.outstanding:,} outstanding; count only"
                    " shares that are vested and still outstanding."
                ),
            )
