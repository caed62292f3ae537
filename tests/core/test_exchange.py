from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elections.core.dates import add_months
from elections.core.exchange import (
    VestingStep,
    break_even_price,
    new_grant_date,
    new_shares,
    profit,
    vesting_schedule,
)
from tests.core.make import EXPIRATION, HOLIDAYS, TERMS, law, make_terms

RATIO = Decimal("0.75")
shares_held = st.integers(0, 10_000_000)
ratios = st.decimals(Decimal("0.0001"), Decimal(3), places=4)


@pytest.mark.parametrize(
    ("shares", "new"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3), (334, 251), (1000, 750)]
)
def test_a_fraction_of_a_share_is_rounded_up_per_grant(shares: int, new: int) -> None:
    assert new_shares(shares, RATIO) == new


def test_rounding_happens_per_grant_and_not_over_all_of_them() -> None:
    assert new_shares(334, RATIO) + new_shares(334, RATIO) == 502
    assert new_shares(668, RATIO) == 501


@law
@given(shares_held, ratios)
def test_new_shares_are_never_below_the_ratio_nor_a_whole_share_above(
    shares: int, ratio: Decimal
) -> None:
    exact = shares * Fraction(ratio)
    assert exact <= new_shares(shares, ratio) < exact + 1


def test_new_shares_do_not_depend_on_the_precision_of_decimals() -> None:
    shares = 1_000_001
    with localcontext(prec=3):
        assert shares * RATIO == Decimal("7.50E+5")  # too coarse: the control
        assert new_shares(shares, RATIO) == 750_001


@pytest.mark.parametrize("ratio", ["0", "-0.75", "NaN", "Infinity"])
def test_a_ratio_that_is_no_ratio_is_refused(ratio: str) -> None:
    with pytest.raises(ValueError, match="ratio"):
        new_shares(100, Decimal(ratio))


def test_a_grant_of_less_than_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 shares"):
        new_shares(-1, RATIO)


SLIDE_PRICES = (2, 6, 10, 14, 18, 20)


@pytest.mark.parametrize(
    ("strike", "options", "profits"),
    [
        ("6.00", 1000, (0, 0, 4_000, 8_000, 12_000, 14_000)),
        ("1.50", 750, (375, 3_375, 6_375, 9_375, 12_375, 13_875)),
    ],
)
def test_profits_are_those_of_the_companys_own_slide(
    strike: str, options: int, profits: tuple[int, ...]
) -> None:
    earned = [
        profit(price=Decimal(price), strike=Decimal(strike), options=options)
        for price in SLIDE_PRICES
    ]
    assert earned == [Decimal(figure) for figure in profits]


def test_keeping_and_exchanging_earn_the_same_at_the_break_even_price() -> None:
    old_price, new_price = Decimal("6.00"), Decimal("1.50")
    price = break_even_price(old_price=old_price, new_price=new_price, ratio=RATIO)
    assert price == Decimal("19.50")
    kept = profit(price=price, strike=old_price, options=1000)
    exchanged = profit(price=price, strike=new_price, options=750)
    assert kept == exchanged == Decimal(13_500)


@law
@given(
    st.decimals(Decimal("3.01"), Decimal(60), places=2),
    st.decimals(Decimal("0.01"), Decimal("3.00"), places=2),
)
def test_below_break_even_the_exchange_earns_more_and_above_it_keeping_does(
    old_price: Decimal, new_price: Decimal
) -> None:
    def gain(price: Decimal) -> Decimal:
        kept = profit(price=price, strike=old_price, options=1000)
        return profit(price=price, strike=new_price, options=750) - kept

    even = break_even_price(old_price=old_price, new_price=new_price, ratio=RATIO)
    assert even > old_price
    assert gain(even) == 0
    assert gain(even - Decimal("0.01")) > 0 > gain(even + Decimal("0.01"))


def test_one_for_one_has_no_break_even_price() -> None:
    with pytest.raises(ValueError, match="no break-even price"):
        break_even_price(old_price=Decimal(6), new_price=Decimal(2), ratio=Decimal("1.00"))


@pytest.mark.parametrize(
    ("expiration", "granted_on"),
    [
        (EXPIRATION, date(2003, 7, 21)),
        # Extended to 9:00 PM Pacific on 3 January: 4 July is a holiday before a weekend.
        (datetime(2003, 1, 4, 5, tzinfo=UTC), date(2003, 7, 7)),
        # Extended into summer time and over a year's end.
        (datetime(2003, 8, 1, 4, tzinfo=UTC), date(2004, 2, 2)),
        # The last day of a long month: six months after 31 August is the last of February.
        (datetime(2003, 9, 1, 4, tzinfo=UTC), date(2004, 3, 1)),
    ],
)
def test_the_new_grant_is_on_the_first_business_day_after_six_months_and_a_day(
    expiration: datetime, granted_on: date
) -> None:
    assert new_grant_date(expiration, TERMS, HOLIDAYS) == granted_on


def test_the_new_grant_counts_from_the_expirations_day_in_the_offers_own_time() -> None:
    # A minute past midnight Eastern is still 20 January in California.
    past_midnight = EXPIRATION + timedelta(minutes=1)
    eastern = make_terms(zone="America/New_York")
    assert new_grant_date(past_midnight, TERMS, HOLIDAYS) == date(2003, 7, 21)
    assert new_grant_date(past_midnight, eastern, HOLIDAYS) == date(2003, 7, 22)


def test_half_vests_after_six_months_and_the_rest_in_24_equal_months() -> None:
    schedule = vesting_schedule(1200, date(2003, 7, 21), TERMS)
    assert schedule[0] == VestingStep(date(2004, 1, 21), 600)
    assert schedule[1] == VestingStep(date(2004, 2, 21), 25)
    assert schedule[-1] == VestingStep(date(2006, 1, 21), 25)
    assert [step.shares for step in schedule[1:]] == [25] * 24


def test_an_odd_number_of_shares_is_rounded_down_until_the_last_step() -> None:
    schedule = vesting_schedule(251, date(2003, 7, 21), TERMS)
    assert schedule[0].shares == 125  # half of 251 is 125.5
    assert [sum(step.shares for step in schedule[:n]) for n in (2, 13, 25)] == [130, 188, 251]


def test_an_option_on_one_share_vests_at_the_very_end() -> None:
    schedule = vesting_schedule(1, date(2003, 7, 21), TERMS)
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
    assert vesting_schedule(7, date(2003, 7, 21), terms) == (VestingStep(date(2004, 1, 21), 7),)


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
