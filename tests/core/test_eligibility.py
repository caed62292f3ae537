from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from elections.core.eligibility import (
    GrantFacts,
    Standing,
    assess_grants,
    grant_problems,
    is_required,
    person_problems,
)
from elections.core.exchange import new_shares
from tests.core.make import (
    PLANS,
    TERMS,
    TODAY,
    grant_lists,
    law,
    make_grant,
    make_person,
    make_required_grant,
    make_terms,
)


def standing_of(grant: GrantFacts) -> Standing:
    [assessed] = assess_grants(TERMS, [grant])
    return assessed.standing


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"country": "DE"}, "not_in_country"),
        ({"employment": "temporary"}, "not_regular"),
        ({"employment": "contractor"}, "not_regular"),
        ({"employment": "intern"}, "not_regular"),
        ({"hired_on": date(2002, 12, 20)}, "hired_too_late"),
        ({"left_on": date(2003, 1, 14)}, "left"),
        ({"is_director": True}, "director"),
        ({"is_executive_officer": True}, "executive_officer"),
    ],
)
def test_someone_the_offer_is_not_open_to_is_told_why(changes: dict[str, Any], code: str) -> None:
    [problem] = person_problems(TERMS, make_person(**changes), today=TODAY)
    assert problem.code == code
    assert problem.grant_number is None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"hired_on": date(2002, 12, 19)},  # the last day of hiring
        {"left_on": TODAY},  # still employed on the last day employed
        {"left_on": date(2003, 6, 30)},
    ],
)
def test_a_regular_employee_in_the_us_may_take_part(changes: dict[str, Any]) -> None:
    assert person_problems(TERMS, make_person(**changes), today=TODAY) == ()


def test_whoever_leaves_before_the_expiration_is_found_when_asked_with_that_day() -> None:
    person = make_person(left_on=date(2003, 1, 19))
    assert person_problems(TERMS, person, today=date(2003, 1, 19)) == ()
    [problem] = person_problems(TERMS, person, today=date(2003, 1, 20))
    assert problem.code == "left"
    assert "your last day was January 19, 2003" in problem.sentence


def test_all_reasons_are_given_in_a_fixed_order() -> None:
    person = make_person(
        country="JP",
        employment="intern",
        hired_on=date(2003, 1, 2),
        left_on=date(2003, 1, 3),
        is_director=True,
        is_executive_officer=True,
    )
    assert [problem.code for problem in person_problems(TERMS, person, today=TODAY)] == [
        "not_in_country",
        "not_regular",
        "hired_too_late",
        "left",
        "director",
        "executive_officer",
    ]


def test_staff_abroad_are_told_that_a_different_plan_is_in_preparation() -> None:
    [problem] = person_problems(TERMS, make_person(country="FR"), today=TODAY)
    assert "based in the U.S." in problem.sentence
    assert "different plan with comparable benefits is in preparation" in problem.sentence


@pytest.mark.parametrize(
    ("price", "standing", "at_threshold"),
    [
        ("3.00", Standing.INELIGIBLE, False),
        ("3.0099", Standing.INELIGIBLE, False),
        ("3.01", Standing.ELIGIBLE, True),
        ("3.0100", Standing.ELIGIBLE, True),
        ("3.0101", Standing.ELIGIBLE, False),
    ],
)
def test_a_price_exactly_at_the_threshold_is_taken_and_flagged_for_law(
    price: str, standing: Standing, at_threshold: bool
) -> None:
    [assessed] = assess_grants(TERMS, [make_grant(exercise_price=Decimal(price))])
    assert (assessed.standing, assessed.at_threshold) == (standing, at_threshold)


@pytest.mark.parametrize(
    ("inclusive", "words"), [(True, "priced at $3.01 or more."), (False, "more than $3.01.")]
)
def test_a_price_too_low_is_named_with_what_the_offer_takes(inclusive: bool, words: str) -> None:
    terms = make_terms(threshold_inclusive=inclusive)
    [problem] = grant_problems(terms, make_grant("00042", exercise_price=Decimal("2.5")))
    assert (problem.code, problem.grant_number) == ("price_below_threshold", "00042")
    assert problem.sentence.startswith("Grant 00042 has an exercise price of $2.50 per share;")
    assert problem.sentence.endswith(words)


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("vested", [0, 1000])
def test_grants_of_all_five_plans_are_taken_vested_or_not(plan: str, vested: int) -> None:
    assert standing_of(make_grant(plan=plan, vested=vested)) is Standing.ELIGIBLE


def test_all_reasons_against_a_grant_are_given_in_a_fixed_order() -> None:
    grant = make_grant(outstanding=0, plan="1999X", exercise_price=Decimal("1.00"))
    assert [problem.code for problem in grant_problems(TERMS, grant)] == [
        "nothing_outstanding",
        "plan_not_in_offer",
        "price_below_threshold",
    ]


@pytest.mark.parametrize(
    ("granted_on", "required"), [(date(2002, 6, 18), False), (date(2002, 6, 19), True)]
)
def test_the_look_back_begins_on_its_very_day(granted_on: date, required: bool) -> None:
    grant = make_grant(granted_on=granted_on)
    assert is_required(TERMS, grant) is required
    assert standing_of(grant) is (Standing.REQUIRED if required else Standing.ELIGIBLE)


def test_a_grant_inside_the_look_back_is_required_whatever_its_price_or_plan() -> None:
    grant = make_required_grant(plan="1999X", exercise_price=Decimal("0.01"), outstanding=334)
    [assessed] = assess_grants(TERMS, [grant])
    assert assessed.standing is Standing.REQUIRED
    assert assessed.new_shares == 251
    assert [p.code for p in assessed.problems] == ["plan_not_in_offer", "price_below_threshold"]


def test_a_grant_of_which_nothing_is_outstanding_is_not_required() -> None:
    assert standing_of(make_required_grant(outstanding=0)) is Standing.INELIGIBLE
    assert standing_of(make_required_grant(outstanding=1)) is Standing.REQUIRED


def test_an_ineligible_grant_becomes_nothing() -> None:
    [assessed] = assess_grants(TERMS, [make_grant(exercise_price=Decimal("2.00"))])
    assert assessed.new_shares == 0


def test_grants_come_by_date_and_then_by_number() -> None:
    late = make_required_grant("A0")
    second, first = make_grant("B2"), make_grant("B1")
    assert [a.grant for a in assess_grants(TERMS, [late, second, first])] == [first, second, late]


def test_two_grants_with_one_number_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="same number"):
        assess_grants(TERMS, [make_grant("A1"), make_required_grant("A1")])


@law
@given(grant_lists)
def test_every_grant_has_one_standing_that_follows_from_its_facts(
    grants: list[GrantFacts],
) -> None:
    assessed = assess_grants(TERMS, grants)
    assert {a.grant for a in assessed} == set(grants)
    for a in assessed:
        if is_required(TERMS, a.grant):
            assert a.standing is Standing.REQUIRED
        else:
            assert (a.standing is Standing.ELIGIBLE) == (grant_problems(TERMS, a.grant) == ())
        promised = new_shares(a.grant.outstanding, TERMS.ratio)
        assert a.new_shares == (0 if a.standing is Standing.INELIGIBLE else promised)
