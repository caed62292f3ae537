"""What a form says of each grant, as the check page, the conflict page and the receipt print it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from elections import queries
from elections.core.rules import DecidedLine
from elections.core.terms import Choice
from elections.models import Submission


@dataclass(frozen=True, slots=True)
class Row:
    """One grant of a form. `withdrawn`: exchanged until this withdrawal, and kept by it."""

    line: DecidedLine
    plan: str  # its name
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """What a whole form says, by grant date and number. Shares are whole."""

    exchanged: tuple[Row, ...]
    kept: tuple[Row, ...]

    @property
    def shares(self) -> int:
        """Outstanding shares given up."""
        return sum(row.line.grant.outstanding for row in self.exchanged)

    @property
    def new_shares(self) -> int:
        """New shares promised for them."""
        return sum(row.line.new_shares for row in self.exchanged)

    @property
    def required(self) -> tuple[Row, ...]:
        """The exchanged grants that go along by the look-back rule."""
        return tuple(row for row in self.exchanged if row.line.required)


def statement(
    lines: Iterable[DecidedLine],
    plans: Mapping[str, str],
    *,
    withdrawn: frozenset[str] = frozenset(),
) -> Statement:
    """Put `lines` into words; `withdrawn` names the grants that a withdrawal takes back."""
    rows = [
        Row(
            line,
            plan=plans.get(line.grant.plan, line.grant.plan),
            withdrawn=line.grant.number in withdrawn,
        )
        for line in lines
    ]
    return Statement(
        exchanged=tuple(row for row in rows if row.line.choice == Choice.EXCHANGE),
        kept=tuple(row for row in rows if row.line.choice == Choice.KEEP),
    )


def recorded_statement(submission: Submission, plans: Mapping[str, str]) -> Statement:
    """What a recorded form says; its lines are prefetched."""
    lines = list(submission.lines.all())
    return statement(
        [queries.decided_line(line) for line in lines],
        plans,
        withdrawn=frozenset(line.grant_number for line in lines if line.withdrawn),
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """One grant as two forms treat it: whether each exchanges it."""

    row: Row
    now: bool
    then: bool


def compare(now: Statement | None, then: Statement | None) -> list[Compared]:
    """What `then` would change of `now`, grant by grant; None keeps everything."""
    rows = {
        row.line.grant.number: row
        for said in (now, then)
        if said
        for row in (*said.exchanged, *said.kept)
    }
    exchanged_now, exchanged_then = _exchanged(now), _exchanged(then)
    return [
        Compared(row, now=number in exchanged_now, then=number in exchanged_then)
        for number, row in sorted(
            rows.items(), key=lambda item: (item[1].line.grant.granted_on, item[0])
        )
    ]


def _exchanged(said: Statement | None) -> set[str]:
    return {row.line.grant.number for row in said.exchanged} if said else set()
