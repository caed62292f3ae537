import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.core.make import EXPIRATION, make_terms


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"zone": "America/Atlantis"}, "'America/Atlantis' is not the name of a time zone."),
        ({"second_zone": "America"}, "'America' is not the name of a time zone."),
        ({"zone": "../etc/localtime"}, "'../etc/localtime' is not the name of a time zone."),
        ({"zone": ""}, "'' is not the name of a time zone."),
        ({"expiration": datetime(2003, 1, 21, 5)}, "The expiration needs a time zone."),
        ({"opens_on": date(2003, 1, 21)}, "The offer expires before it opens."),
        ({"country": ""}, "The offer needs the country whose employees it is for."),
        ({"plans": frozenset()}, "The offer takes the grants of no plan at all."),
        ({"price_threshold": Decimal("-0.01")}, "The price threshold is -0.01;"),
        ({"price_threshold": Decimal("NaN")}, "The price threshold is NaN;"),
        ({"ratio": Decimal(0)}, "The ratio is 0; it must be above 0."),
        ({"ratio": Decimal("Infinity")}, "The ratio is Infinity; it must be above 0."),
        ({"new_grant_months": -1}, "The new grant cannot come before the cancellation."),
        ({"new_grant_days": -1}, "The new grant cannot come before the cancellation."),
        ({"vesting_first_months": -1}, "Vesting cannot come before the grant."),
        ({"vesting_steps": -1}, "Vesting cannot come before the grant."),
        ({"vesting_first_part": Decimal("1.01")}, "The part that vests first is 1.01;"),
        ({"vesting_first_part": Decimal("NaN")}, "The part that vests first is NaN;"),
        ({"vesting_steps": 0}, "Without monthly steps the part that vests first must be all"),
    ],
)
def test_terms_that_make_no_sense_are_refused_in_a_sentence(
    changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        make_terms(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"opens_on": date(2003, 1, 20)},
        {"price_threshold": Decimal(0)},
        {"ratio": Decimal(1)},
        {"new_grant_months": 0, "new_grant_days": 0},
        {"vesting_first_part": Decimal(1), "vesting_steps": 0},
        {"vesting_first_part": Decimal(0)},
    ],
)
def test_terms_at_the_edge_of_sense_are_accepted(changes: dict[str, Any]) -> None:
    terms = make_terms(**changes)
    assert {name: getattr(terms, name) for name in changes} == changes


@pytest.mark.parametrize(
    ("price", "inclusive", "exclusive"),
    [("3.00", False, False), ("3.0099", False, False), ("3.01", True, False), ("3.02", True, True)],
)
def test_the_threshold_itself_belongs_to_the_offer_only_when_the_terms_say_so(
    price: str, inclusive: bool, exclusive: bool
) -> None:
    assert make_terms(threshold_inclusive=True).takes_price(Decimal(price)) is inclusive
    assert make_terms(threshold_inclusive=False).takes_price(Decimal(price)) is exclusive


def test_one_ratio_holds_for_every_exercise_price() -> None:
    terms = make_terms(ratio=Decimal("0.75"))
    assert {terms.ratio_for(Decimal(p)) for p in ("0.01", "3.01", "99.99")} == {Decimal("0.75")}


def test_the_last_day_is_the_offers_own_although_it_ends_at_midnight_eastern() -> None:
    assert make_terms().last_day(EXPIRATION) == date(2003, 1, 20)
    assert make_terms(zone="America/New_York").last_day(EXPIRATION) == date(2003, 1, 20)


def test_a_moment_past_midnight_has_another_last_day() -> None:
    midnight = datetime(2003, 1, 21, 8, tzinfo=UTC)  # Pacific
    assert make_terms().last_day(midnight) == date(2003, 1, 20)
    assert make_terms().last_day(midnight + timedelta(microseconds=1)) == date(2003, 1, 21)
