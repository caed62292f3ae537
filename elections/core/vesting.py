"""When a new option vests: whole shares, on calendar days, adding up exactly."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import accumulate
from math import floor

from elections.core.dates import add_months
from elections.core.terms import Terms


@dataclass(frozen=True, slots=True)
class VestingStep:
    """The whole shares of a new option that become exercisable on one day."""

    on: date
    shares: int


def vesting_schedule(shares: int, granted_on: date, terms: Terms) -> tuple[VestingStep, ...]:
    """Give the vesting of a new option of `shares` shares granted on `granted_on`.

    One step for the first part, then the rest in equal monthly steps. Whole shares: what has vested
    by each step is rounded down and the last step brings the remainder, so monthly steps differ by
    one share at most and all add up exactly; a small option has steps of 0. Every step falls on the
    grant's day of the month, or the month's last day where it is shorter.
    """
    schedule = []
    vested = 0
    first_part = Fraction(terms.vesting_first_part)
    for step in range(terms.vesting_steps + 1):
        monthly = Fraction(step, terms.vesting_steps) if step else Fraction(0)
        total = floor(shares * (first_part + (1 - first_part) * monthly))
        on = add_months(granted_on, terms.vesting_first_months + step)
        schedule.append(VestingStep(on, total - vested))
        vested = total
    return tuple(schedule)


def vested_so_far(schedules: Iterable[tuple[VestingStep, ...]]) -> tuple[VestingStep, ...]:
    """Give, for several new options together, the whole shares vested by each day of a step.

    In the order of the days, each once. Each option is rounded by itself, as it vests.
    """
    by_day: dict[date, int] = {}
    for step in (step for schedule in schedules for step in schedule):
        by_day[step.on] = by_day.get(step.on, 0) + step.shares
    days = sorted(by_day)
    vested = accumulate(by_day[day] for day in days)
    return tuple(VestingStep(on, shares) for on, shares in zip(days, vested, strict=True))
