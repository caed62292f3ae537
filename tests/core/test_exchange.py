from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elections.core.exchange import new_grant_date, new_shares
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
