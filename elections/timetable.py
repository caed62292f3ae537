"""What happens when, if the offer expires as now announced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from holidays import country_holidays

from elections.core.dates import add_months
from elections.core.exchange import new_grant_date
from elections.core.terms import Terms

_FEDERAL = country_holidays("US")  # works out a year when it is first asked about it


@dataclass(frozen=True, slots=True)
class Timetable:
    """The days that follow the expiration, in the offer's own zone."""

    last_day: date
    new_grant_on: date
    first_vesting_on: date


def timetable(terms: Terms, deadline: datetime) -> Timetable:
    """The days that follow `deadline` (aware), by U.S. federal holidays."""
    granted_on = new_grant_date(deadline, terms, _FEDERAL)
    return Timetable(
        last_day=terms.last_day(deadline),
        new_grant_on=granted_on,
        first_vesting_on=add_months(granted_on, terms.vesting_first_months),
    )
