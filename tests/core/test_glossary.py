"""The field's words, explained with one offer's own dates and figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from elections.core.glossary import GLOSSARY, Facts, explain

FACTS = Facts(
    company="Lantronix",
    required_from=date(2002, 6, 19),
    ratio=Decimal("0.75"),
    new_grant_on=date(2003, 7, 21),
)


def test_the_meanings_name_the_offers_dates_and_figures():
    option, promise, required = explain(["option", "new_shares", "required"], FACTS)
    assert "shares of Lantronix later" in option.meaning
    assert "for 75% of the shares" in promise.meaning
    assert "on about July 21, 2003" in promise.meaning
    assert "on or after June 19, 2002" in required.meaning


def test_no_place_is_left_unfilled():
    assert not [one for one in explain(GLOSSARY, FACTS) if "{" in one.meaning]


def test_a_word_that_is_not_there_is_a_mistake_and_not_a_blank():
    with pytest.raises(KeyError):
        explain(["strike"], FACTS)
