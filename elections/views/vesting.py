"""What can be exercised by when: the grants as they are, and what they would become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from elections.core.dates import add_months
from elections.core.terms import Terms
from elections.core.vesting import VestingStep, vested_so_far, vesting_schedule
from elections.core.words import MONTHS, day_label
from elections.timetable import Timetable
from elections.views.plot import Plot, Scale
from elections.views.sheet import GrantRow

APART = 0.18  # of the time line: labels of two years do not touch on a small screen
HALF_A_YEAR = 6


@dataclass(frozen=True, slots=True)
class GrantVesting:
    """One grant: whole shares vested and not, as the roster has it; and the new option's steps."""

    row: GrantRow
    first: VestingStep
    steps: tuple[VestingStep, ...]  # the monthly ones

    @property
    def unvested(self) -> int:
        """Outstanding shares that the roster does not call vested."""
        return self.row.assessed.grant.outstanding - self.row.assessed.grant.vested

    @property
    def monthly(self) -> tuple[int, ...]:
        """How many shares the monthly steps bring: one number, or two."""
        return tuple(sorted({step.shares for step in self.steps}))


@dataclass(frozen=True, slots=True)
class Vesting:
    """All of the grants together; `so_far` counts what has vested of the new options by then."""

    grants: tuple[GrantVesting, ...]
    vested: int
    outstanding: int
    so_far: tuple[VestingStep, ...]
    plot: Plot

    @property
    def milestones(self) -> tuple[VestingStep, ...]:
        """The first step, then one every half year, and the last."""
        last = self.so_far[-1]
        some = self.so_far[::HALF_A_YEAR]
        return some if some[-1] == last else (*some, last)


def vesting_of(rows: Sequence[GrantRow], terms: Terms, days: Timetable) -> Vesting:
    """Lay the vesting of these grants beside that of what they would become; at least one."""
    schedules = [
        vesting_schedule(row.assessed.new_shares, days.new_grant_on, terms) for row in rows
    ]
    so_far = vested_so_far(schedules)
    vested = sum(row.assessed.grant.vested for row in rows)
    outstanding = sum(row.assessed.grant.outstanding for row in rows)
    return Vesting(
        grants=tuple(
            GrantVesting(row, steps[0], steps[1:])
            for row, steps in zip(rows, schedules, strict=True)
        ),
        vested=vested,
        outstanding=outstanding,
        so_far=so_far,
        plot=_time_line(vested, outstanding, so_far, days),
    )


def _time_line(
    vested: int, outstanding: int, so_far: Sequence[VestingStep], days: Timetable
) -> Plot:
    begins, ends = days.last_day, so_far[-1].on

    def since(day: date) -> Decimal:
        return Decimal((day - begins).days)

    scale = Scale(since(ends), Decimal(max(outstanding, so_far[-1].shares)))
    stairs = [(Decimal(0), Decimal(0))]
    for step in so_far:
        stairs += [(since(step.on), stairs[-1][1]), (since(step.on), Decimal(step.shares))]
    level = Decimal(vested)
    upper, lower = scale.y(Decimal(outstanding)), scale.y(level)
    return Plot(
        name="vesting",
        title="Shares that can be exercised, by date",
        description=(
            f"From {day_label(begins)} to {day_label(ends)}. The tables have the same figures."
        ),
        lines=(
            scale.line("keep", [(Decimal(0), level), (since(ends), level)]),
            scale.line("exchange", stairs),
        ),
        x_ticks=tuple(
            scale.x_tick(since(day), f"{MONTHS[day.month - 1][:3]} {day.year}")
            for day in _years(begins, ends)
        ),
        y_ticks=scale.y_ticks(lambda count: f"{count:,.0f}", smallest=Decimal(1)),
        marks=(scale.mark(since(days.new_grant_on), "New grant"),),
        band=(upper, f"{Decimal(lower) - Decimal(upper)}"),
    )


def _years(begins: date, ends: date) -> list[date]:
    """Both ends and each full year between them, as far as labels have room."""
    years = [begins]
    while (following := add_months(begins, 12 * len(years))) < ends:
        years.append(following)
    room = (ends - begins) * APART
    return [day for day in years if ends - day > room] + [ends]
