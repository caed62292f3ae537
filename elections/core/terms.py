"""What one offer says, as data: the next offer is another `Terms`, not another program."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from elections.core.instants import as_utc


class Choice(StrEnum):
    """What someone wants done with the whole outstanding part of a grant."""

    EXCHANGE = "exchange"
    KEEP = "keep"


class OptionKind(StrEnum):
    """An incentive stock option or a nonstatutory one; what is exchanged becomes nonstatutory."""

    ISO = "ISO"
    NSO = "NSO"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of one offer.

    Zones are IANA names, prices USD per share, `expiration` the scheduled one, aware: the first
    instant that is too late. ValueError, in a sentence, for terms that make no sense. An offer
    without a look-back has a `required_from` after its last day.
    """

    opens_on: date  # day 1, in `zone`
    expiration: datetime
    zone: str  # the offer's own time
    second_zone: str  # printed beside it; the tender-offer rules count in it (Eastern)
    country: str  # place of work, as a two-letter code
    hired_by: date  # hired on or before
    plans: frozenset[str]  # codes of the plans whose grants the offer takes
    price_threshold: Decimal
    threshold_inclusive: bool  # True: at the threshold or above; False: above only
    required_from: date  # look-back: grants dated on or after it are required
    ratio: Decimal  # new shares for each share turned in
    new_grant_months: int  # after cancellation ...
    new_grant_days: int  # ... and these days more, then the first business day
    vesting_first_months: int  # after the new grant
    vesting_first_part: Decimal  # 0 to 1
    vesting_steps: int  # monthly, for the rest

    def __post_init__(self) -> None:
        """Refuse terms that make no sense, naming the first thing wrong."""
        if mistake := next(self._mistakes(), None):
            raise ValueError(mistake)

    def ratio_for(self, exercise_price: Decimal) -> Decimal:
        """Give the new shares for each share of a grant with that exercise price (USD).

        One ratio for all in this offer. Callers ask by price because other offers answer from a
        table by price.
        """
        return self.ratio

    def takes_price(self, exercise_price: Decimal) -> bool:
        """Say whether options at that exercise price (USD per share) may be turned in."""
        if self.threshold_inclusive:
            return exercise_price >= self.price_threshold
        return exercise_price > self.price_threshold

    def last_day(self, expiration: datetime) -> date:
        """Give the last day, in the offer's own time, with a moment before `expiration`.

        An expiration at midnight belongs to the day that it ends. ValueError when naive.
        """
        last_moment = as_utc(expiration) - timedelta(microseconds=1)
        return last_moment.astimezone(ZoneInfo(self.zone)).date()

    def _mistakes(self) -> Iterator[str]:
        # Only the first is asked for: what is checked further down relies on what is checked above.
        for zone in (self.zone, self.second_zone):
            if not _is_zone(zone):
                yield f"{zone!r} is not the name of a time zone."
        if self.expiration.utcoffset() is None:
            yield "The expiration needs a time zone."
        if self.last_day(self.expiration) < self.opens_on:
            yield "The offer expires before it opens."
        if not self.country:
            yield "The offer needs the country whose employees it is for."
        if not self.plans:
            yield "The offer takes the grants of no plan at all."
        yield from self._mistakes_in_numbers()

    def _mistakes_in_numbers(self) -> Iterator[str]:
        if not self.price_threshold.is_finite() or self.price_threshold < 0:
            yield f"The price threshold is {self.price_threshold}; it must be 0 or more."
        if not self.ratio.is_finite() or self.ratio <= 0:
            yield f"The ratio is {self.ratio}; it must be above 0."
        if min(self.new_grant_months, self.new_grant_days) < 0:
            yield "The new grant cannot come before the cancellation."
        if min(self.vesting_first_months, self.vesting_steps) < 0:
            yield "Vesting cannot come before the grant."
        part = self.vesting_first_part
        if not part.is_finite() or not 0 <= part <= 1:
            yield f"The part that vests first is {part}; it must be from 0 to 1."
        if part != 1 and self.vesting_steps == 0:
            yield "Without monthly steps the part that vests first must be all of it."


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; malformed; a folder of zones ("America")
        return False
    return True
