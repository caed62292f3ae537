"""The timing law of tender offers, as the desk shows it: what it asks, and how the offer stands.

Business days are counted in Eastern time without U.S. federal holidays (`core.deadline`). A special
closing is no federal holiday: it changes no day here, and only warns.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import holidays

from elections.core import deadline
from elections.core.closings import SPECIAL_CLOSINGS
from elections.core.dates import DAY, is_business_day
from elections.core.instants import instant_label
from elections.core.terms import Terms
from elections.core.words import day_label

Holidays = Container[date]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it asks, where it stands, and how the offer stands to it.

    `tone` colours `state`: "good", "warning", "bad", or "quiet" where nothing can be wrong.
    """

    asks: str
    source: str
    state: str
    says: str
    tone: str


@dataclass(frozen=True, slots=True)
class Timing:
    """The rules in the order in which an offer meets them, and what only warns."""

    rules: tuple[Rule, ...]
    warnings: tuple[str, ...]


def timing(terms: Terms, expiration: datetime, *, at: datetime) -> Timing:
    """How the offer stands to the rules at the instant `at`; both instants aware.

    `expiration` is the deadline in force.
    """
    federal = holidays.country_holidays("US")
    return Timing(
        rules=(
            _open_long_enough(terms, expiration, federal),
            _change_of_terms(terms, expiration, federal, at=at),
            _announcement(terms, expiration, federal, at=at),
            _withdrawal(terms, federal, at=at),
        ),
        warnings=tuple(_warnings(terms, expiration, federal)),
    )


def _open_long_enough(terms: Terms, expiration: datetime, federal: Holidays) -> Rule:
    enough = deadline.is_open_long_enough(terms, expiration, federal)
    earliest = day_label(deadline.earliest_close(terms, federal))
    last = day_label(terms.last_day(expiration))
    return Rule(
        asks="The offer stays open for at least 20 business days.",
        source="Rules 13e-4(f)(1)(i) and 14e-1(a)",
        state="Met" if enough else "Not met",
        says=f"Business day 20 is {earliest}; the offer's last day is {last}.",
        tone="good" if enough else "bad",
    )


def _change_of_terms(
    terms: Terms, expiration: datetime, federal: Holidays, *, at: datetime
) -> Rule:
    last = deadline.last_day_to_change_terms(expiration, terms, federal)
    possible = _eastern_day(at, terms) <= last
    return Rule(
        asks="After a change of ratio or price, 10 business days remain.",
        source="Rule 13e-4(f)(1)(ii)",
        state="Still possible" if possible else "Only with an extension",
        says=f"The last day to change either and keep the expiration is {day_label(last)}.",
        tone="quiet" if possible else "warning",
    )


def _announcement(terms: Terms, expiration: datetime, federal: Holidays, *, at: datetime) -> Rule:
    limit = deadline.announcement_limit(expiration, terms, federal)
    label = instant_label(limit, zone=terms.zone, second_zone=terms.second_zone)
    open_still = at < limit
    return Rule(
        asks="An extension is announced on the next business day, by 9:00 AM Eastern, and says"
        " roughly how much has been tendered.",
        source="Rule 14e-1(d)",
        state="Still possible" if open_still else "Too late",
        says=f"The limit {'is' if open_still else 'was'} {label}.",
        tone="quiet" if open_still else "warning",
    )


def _withdrawal(terms: Terms, federal: Holidays, *, at: datetime) -> Rule:
    reopens = deadline.withdrawal_reopens_on(terms, federal)
    reopened = _eastern_day(at, terms) >= reopens
    return Rule(
        asks="What was elected can be withdrawn while the offer is open, and again after business"
        " day 40 if it has not been accepted by then.",
        source="Rule 13e-4(f)(2)",
        state="Reopened unless accepted" if reopened else "Not yet",
        says=f"Withdrawal reopens on {day_label(reopens)}, unless acceptance comes first.",
        tone="warning" if reopened else "quiet",
    )


def _warnings(terms: Terms, expiration: datetime, federal: Holidays) -> list[str]:
    """One sentence for each special closing on a day that the rules count."""
    until = max(deadline.withdrawal_reopens_on(terms, federal), terms.last_day(expiration))
    return [
        f"On {day_label(day)} {what}. It is no federal holiday and counts as a business day;"
        f" {_if_it_did_not(day, terms, expiration, federal)}"
        for day, what in sorted(SPECIAL_CLOSINGS.items())
        if terms.opens_on <= day <= until and is_business_day(day, federal)
    ]


class _Also:
    """The federal holidays and one day more."""

    def __init__(self, federal: Holidays, day: date) -> None:
        self.federal, self.day = federal, day

    def __contains__(self, day: object) -> bool:
        return day == self.day or day in self.federal


def _if_it_did_not(day: date, terms: Terms, expiration: datetime, federal: Holidays) -> str:
    """Which days would move, so that Law can see whether anything hangs on it."""
    asked: dict[str, Callable[[Holidays], date]] = {
        "business day 20": lambda off: deadline.earliest_close(terms, off),
        "the last day to change ratio or price": lambda off: deadline.last_day_to_change_terms(
            expiration, terms, off
        ),
        "business day 40": lambda off: deadline.withdrawal_reopens_on(terms, off) - DAY,
    }
    also = _Also(federal, day)
    moved = [
        f"{name} would be {day_label(find(also))}"
        for name, find in asked.items()
        if find(also) != find(federal)
    ]
    if not moved:
        return "if it did not, no day above would change."
    short = deadline.is_open_long_enough(terms, expiration, federal) and not (
        deadline.is_open_long_enough(terms, expiration, also)
    )
    too_short = ", and the offer would end too early" if short else ""
    return f"if it did not, {'; '.join(moved)}{too_short}."


def _eastern_day(at: datetime, terms: Terms) -> date:
    return at.astimezone(ZoneInfo(terms.second_zone)).date()
