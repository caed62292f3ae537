"""What comes in return: new shares, the day of the new grant, its vesting, what it may be worth."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

from elections.core.dates import DAY, add_months, next_business_day
from elections.core.terms import Terms


@dataclass(frozen=True, slots=True)
class VestingStep:
    """The whole shares of a new option that become exercisable on one day."""

    on: date
    shares: int


def new_shares(shares: int, ratio: Decimal) -> int:
    """Give the whole new shares for one grant: a fraction is rounded up, per grant.

    Exact, whatever the precision of decimals is set to. ValueError for a negative number of shares
    or a ratio that is not above 0.
    """
    if shares < 0:
        raise ValueError(f"A grant cannot have {shares} shares.")
    if not ratio.is_finite() or ratio <= 0:
        raise ValueError(f"The ratio is {ratio}; it must be above 0.")
    numerator, denominator = ratio.as_integer_ratio()
    return -(-shares * numerator // denominator)


def break_even_price(*, old_price: Decimal, new_price: Decimal, ratio: Decimal) -> Decimal:
    """Give the share price (USD) at which keeping and exchanging earn the same.

    `old_price` and `new_price` are the exercise prices, `ratio` the new shares per share. Below it
    the exchange earns more, above it keeping does; that holds for a ratio below 1 and a new price
    below the old one. Otherwise the figure is where the two lines would cross, and says nothing.
    ValueError for a ratio of 1, with which they never cross.
    """
    if ratio == 1:
        raise ValueError("With one new share for each old one there is no break-even price.")
    return (old_price - ratio * new_price) / (1 - ratio)


def profit(*, price: Decimal, strike: Decimal, options: int) -> Decimal:
    """Give what exercising `options` at `strike` and selling at `price` would bring, in USD."""
    return max(Decimal(0), price - strike) * options


def new_grant_date(expiration: datetime, terms: Terms, holidays: Container[date]) -> date:
    """Give the day of the new grant, as the terms count it from the offer's last day.

    The first business day at least the agreed months and days (six months and one day in this
    offer) after the cancellation. `expiration` is the one in force; an extension moves the new
    grant with it. ValueError when naive.
    """
    canceled_on = terms.last_day(expiration)
    waited = add_months(canceled_on, terms.new_grant_months) + timedelta(days=terms.new_grant_days)
    return next_business_day(waited - DAY, holidays)


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
