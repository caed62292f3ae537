from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from elections.core.rules import (
    DecidedLine,
    check_decline,
    check_election,
    check_withdrawal,
    signing_problems,
)
from elections.core.terms import Choice
from tests.core.make import (
    TERMS,
    TODAY,
    codes,
    elect,
    exchanged,
    make_grant,
    make_person,
    make_required_grant,
)

EXCHANGE, KEEP = Choice.EXCHANGE, Choice.KEEP
A1, A2, R1, R2 = (
    make_grant("A1", outstanding=334),
    make_grant("A2"),
    make_required_grant("R1"),
    make_required_grant("R2", granted_on=date(2002, 9, 3)),
)
LOW = make_grant("L1", exercise_price=Decimal("2.00"))


def standing(**choices: Choice) -> tuple[DecidedLine, ...]:
    """The lines of an accepted election of A1 and A2, with R1 and R2 held."""
    decision = elect([A1, A2, R1, R2], **choices)
    assert decision.accepted, decision.problems
    return decision.lines


def test_an_election_says_of_every_grant_what_becomes_of_it() -> None:
    decision = elect([A2, R1, LOW, A1], A1=EXCHANGE, A2=KEEP)
    assert decision.accepted
    assert decision.lines == (
        DecidedLine(grant=A1, choice=EXCHANGE, required=False, new_shares=251),
        DecidedLine(grant=A2, choice=KEEP, required=False, new_shares=0),
        DecidedLine(grant=R1, choice=EXCHANGE, required=True, new_shares=375),
    )


def test_required_grants_follow_without_being_asked_and_may_be_named_too() -> None:
    unasked = elect([A1, A2, R1, R2], A1=EXCHANGE, A2=KEEP)
    named = elect([A1, A2, R1, R2], A1=EXCHANGE, A2=KEEP, R1=EXCHANGE)
    assert exchanged(unasked) == {"A1", "R1", "R2"}
    assert named == unasked


def test_a_required_grant_cannot_be_chosen_alone() -> None:
    decision = elect([A1, R1, R2], A1=KEEP, R1=EXCHANGE)
    assert codes(decision) == [("required_grant_alone", "R1")]
    assert decision.lines == ()


def test_a_required_grant_cannot_be_kept_while_another_is_exchanged() -> None:
    decision = elect([A1, R1, R2], A1=EXCHANGE, R1=KEEP, R2=EXCHANGE)
    assert codes(decision) == [("required_grant_kept", "R1")]
    assert "made on or after June 19, 2002" in decision.problems[0].sentence


def test_an_eligible_grant_without_an_answer_is_asked_about_again() -> None:
    assert codes(elect([A1, A2, R1], A1=EXCHANGE)) == [("answer_missing", "A2")]
    assert codes(elect([A1, A2, R1])) == [("answer_missing", "A1"), ("answer_missing", "A2")]


def test_keeping_everything_is_not_an_election_but_a_decline() -> None:
    decision = elect([A1, A2, R1], A1=KEEP, A2=KEEP, R1=KEEP)
    assert codes(decision) == [("nothing_chosen", None)]
    assert '"I do not want to take part"' in decision.problems[0].sentence


def test_an_ineligible_grant_cannot_be_exchanged_and_its_reasons_are_given() -> None:
    gone = make_grant("L2", outstanding=0, plan="1999X")
    decision = elect([A1, LOW, gone], A1=EXCHANGE, L1=EXCHANGE, L2=EXCHANGE)
    assert codes(decision) == [
        ("price_below_threshold", "L1"),
        ("nothing_outstanding", "L2"),
        ("plan_not_in_offer", "L2"),
    ]


def test_an_ineligible_grant_may_be_answered_keep_and_gets_no_line() -> None:
    decision = elect([A1, LOW], A1=EXCHANGE, L1=KEEP)
    assert [line.grant.number for line in decision.lines] == ["A1"]


def test_a_grant_number_that_is_not_theirs_is_refused() -> None:
    decision = elect([A1], A1=EXCHANGE, Z9=KEEP, B1=EXCHANGE)
    assert codes(decision) == [("unknown_grant", "B1"), ("unknown_grant", "Z9")]


@pytest.mark.parametrize("choices", [{}, {"R1": EXCHANGE}, {"R1": KEEP}])
def test_someone_with_only_required_grants_has_nothing_to_elect(
    choices: Mapping[str, Choice],
) -> None:
    assert codes(elect([R1, R2], **choices)) == [("nothing_to_elect", None)]


def test_someone_with_no_eligible_grant_has_nothing_to_elect_and_is_told_why() -> None:
    assert codes(elect([])) == [("nothing_to_elect", None)]
    assert codes(elect([LOW], L1=EXCHANGE)) == [
        ("price_below_threshold", "L1"),
        ("nothing_to_elect", None),
    ]


def test_someone_the_offer_is_not_open_to_can_neither_elect_nor_decline() -> None:
    officer = make_person(is_executive_officer=True, country="DE")
    facts: dict[str, Any] = {"terms": TERMS, "person": officer, "grants": [A1], "today": TODAY}
    refused = [("not_in_country", None), ("executive_officer", None)]
    assert codes(check_election(**facts, choices={"A1": EXCHANGE})) == refused
    assert codes(check_decline(**facts)) == refused


def test_a_decline_keeps_every_grant_and_requires_none() -> None:
    decision = check_decline(terms=TERMS, person=make_person(), grants=[R1, LOW, A1], today=TODAY)
    assert decision.accepted
    assert decision.lines == (
        DecidedLine(grant=A1, choice=KEEP, required=False, new_shares=0),
        DecidedLine(grant=R1, choice=KEEP, required=False, new_shares=0),
    )


def test_withdrawing_one_of_two_chosen_grants_leaves_the_other_and_the_required_ones() -> None:
    before = standing(A1=EXCHANGE, A2=EXCHANGE)
    decision = check_withdrawal(standing=before, withdraw={"A1"})
    assert exchanged(decision) == {"A2", "R1", "R2"}
    assert decision.lines == (
        DecidedLine(grant=A1, choice=KEEP, required=False, new_shares=0),
        *before[1:],
    )


def test_withdrawing_the_last_freely_chosen_grant_releases_the_required_ones() -> None:
    decision = check_withdrawal(standing=standing(A1=EXCHANGE, A2=KEEP), withdraw={"A1"})
    assert decision.accepted
    assert exchanged(decision) == set()
    assert [(line.grant.number, line.required) for line in decision.lines] == [
        ("A1", False),
        ("A2", False),
        ("R1", True),
        ("R2", True),
    ]


def test_a_required_grant_cannot_be_withdrawn_alone() -> None:
    before = standing(A1=EXCHANGE, A2=EXCHANGE)
    for withdraw in ({"R1"}, {"A1", "R1"}):
        decision = check_withdrawal(standing=before, withdraw=withdraw)
        assert codes(decision) == [("required_grant_alone", "R1")]
        assert decision.lines == ()


def test_a_required_grant_may_be_named_along_with_all_freely_chosen_ones() -> None:
    before = standing(A1=EXCHANGE, A2=EXCHANGE)
    named = check_withdrawal(standing=before, withdraw={"A1", "A2", "R1"})
    assert named.accepted
    assert named == check_withdrawal(standing=before, withdraw=None)


def test_naming_no_grant_withdraws_nothing() -> None:
    decision = check_withdrawal(standing=standing(A1=EXCHANGE, A2=KEEP), withdraw=set())
    assert codes(decision) == [("nothing_withdrawn", None)]


def test_what_is_not_exchanged_cannot_be_withdrawn() -> None:
    before = standing(A1=EXCHANGE, A2=KEEP)
    decision = check_withdrawal(standing=before, withdraw={"A1", "A2", "Z9"})
    assert codes(decision) == [("unknown_grant", "Z9"), ("grant_not_elected", "A2")]


@pytest.mark.parametrize("withdraw", [None, set(), {"A1"}])
def test_without_an_election_there_is_nothing_to_withdraw(withdraw: set[str] | None) -> None:
    declined = check_decline(terms=TERMS, person=make_person(), grants=[A1, R1], today=TODAY)
    for lines in ((), declined.lines):
        decision = check_withdrawal(standing=lines, withdraw=withdraw)
        assert codes(decision) == [("nothing_to_withdraw", None)]


def test_a_second_withdrawal_continues_from_the_first() -> None:
    first = check_withdrawal(standing=standing(A1=EXCHANGE, A2=EXCHANGE), withdraw={"A1"})
    again = check_withdrawal(standing=first.lines, withdraw={"A1"})
    last = check_withdrawal(standing=first.lines, withdraw={"A2"})
    assert codes(again) == [("grant_not_elected", "A1")]
    assert exchanged(last) == set()


@pytest.mark.parametrize(
    ("signature", "agreed", "missing"),
    [
        ("Pat Example", True, []),
        (" \t", True, ["signature_missing"]),
        ("Pat Example", False, ["agreement_missing"]),
        ("", False, ["agreement_missing", "signature_missing"]),
    ],
)
def test_a_form_is_signed_and_agreed_to(signature: str, agreed: bool, missing: list[str]) -> None:
    assert [p.code for p in signing_problems(signature=signature, agreed=agreed)] == missing
