from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elections.core.exchange import new_shares
from elections.core.worth import (
    Lot,
    More,
    PriceRange,
    Split,
    break_even_prices,
    price_ranges,
    profit,
    worth,
)
from tests.core.make import law

RATIO = Decimal("0.75")
OLD, NEW = Lot(Decimal("6.00"), 1000), Lot(Decimal("1.50"), 750)  # the company's own slide
REVERSE = Split(before=3, after=1)

prices = st.decimals(Decimal("0.01"), Decimal(200), places=4)
lots = st.builds(Lot, strike=prices, shares=st.integers(1, 100_000))
splits = st.builds(Split, before=st.integers(1, 20), after=st.integers(1, 20))


@pytest.mark.parametrize(
    ("lot", "figures"),
    [
        (OLD, (0, 0, 4_000, 8_000, 12_000, 14_000)),
        (NEW, (375, 3_375, 6_375, 9_375, 12_375, 13_875)),
    ],
)
def test_the_worth_is_that_of_the_companys_own_slide(lot: Lot, figures: tuple[int, ...]) -> None:
    at = [Decimal(price) for price in (2, 6, 10, 14, 18, 20)]
    assert [worth(price, [lot]) for price in at] == [Decimal(figure) for figure in figures]
    each = [profit(price=price, strike=lot.strike, options=lot.shares) for price in at]
    assert each == [Decimal(figure) for figure in figures]


def test_the_slides_options_break_even_at_19_50() -> None:
    assert price_ranges([OLD], [NEW]) == (
        PriceRange(Decimal(0), Decimal("1.50"), More.NEITHER),
        PriceRange(Decimal("1.50"), Decimal("19.50"), More.EXCHANGE),
        PriceRange(Decimal("19.50"), None, More.KEEP),
    )
    assert break_even_prices(price_ranges([OLD], [NEW])) == (Decimal("19.50"),)
    assert worth(Decimal("19.50"), [OLD]) == worth(Decimal("19.50"), [NEW]) == 13_500


def test_the_slides_reverse_split_rounds_up_and_triples_prices() -> None:
    assert (REVERSE.shares(1000), REVERSE.shares(750)) == (334, 250)
    assert (REVERSE.amount(OLD.strike), REVERSE.amount(NEW.strike)) == (18, Decimal("4.50"))


def test_only_the_rounding_of_a_split_changes_what_options_are_worth() -> None:
    price = Decimal(10)
    assert worth(price, [NEW], REVERSE) == worth(price, [NEW]) == 6_375
    assert worth(price, [OLD], REVERSE) == 4_008  # 334 shares at 18.00, sold at 30.00
    assert worth(price, [OLD]) == 4_000


@pytest.mark.parametrize(
    ("kept", "exchanged", "always"),
    [
        # The new price is above the old one: fewer shares at a higher price.
        (Lot(Decimal(6), 1000), Lot(Decimal(8), 750), More.KEEP),
        (Lot(Decimal(6), 1000), Lot(Decimal(6), 750), More.KEEP),
        # One for one, also where rounding up makes it so.
        (Lot(Decimal(6), 1), Lot(Decimal(2), 1), More.EXCHANGE),
        (Lot(Decimal(6), 1), Lot(Decimal(8), 1), More.KEEP),
        (Lot(Decimal(6), 1), Lot(Decimal(6), 1), More.NEITHER),
        # More shares at a lower price, in another offer.
        (Lot(Decimal(6), 1000), Lot(Decimal(2), 1200), More.EXCHANGE),
    ],
)
def test_there_is_no_break_even_price_where_one_of_the_two_is_never_overtaken(
    kept: Lot, exchanged: Lot, always: More
) -> None:
    ranges = price_ranges([kept], [exchanged])
    assert break_even_prices(ranges) == ()
    assert ranges[-1].more == always
    assert ranges[-1].above == (0 if always == More.NEITHER else min(kept.strike, exchanged.strike))


def test_more_shares_at_a_higher_price_overtake_the_old_ones() -> None:
    ranges = price_ranges([Lot(Decimal(6), 1000)], [Lot(Decimal(8), 2000)])
    assert [r.more for r in ranges] == [More.NEITHER, More.KEEP, More.EXCHANGE]
    assert break_even_prices(ranges) == (Decimal(10),)


def test_several_grants_together_can_change_places_more_than_once() -> None:
    kept = [Lot(Decimal(2), 100), Lot(Decimal(50), 1000)]
    exchanged = [Lot(Decimal(4), 75), Lot(Decimal(4), 750)]
    ranges = price_ranges(kept, exchanged)
    assert [r.more for r in ranges] == [More.NEITHER, More.KEEP, More.EXCHANGE, More.KEEP]
    assert len(break_even_prices(ranges)) == 2


@pytest.mark.parametrize(("before", "after"), [(0, 1), (1, 0), (-3, 1)])
def test_what_is_no_split_is_refused(before: int, after: int) -> None:
    with pytest.raises(ValueError, match="cannot become"):
        Split(before, after)


def test_one_for_one_is_no_split() -> None:
    assert not Split(5, 5)
    assert REVERSE


@law
@given(st.integers(0, 10_000_000), splits)
def test_a_split_never_takes_a_share_nor_gives_a_whole_one(count: int, split: Split) -> None:
    exact = Fraction(count * split.after, split.before)
    assert exact <= split.shares(count) < exact + 1


@law
@given(prices, st.integers(4, 100_000), prices)
def test_one_grant_breaks_even_where_the_closed_form_says(
    old: Decimal, shares: int, new: Decimal
) -> None:
    becomes = new_shares(shares, RATIO)
    ranges = price_ranges([Lot(old, shares)], [Lot(new, becomes)])
    even = [rounded(price) for price in break_even_prices(ranges)]
    if new < old:
        closed = (shares * Fraction(old) - becomes * Fraction(new)) / (shares - becomes)
        assert even == [rounded(Decimal(closed.numerator) / closed.denominator)]
    else:
        assert even == []


@law
@given(st.lists(lots, min_size=1, max_size=4), st.lists(lots, min_size=1, max_size=4), prices)
def test_at_every_price_the_ranges_name_what_is_worth_more(
    kept: list[Lot], exchanged: list[Lot], price: Decimal
) -> None:
    ranges = price_ranges(kept, exchanged)
    inside = next(r for r in ranges if r.up_to is None or price <= r.up_to)
    lead = worth(price, exchanged) - worth(price, kept)
    if inside.up_to is None or inside.up_to - price > Decimal("1e-9"):
        assert inside.more == (
            More.NEITHER if lead == 0 else More.EXCHANGE if lead > 0 else More.KEEP
        )


@law
@given(st.lists(lots, min_size=1, max_size=4), st.lists(lots, min_size=1, max_size=4), splits)
def test_ranges_leave_no_gap_and_break_even_prices_lie_above_every_lowest_strike(
    kept: list[Lot], exchanged: list[Lot], split: Split
) -> None:
    ranges = price_ranges(kept, exchanged, split)
    assert (ranges[0].above, ranges[-1].up_to) == (0, None)
    for low, high in pairwise(ranges):
        assert low.up_to == high.above
        assert low.more != high.more
    for price in break_even_prices(ranges):
        assert price > min(lot.strike for lot in (*kept, *exchanged))
        gap = worth(price, kept, split) - worth(price, exchanged, split)
        assert abs(gap) < Decimal("1e-9")


@law
@given(st.lists(lots, min_size=1, max_size=4), prices, splits)
def test_a_split_never_takes_worth_and_adds_less_than_a_share_an_option(
    held: list[Lot], price: Decimal, split: Split
) -> None:
    plain, after = worth(price, held), worth(price, held, split)
    assert rounded(after) >= rounded(plain)
    assert after - plain <= split.amount(price) * len(held)


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.000001"), ROUND_HALF_UP)
