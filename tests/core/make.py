"""Plain makers of facts for the rules, and Hypothesis strategies over them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import holidays
from hypothesis import settings
from hypothesis import strategies as st

from elections.core.eligibility import GrantFacts, PersonFacts, Standing, assess_grants
from elections.core.rules import Decision, check_election
from elections.core.terms import Choice, OptionKind, Terms

HOLIDAYS = holidays.country_holidays("US", years=range(2002, 2006))  # federal ones
EXPIRATION = datetime(2003, 1, 21, 5, tzinfo=UTC)  # 9:00 PM PST on January 20, 2003
TODAY = date(2003, 1, 15)
PLANS = ("2000", "1994", "1993", "LW2001", "PR2001")

law = settings(max_examples=60, deadline=None)  # a busy machine is no failure


def make_terms(**changes: Any) -> Terms:
    """The offer of the announcement letter; `changes` replace its terms."""
    facts: dict[str, Any] = {
        "opens_on": date(2002, 12, 19),
        "expiration": EXPIRATION,
        "zone": "America/Los_Angeles",
        "second_zone": "America/New_York",
        "country": "US",
        "hired_by": date(2002, 12, 19),
        "plans": frozenset(PLANS),
        "price_threshold": Decimal("3.01"),
        "threshold_inclusive": True,
        "required_from": date(2002, 6, 19),
        "ratio": Decimal("0.75"),
        "new_grant_months": 6,
        "new_grant_days": 1,
        "vesting_first_months": 6,
        "vesting_first_part": Decimal("0.5"),
        "vesting_steps": 24,
    }
    return Terms(**facts | changes)


TERMS = make_terms()


def make_person(**changes: Any) -> PersonFacts:
    """A regular U.S. employee since 2001."""
    facts: dict[str, Any] = {
        "country": "US",
        "employment": "regular",
        "hired_on": date(2001, 3, 1),
        "left_on": None,
        "is_director": False,
        "is_executive_officer": False,
    }
    return PersonFacts(**facts | changes)


def make_grant(number: str = "A1", **changes: Any) -> GrantFacts:
    """A freely eligible grant: 1,000 shares at $6.00 from 2001, half vested."""
    facts: dict[str, Any] = {
        "number": number,
        "plan": "2000",
        "kind": OptionKind.ISO,
        "granted_on": date(2001, 4, 2),
        "exercise_price": Decimal("6.00"),
        "outstanding": 1000,
        "vested": 500,
    }
    return GrantFacts(**facts | changes)


def make_required_grant(number: str = "R1", **changes: Any) -> GrantFacts:
    """A grant inside the look-back: 500 shares at $0.78."""
    facts: dict[str, Any] = {
        "granted_on": date(2002, 8, 1),
        "exercise_price": Decimal("0.78"),
        "outstanding": 500,
        "vested": 0,
    }
    return make_grant(number, **facts | changes)


def elect(grants: Sequence[GrantFacts], **choices: Choice) -> Decision:
    """Judge an election by an eligible person; grants are named by their numbers."""
    return check_election(
        terms=TERMS, person=make_person(), grants=grants, choices=choices, today=TODAY
    )


def codes(decision: Decision) -> list[tuple[str, str | None]]:
    """What a decision objects to: pairs of code and grant number."""
    return [(problem.code, problem.grant_number) for problem in decision.problems]


def exchanged(decision: Decision) -> set[str]:
    """The numbers of the grants that a decision exchanges."""
    return {line.grant.number for line in decision.lines if line.choice is Choice.EXCHANGE}


def numbers_standing(grants: Sequence[GrantFacts], standing: Standing) -> set[str]:
    """The numbers of the grants with that standing."""
    return {a.grant.number for a in assess_grants(TERMS, grants) if a.standing is standing}


# Prices and dates crowd around the borders of the rules, where mistakes live.
grant_facts = st.builds(
    GrantFacts,
    number=st.integers(1, 99).map("{:03d}".format),
    plan=st.sampled_from([*PLANS, "1999X"]),
    kind=st.sampled_from(OptionKind),
    granted_on=st.sampled_from(
        [date(2001, 4, 2), date(2002, 6, 18), date(2002, 6, 19), date(2002, 12, 18)]
    ),
    exercise_price=st.sampled_from([Decimal(p) for p in ("0.78", "3.00", "3.01", "3.02", "12.50")]),
    outstanding=st.integers(0, 5000),
    vested=st.just(0),
)
grant_lists = st.lists(grant_facts, max_size=8, unique_by=lambda grant: grant.number)


@st.composite
def sound_elections(
    draw: st.DrawFn, grants: st.SearchStrategy[list[GrantFacts]] = grant_lists
) -> tuple[list[GrantFacts], dict[str, Choice]]:
    """Grants with at least one free choice among them, and answers that exchange at least one."""
    held = [*draw(grants), make_grant("FREE")]
    free = sorted(numbers_standing(held, Standing.ELIGIBLE))
    chosen = draw(st.sets(st.sampled_from(free), min_size=1))
    return held, {n: Choice.EXCHANGE if n in chosen else Choice.KEEP for n in free}
