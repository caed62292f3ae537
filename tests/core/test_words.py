from datetime import date
from decimal import Decimal

import pytest

from elections.core.words import country_label, day_label, dollar_label


@pytest.mark.parametrize(
    ("amount", "label"),
    [
        ("3.01", "$3.01"),
        ("3.0100", "$3.01"),
        ("3", "$3.00"),
        ("3.5", "$3.50"),
        ("0.0125", "$0.0125"),
        ("13875", "$13,875.00"),
        ("1234567.5", "$1,234,567.50"),
        ("1E+3", "$1,000.00"),
    ],
)
def test_an_amount_has_two_decimals_or_as_many_as_it_needs(amount: str, label: str) -> None:
    assert dollar_label(Decimal(amount)) == label


def test_a_date_is_written_as_in_the_letter() -> None:
    assert day_label(date(2003, 1, 20)) == "January 20, 2003"
    assert day_label(date(2002, 12, 9)) == "December 9, 2002"


def test_a_country_without_words_stands_for_itself() -> None:
    assert country_label("US") == "the U.S."
    assert country_label("CH") == "CH"
