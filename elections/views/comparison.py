"""Keeping against exchanging at assumed prices: grant by grant, and all together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from elections.core.words import dollar_label
from elections.core.worth import (
    Lot,
    More,
    PriceRange,
    Split,
    break_even_prices,
    price_ranges,
    worth,
)
from elections.views.plot import Plot, Scale, Tick, round_steps
from elections.views.sheet import GrantRow

CENT, DOLLAR = Decimal("0.01"), Decimal(1)
SAME = "both would be worth the same"
DOING = {
    More.KEEP: "keeping would be worth more",
    More.EXCHANGE: "exchanging would be worth more",
    More.NEITHER: SAME,
}
TOGETHER = "All together"
ROOM = Decimal("0.36")  # of the drawing's width, for the label of a mark on a small screen


@dataclass(frozen=True, slots=True)
class Assumed:
    """What somebody assumes: prices in USD for a share as it is today, and a stock split."""

    new_price: Decimal
    prices: tuple[Decimal, ...]  # from low to high
    split: Split

    def label(self, price: Decimal, *, to_the_cent: bool = False) -> str:
        """A price as somebody wrote it, or to the cent; and what a split makes of it."""
        say = _near if to_the_cent else _price
        if not self.split:
            return say(price)
        return f"{say(price)} ({say(self.split.amount(price))} after the split)"


@dataclass(frozen=True, slots=True)
class Case:
    """One of the two: `figures` are USD at each price, whole; shares and strike after a split."""

    name: str  # "Keep" or "Exchange"
    shares: int
    strike: str  # "" where there are several
    figures: tuple[tuple[str, str], ...]  # (price, worth)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Keeping against exchanging one grant, or all of them together."""

    name: str  # the grant's number, or TOGETHER
    anchor: str
    required: bool
    together: bool
    cases: tuple[Case, Case]
    break_even: str  # in words; "" without one
    why_none: str
    ranges: tuple[str, ...]  # sentences
    plot: Plot


def compare_grants(rows: Sequence[GrantRow], assumed: Assumed) -> list[Comparison]:
    """Compare each of these grants, and from two on all of them together, at the end."""
    each = [
        _compare(
            [row],
            assumed,
            name=row.assessed.grant.number,
            anchor=f"compared-{row.index}",
            required=row.required,
        )
        for row in rows
    ]
    if len(each) > 1:
        each.append(_compare(rows, assumed, name=TOGETHER, anchor="compared-all"))
    return each


def _compare(
    rows: Sequence[GrantRow], assumed: Assumed, *, name: str, anchor: str, required: bool = False
) -> Comparison:
    grants = [row.assessed.grant for row in rows]
    kept = [Lot(grant.exercise_price, grant.outstanding) for grant in grants]
    exchanged = [Lot(assumed.new_price, row.assessed.new_shares) for row in rows]
    ranges = price_ranges(kept, exchanged, assumed.split)
    near = {price: _to(price, CENT) for price in break_even_prices(ranges)}
    even = list(near.values())
    lowest = min(lot.strike for lot in (*kept, *exchanged))
    return Comparison(
        name=name,
        anchor=anchor,
        required=required,
        together=name == TOGETHER,
        cases=(_case("Keep", kept, assumed), _case("Exchange", exchanged, assumed)),
        break_even=" and ".join(assumed.label(price, to_the_cent=True) for price in near),
        why_none="" if even else _why_none(kept, exchanged, assumed.split),
        ranges=tuple(_range_in_words(one, near, lowest) for one in ranges),
        plot=_plot(name, anchor, kept, exchanged, assumed, even),
    )


def _case(name: str, lots: Sequence[Lot], assumed: Assumed) -> Case:
    strikes = {lot.strike for lot in lots}
    split = assumed.split
    return Case(
        name,
        shares=sum(split.shares(lot.shares) for lot in lots),
        strike=dollar_label(_to(split.amount(strikes.pop()), Decimal("0.0001")))
        if len(strikes) == 1
        else "",
        figures=tuple(
            (assumed.label(price), f"{_to(worth(price, lots, split), DOLLAR):,f}")
            for price in assumed.prices
        ),
    )


def _why_none(kept: Sequence[Lot], exchanged: Sequence[Lot], split: Split) -> str:
    """Why the two never change places, of one grant; more generally, of several."""
    if len(kept) > 1:
        return "There is no single price at which the two change places."
    old, new = split.shares(kept[0].shares), split.shares(exchanged[0].shares)
    if old == new:
        return "There are as many new shares as old ones, so the lower exercise price decides."
    if old > new:
        return "The new price you assume is not below the price of this grant."
    return "There are more new shares than old ones, and the new price you assume is not above."


def _range_in_words(one: PriceRange, near: Mapping[Decimal, Decimal], lowest: Decimal) -> str:
    """A range in a sentence, in prices of before any split.

    `near` gives the break-even prices to the cent; up to the `lowest` strike all is worth nothing.
    """
    above = _price(near.get(one.above, one.above))
    if one.up_to is None:
        return f"Above {above} {DOING[one.more]}." if one.above else f"At every price {SAME}."
    up_to = _price(near.get(one.up_to, one.up_to))
    if not one.above:
        return f"Up to {up_to} {SAME if one.up_to > lowest else 'both would be worth nothing'}."
    return f"From {above} to {up_to} {DOING[one.more]}."


def _plot(
    name: str,
    anchor: str,
    kept: Sequence[Lot],
    exchanged: Sequence[Lot],
    assumed: Assumed,
    even: Sequence[Decimal],
) -> Plot:
    """The two worths from $0 to the highest price asked about."""
    split, top = assumed.split, assumed.prices[-1]
    bends = {lot.strike for lot in (*kept, *exchanged) if lot.strike < top}
    at = sorted({Decimal(0), top, *assumed.prices} | bends)
    lines = {
        "keep": [(price, worth(price, kept, split)) for price in at],
        "exchange": [(price, worth(price, exchanged, split)) for price in at],
    }
    highest = max(figure for points in lines.values() for _, figure in points)
    scale = Scale(top, max(highest, DOLLAR))
    whose = "all of these grants together" if name == TOGETHER else f"grant {name}"
    return Plot(
        name=anchor,
        title=f"Keeping and exchanging {whose}, by share price",
        description=f"From $0 to {_price(top)} a share. The table has the same figures.",
        lines=tuple(scale.line(which, points) for which, points in lines.items()),
        x_ticks=tuple(scale.x_tick(price, _short(price)) for price in round_steps(top, CENT)),
        y_ticks=scale.y_ticks(_short, CENT),
        marks=tuple(_marks(scale, [price for price in even if price <= top])),
    )


def _marks(scale: Scale, even: Sequence[Decimal]) -> Iterator[Tick]:
    """The break-even prices, from low to high; a label only where the one before leaves room."""
    labelled_at = None
    for price in even:
        room = labelled_at is None or price - labelled_at >= ROOM * scale.x_top
        yield scale.mark(price, f"Break-even {_price(price)}" if room else "")
        labelled_at = price if room else labelled_at


def _to(amount: Decimal, smallest: Decimal) -> Decimal:
    return amount.quantize(smallest, ROUND_HALF_UP)


def _price(amount: Decimal) -> str:
    """A price as exact as prices are written, and else to the cent."""
    exact = amount == _to(amount, Decimal("0.0001"))
    return dollar_label(amount) if exact else _near(amount)


def _near(amount: Decimal) -> str:
    return dollar_label(_to(amount, CENT))


def _short(amount: Decimal) -> str:
    return f"${amount:,.0f}" if amount == amount.to_integral_value() else dollar_label(amount)
