"""Reading the prices that somebody assumes; they are no part of any form on record."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from elections.core.worth import Split

MOST_PRICES = 8  # as many as fit across a sheet of paper
MOST_SHARES = 1000  # either side of a split
BETWEEN = re.compile(r"[\s,;]+")
PRICE = re.compile(r"\$?([0-9]{1,6}(?:\.[0-9]{1,4})?|\.[0-9]{1,4})")


def read_price(text: str) -> Decimal:
    """USD a share, as in "1.50" or "$1.50"; ValidationError unless above 0."""
    found = PRICE.fullmatch(text.strip())
    price = Decimal(found[1]) if found else Decimal(0)
    if not price:
        raise ValidationError(
            "“%(text)s” is not a price. Please write dollars above 0, with at most four decimals"
            " and no thousands separator.",
            params={"text": text.strip()},
        )
    return price


class PriceField(forms.CharField):
    """One price, USD a share."""

    def clean(self, value: object) -> Decimal:
        """Give the price; ValidationError for anything else."""
        return read_price(super().clean(value))


class PricesField(forms.CharField):
    """Several prices, USD a share, in any order."""

    def clean(self, value: object) -> tuple[Decimal, ...]:
        """Give the prices from low to high, each once; ValidationError for anything else."""
        typed = [text for text in BETWEEN.split(super().clean(value)) if text]
        prices = {read_price(text) for text in typed}
        if not prices:
            raise ValidationError(self.error_messages["required"])
        if len(prices) > MOST_PRICES:
            raise ValidationError(
                "Please give at most %(most)d prices; these are %(count)d.",
                params={"most": MOST_PRICES, "count": len(prices)},
            )
        return tuple(sorted(prices))


def _field(required: str) -> dict[str, Any]:
    # As text and not as a number: a browser throws away what it cannot read as one.
    attrs = {"class": "form-control", "inputmode": "decimal", "autocomplete": "off"}
    return {
        "max_length": 120,
        "error_messages": {"required": required},
        "widget": forms.TextInput(attrs=attrs),
    }


def _side_of_a_split(label: str) -> forms.IntegerField:
    wrong = f"Please write a whole number from 1 to {MOST_SHARES}; 1 and 1 for no split."
    return forms.IntegerField(
        label=label,
        required=False,
        initial=1,
        min_value=1,
        max_value=MOST_SHARES,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
        widget=forms.TextInput(
            attrs={"class": "form-control", "inputmode": "numeric", "autocomplete": "off"}
        ),
    )


class CompareForm(forms.Form):
    """What to assume. No price is filled in to begin with: any would look like a forecast."""

    use_required_attribute = False

    new_price = PriceField(
        label="Exercise price of the new options, as you assume it",
        help_text="USD a share. It will be the closing price on the day of the new grant.",
        **_field("Please assume a price: nobody can know it today, so none is filled in."),
    )
    prices = PricesField(
        label="Share prices to look at",
        help_text=f"USD a share, up to {MOST_PRICES}, with spaces or commas between them.",
        **_field("Please give at least one price that you want to look at."),
    )
    before = _side_of_a_split("Shares before a split")
    after = _side_of_a_split("Shares after it")

    @classmethod
    def asked_in(cls, data: Any) -> bool:
        """Whether any of its fields was sent."""
        return bool(set(cls.base_fields) & set(data))

    @property
    def split(self) -> Split:
        """The split of a form that is valid; what was left empty is 1."""
        return Split(self.cleaned_data["before"] or 1, self.cleaned_data["after"] or 1)

    def summary(self) -> list[tuple[str, object]]:
        """Each error as (id of its field, sentence), in the order of the page."""
        return [(self[name].auto_id, error) for name in self.fields for error in self[name].errors]
