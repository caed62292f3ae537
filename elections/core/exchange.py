"""What comes in return: how many new shares, and the day of the new grant."""

from collections.abc import Container
from datetime import date, datetime, timedelta
from decimal import Decimal

from elections.core.dates import DAY, add_months, next_business_day
from elections.core.terms import Terms


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


def new_grant_date(expiration: datetime, terms: Terms, holidays: Container[date]) -> date:
    """Give the day of the new grant, as the terms count it from the offer's last day.

    The first business day at least the agreed months and days (six months and one day in this
    offer) after the cancellation. `expiration` is the one in force; an extension moves the new
    grant with it. ValueError when naive.
    """
    canceled_on = terms.last_day(expiration)
    waited = add_months(canceled_on, terms.new_grant_months) + timedelta(days=terms.new_grant_days)
    return next_business_day(waited - DAY, holidays)
