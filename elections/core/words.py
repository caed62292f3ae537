"""Money, dates and places as people read them, the same on every machine (no locale is asked)."""

from datetime import date
from decimal import Decimal

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
COUNTRIES = {"US": "the U.S."}


def day_label(day: date) -> str:
    """Give a date as "January 20, 2003"."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def dollar_label(amount: Decimal) -> str:
    """Give an amount of USD as "$1,234.50": at least two decimals, and never one cut off."""
    whole, _, fraction = f"{amount:,f}".partition(".")
    return f"${whole}.{fraction.rstrip('0').ljust(2, '0')}"


def country_label(code: str) -> str:
    """Give a country code as it stands in a sentence; a code without words stands for itself."""
    return COUNTRIES.get(code, code)
