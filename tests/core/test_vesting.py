from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from elections.core.dates import add_months
from elections.core.vesting import VestingStep, vested_so_far, vesting_schedule
from tests.core.make import TERMS, law, make_terms

NEW_GRANT = date(2003, 7, 21)
shares_held = st.integers(0, 10_000_000)


def test_half_vests_after_six_months_and_the_rest_in_24_equal_months() -> None:
    schedule = vesting_schedule(1200, NEW_GRANT, TERMS)
    assert schedule[0] == VestingStep(date(2004, 1, 21), 600)
    assert schedule[1] == VestingStep(date(2004, 2, 21), 25)
    assert schedule[-1] == VestingStep(date(2006, 1, 21), 25)
    assert [step.shares for step in schedule[1:]] == [25] * 24


def test_an_odd_number_of_shares_is_rounded_down_until_the_last_step() -> None:
    schedule = vesting_schedule(251, NEW_GRANT, TERMS)
    assert schedule[0].shares == 125  # half of 251 is 125.5
    assert [sum(step.shares for step in schedule[:n]) for n in (2, 13, 25)] == [130, 188, 251]


def test_an_option_on_one_share_vests_at_the_very_end() -> None:
    schedule = vesting_schedule(1, NEW_GRANT, TERMS)
    assert [step.shares for step in schedule] == [0] * 24 + [1]


def test_steps_return_to_the_grants_own_day_after_a_short_month() -> None:
    schedule = vesting_schedule(100, date(2003, 7, 31), TERMS)
    assert [step.on for step in schedule[:4]] == [
        date(2004, 1, 31),
        date(2004, 2, 29),
        date(2004, 3, 31),
        date(2004, 4, 30),
    ]


def test_terms_without_monthly_steps_vest_all_at_once() -> None:
    terms = make_terms(vesting_first_part=Decimal(1), vesting_steps=0)
    assert vesting_schedule(7, NEW_GRANT, terms) == (VestingStep(date(2004, 1, 21), 7),)


@law
@given(
    shares_held,
    st.dates(date(2003, 1, 1), date(2004, 12, 31)),
    st.decimals(Decimal(0), Decimal(1), places=2),
)
def test_vesting_adds_up_exactly_in_steps_that_differ_by_one_share_at_most(
    shares: int, granted_on: date, first_part: Decimal
) -> None:
    schedule = vesting_schedule(shares, granted_on, make_terms(vesting_first_part=first_part))
    monthly = [step.shares for step in schedule[1:]]
    assert sum(step.shares for step in schedule) == shares
    assert schedule[0].shares == int(shares * Fraction(first_part))
    assert len(monthly) == 24
    assert max(monthly) - min(monthly) <= 1
    assert min(monthly) >= 0
    assert [step.on for step in schedule] == [add_months(granted_on, 6 + i) for i in range(25)]


def test_options_that_vest_together_are_rounded_each_by_itself() -> None:
    both = [vesting_schedule(shares, NEW_GRANT, TERMS) for shares in (251, 3)]
    together = vested_so_far(both)
    assert together[0] == VestingStep(date(2004, 1, 21), 126)  # 125 and 1, not half of 254
    assert together[-1] == VestingStep(date(2006, 1, 21), 254)
    assert len(together) == 25


def test_nothing_vests_where_there_is_no_option() -> None:
    assert vested_so_far([]) == ()


@law
@given(st.lists(shares_held, min_size=1, max_size=6))
def test_what_has_vested_only_grows_and_ends_with_every_share(options: list[int]) -> None:
    together = vested_so_far(vesting_schedule(shares, NEW_GRANT, TERMS) for shares in options)
    so_far = [step.shares for step in together]
    assert so_far == sorted(so_far)
    assert so_far[-1] == sum(options)
    assert [step.on for step in together] == sorted({step.on for step in together})
