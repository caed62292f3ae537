"""What options would be worth at share prices that somebody assumes: kept, against exchanged.

Arithmetic on assumptions and nothing else: the exercise price of a new option is the closing price
of a day to come. A worth is what exercising and selling would bring, before taxes and costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

NOTHING = Decimal(0)


class More(StrEnum):
    """Which of the two would be worth more."""

    KEEP = "keep"
    EXCHANGE = "exchange"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Split:
    """A stock split: every `before` shares become `after`; 3 and 1 is a reverse split.

    Prices are multiplied by `before` / `after`. A fraction of a share is rounded up for each
    option, as the company's slide of January 15, 2003 has it. ValueError below 1.
    """

    before: int = 1
    after: int = 1

    def __post_init__(self) -> None:
        """Refuse what is no split."""
        if min(self.before, self.after) < 1:
            raise ValueError(f"{self.before} shares cannot become {self.after}.")

    def __bool__(self) -> bool:
        """Say whether it changes anything."""
        return self.before != self.after

    def shares(self, count: int) -> int:
        """Give the whole shares that `count` become."""
        return -(-count * self.after // self.before)

    def amount(self, amount: Decimal) -> Decimal:
        """Give a price in USD a share, or USD for a share of before, as it is after the split."""
        return amount * self.before / self.after


NO_SPLIT = Split()


@dataclass(frozen=True, slots=True)
class Lot:
    """Options on `shares` whole shares at `strike`, USD per share."""

    strike: Decimal
    shares: int


def profit(*, price: Decimal, strike: Decimal, options: int) -> Decimal:
    """Give what exercising `options` at `strike` and selling at `price` would bring, in USD."""
    return max(NOTHING, price - strike) * options


def worth(price: Decimal, lots: Sequence[Lot], split: Split = NO_SPLIT) -> Decimal:
    """Give what `lots` would bring at a share price of `price`, in USD.

    Prices and strikes are those of shares as they are today; with a split all of them are
    multiplied alike, and so only its rounding up changes what options are worth.
    """
    after = (
        profit(price=price, strike=lot.strike, options=split.shares(lot.shares)) for lot in lots
    )
    return split.amount(sum(after, NOTHING))


@dataclass(frozen=True, slots=True)
class PriceRange:
    """The share prices above `above` (USD), up to `up_to` or without end, where `more` holds."""

    above: Decimal
    up_to: Decimal | None
    more: More


def price_ranges(
    kept: Sequence[Lot], exchanged: Sequence[Lot], split: Split = NO_SPLIT
) -> tuple[PriceRange, ...]:
    """Give where on the way up from $0 which of the two would be worth more.

    Neighbours differ, and together they cover every price. Prices are those of shares as they are
    today. A boundary is exact where a decimal of 28 digits can be.
    """
    olds = [Lot(lot.strike, split.shares(lot.shares)) for lot in kept]
    news = [Lot(lot.strike, split.shares(lot.shares)) for lot in exchanged]

    def lead(price: Decimal) -> Decimal:  # without a division, so exact
        return worth(price, news) - worth(price, olds)

    bends = sorted({NOTHING} | {lot.strike for lot in (*kept, *exchanged)})
    corners = list(bends)
    for low, high in pairwise(bends):  # between two bends the lead is a straight line
        if lead(low) * lead(high) < 0:
            corners.append(low + (high - low) * lead(low) / (lead(low) - lead(high)))
    slope = lead(bends[-1] + 1) - lead(bends[-1])
    if lead(bends[-1]) * slope < 0:
        corners.append(bends[-1] - lead(bends[-1]) / slope)
    corners.sort()
    ends = [*corners[1:], None]
    ranges: list[PriceRange] = []
    for low, end in zip(corners, ends, strict=True):
        inside = low + 1 if end is None else (low + end) / 2
        more = _more(lead(inside))
        if ranges and ranges[-1].more == more:
            ranges[-1] = PriceRange(ranges[-1].above, end, more)
        else:
            ranges.append(PriceRange(low, end, more))
    return tuple(ranges)


def break_even_prices(ranges: Sequence[PriceRange]) -> tuple[Decimal, ...]:
    """Give the prices at which keeping and exchanging change places, in USD; often one, or none.

    With one option on either side it is (shares kept x old strike - new shares x new strike) /
    (shares kept - new shares), if that lies above both strikes. There is none where one of the two
    is worth more at every price at which either is worth anything.
    """
    return tuple(
        low.up_to
        for low, high in pairwise(ranges)
        if low.up_to is not None and More.NEITHER not in (low.more, high.more)
    )


def _more(lead: Decimal) -> More:
    if lead == 0:
        return More.NEITHER
    return More.EXCHANGE if lead > 0 else More.KEEP
