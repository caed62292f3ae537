from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from elections.core.eligibility import GrantFacts, Standing
from elections.core.rules import DecidedLine, check_decline, check_withdrawal
from elections.core.terms import Choice
from tests.core.make import (
    TERMS,
    TODAY,
    codes,
    elect,
    exchanged,
    grant_lists,
    law,
    make_grant,
    make_person,
    numbers_standing,
    sound_elections,
)

EXCHANGE = Choice.EXCHANGE


def stands_alone(lines: tuple[DecidedLine, ...]) -> bool:
    """Whether some required grant is exchanged while no freely chosen one is."""
    given_up = [line for line in lines if line.choice is EXCHANGE]
    return bool(given_up) and all(line.required for line in given_up)


@law
@given(sound_elections())
def test_what_is_elected_is_what_was_chosen_and_every_required_grant(
    election: tuple[list[GrantFacts], dict[str, Choice]],
) -> None:
    grants, choices = election
    decision = elect(grants, **choices)
    assert decision.accepted
    chosen = {number for number, choice in choices.items() if choice is EXCHANGE}
    required = numbers_standing(grants, Standing.REQUIRED)
    assert exchanged(decision) == chosen | required
    assert {line.grant.number for line in decision.lines} == set(choices) | required
    assert not stands_alone(decision.lines)
    for line in decision.lines:
        assert line.required == (line.grant.number in required)
        assert (line.new_shares > 0) == (line.choice is EXCHANGE)


@law
@given(
    grant_lists,
    st.dictionaries(
        st.integers(1, 99).map("{:03d}".format) | st.text(max_size=5), st.sampled_from(Choice)
    ),
)
def test_whatever_someone_answers_required_grants_never_stand_alone_nor_apart(
    grants: list[GrantFacts], choices: dict[str, Choice]
) -> None:
    decision = elect(grants, **choices)
    assert decision.accepted == bool(decision.lines)
    assert not stands_alone(decision.lines)
    if decision.accepted:
        assert exchanged(decision) >= numbers_standing(grants, Standing.REQUIRED)


@law
@given(sound_elections(), st.data())
def test_after_any_row_of_withdrawals_required_grants_never_stand_alone(
    election: tuple[list[GrantFacts], dict[str, Choice]], data: st.DataObject
) -> None:
    grants, choices = election
    lines = elect(grants, **choices).lines
    while before := {line.grant.number for line in lines if line.choice is EXCHANGE}:
        required = {line.grant.number for line in lines if line.required}
        withdraw = data.draw(st.sets(st.sampled_from(sorted(before)), min_size=1))
        decision = check_withdrawal(standing=lines, withdraw=withdraw)
        left = before - required - withdraw
        assert decision.accepted == (not left or not withdraw & required)
        if not decision.accepted:
            assert {number for _, number in codes(decision)} == withdraw & required
            decision = check_withdrawal(standing=lines, withdraw=withdraw - required or None)
        assert not stands_alone(decision.lines)
        assert exchanged(decision) < before
        assert exchanged(decision) in (set(), before - (withdraw - required))
        lines = decision.lines


@law
@given(sound_elections())
def test_withdrawing_everything_is_always_possible(
    election: tuple[list[GrantFacts], dict[str, Choice]],
) -> None:
    grants, choices = election
    lines = elect(grants, **choices).lines
    decision = check_withdrawal(standing=lines, withdraw=None)
    assert decision.accepted
    assert exchanged(decision) == set()
    assert [line.grant for line in decision.lines] == [line.grant for line in lines]


@law
@given(
    grant_lists,
    st.dictionaries(st.integers(1, 99).map("{:03d}".format), st.sampled_from(Choice)),
    st.randoms(),
)
def test_a_decision_never_depends_on_the_order_of_the_grants(
    grants: list[GrantFacts], choices: dict[str, Choice], random: Random
) -> None:
    held = [*grants, make_grant("FREE")]
    shuffled = random.sample(held, len(held))
    answers = choices | {"FREE": EXCHANGE}
    reordered = dict(random.sample(sorted(answers.items()), len(answers)))
    assert elect(shuffled, **reordered) == elect(held, **answers)
    assert elect(shuffled, **choices) == elect(held, **choices)
    facts: dict[str, Any] = {"terms": TERMS, "person": make_person(), "today": TODAY}
    declined = check_decline(grants=held, **facts)
    assert check_decline(grants=shuffled, **facts) == declined


@law
@given(sound_elections(), st.data())
def test_a_withdrawal_never_depends_on_the_order_of_the_lines(
    election: tuple[list[GrantFacts], dict[str, Choice]], data: st.DataObject
) -> None:
    grants, choices = election
    lines = elect(grants, **choices).lines
    numbers = sorted({line.grant.number for line in lines} | {"Z9"})
    withdraw = data.draw(st.none() | st.sets(st.sampled_from(numbers)))
    shuffled = data.draw(st.permutations(lines))
    assert check_withdrawal(standing=shuffled, withdraw=withdraw) == check_withdrawal(
        standing=lines, withdraw=withdraw
    )
