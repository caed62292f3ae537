"""Who may take part, and with which grants.

Sources: the announcement letter (U.S.-based employees, $3.01 per share or greater, vested or not)
and the Offer to Exchange (regular employees, the hiring date, directors and officers, the plans,
the look-back).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from elections.core.exchange import new_shares
from elections.core.problems import Code, Problem
from elections.core.terms import OptionKind, Terms
from elections.core.words import country_label, day_label, dollar_label

REGULAR = "regular"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What the rules need to know of a person. A leave of absence makes no difference to them."""

    country: str  # of work, as a two-letter code
    employment: str  # "regular", "temporary", "contractor" or "intern"
    hired_on: date
    left_on: date | None  # the last day employed
    is_director: bool
    is_executive_officer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantFacts:
    """What the rules need to know of a grant. Shares are whole, the price is USD per share."""

    number: str
    plan: str  # its code
    kind: OptionKind
    granted_on: date
    exercise_price: Decimal
    outstanding: int  # neither exercised nor canceled
    vested: int  # of the outstanding


class Standing(StrEnum):
    """What the offer makes of a grant."""

    ELIGIBLE = "eligible"  # may be chosen freely
    REQUIRED = "required"  # exchanged if, and only if, any other grant is
    INELIGIBLE = "ineligible"


@dataclass(frozen=True, slots=True)
class AssessedGrant:
    """A grant and what the offer makes of it.

    `problems` say why it cannot be chosen freely; a required grant may have some and is exchanged
    all the same. `new_shares` is what it would become, 0 when ineligible. `at_threshold` marks a
    price exactly at the threshold, of which the documents do not speak with one voice: for Law.
    """

    grant: GrantFacts
    standing: Standing
    problems: tuple[Problem, ...]
    new_shares: int
    at_threshold: bool


def person_problems(terms: Terms, person: PersonFacts, *, today: date) -> tuple[Problem, ...]:
    """Say why this person cannot take part: every reason, in a fixed order; empty when eligible.

    `today` is the day in the offer's own time. Whoever takes part must still be employed at the
    expiration: ask again with that day before accepting.
    """
    problems = []
    if person.country != terms.country:
        problems.append(Problem.of(Code.NOT_IN_COUNTRY, country=country_label(terms.country)))
    if person.employment != REGULAR:
        problems.append(Problem.of(Code.NOT_REGULAR))
    if person.hired_on > terms.hired_by:
        hired = {"hired_by": day_label(terms.hired_by), "hired_on": day_label(person.hired_on)}
        problems.append(Problem.of(Code.HIRED_TOO_LATE, **hired))
    if person.left_on is not None and person.left_on < today:
        problems.append(Problem.of(Code.LEFT, left_on=day_label(person.left_on)))
    if person.is_director:
        problems.append(Problem.of(Code.DIRECTOR))
    if person.is_executive_officer:
        problems.append(Problem.of(Code.EXECUTIVE_OFFICER))
    return tuple(problems)


def grant_problems(terms: Terms, grant: GrantFacts) -> tuple[Problem, ...]:
    """Say why this grant cannot be chosen freely: every reason, in a fixed order; empty if it can.

    A required grant is no free choice either, but that is `is_required`, not a problem.
    """
    problems = []
    if grant.outstanding <= 0:
        problems.append(Problem.of(Code.NOTHING_OUTSTANDING, grant.number))
    if grant.plan not in terms.plans:
        problems.append(Problem.of(Code.PLAN_NOT_IN_OFFER, grant.number, plan=grant.plan))
    if not terms.takes_price(grant.exercise_price):
        threshold = dollar_label(terms.price_threshold)
        bound = f"{threshold} or more" if terms.threshold_inclusive else f"more than {threshold}"
        prices = {"price": dollar_label(grant.exercise_price), "bound": bound}
        problems.append(Problem.of(Code.PRICE_BELOW_THRESHOLD, grant.number, **prices))
    return tuple(problems)


def is_required(terms: Terms, grant: GrantFacts) -> bool:
    """Say whether the look-back takes this grant along, whatever its price or plan."""
    return grant.outstanding > 0 and grant.granted_on >= terms.required_from


def assess_grants(terms: Terms, grants: Iterable[GrantFacts]) -> tuple[AssessedGrant, ...]:
    """Assess each grant; sorted by grant date, then number, whatever order they come in.

    ValueError when two have one number.
    """
    in_order = sorted(grants, key=lambda grant: (grant.granted_on, grant.number))
    numbers = [grant.number for grant in in_order]
    if len(set(numbers)) < len(numbers):
        raise ValueError("Two grants have the same number.")
    return tuple(_assess(terms, grant) for grant in in_order)


def _assess(terms: Terms, grant: GrantFacts) -> AssessedGrant:
    problems = grant_problems(terms, grant)
    if is_required(terms, grant):
        standing = Standing.REQUIRED
    else:
        standing = Standing.INELIGIBLE if problems else Standing.ELIGIBLE
    becomes = 0
    if standing != Standing.INELIGIBLE:
        becomes = new_shares(grant.outstanding, terms.ratio_for(grant.exercise_price))
    at_threshold = grant.exercise_price == terms.price_threshold
    return AssessedGrant(grant, standing, problems, becomes, at_threshold)
