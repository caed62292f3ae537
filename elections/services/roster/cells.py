"""What one cell of a roster file may say. Each reader gives the value, or raises ValueError.

The error's text is the reason shown to whoever imports the file: it completes the sentence
"employees.csv, line 12, Hire Date: ...".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

T = TypeVar("T")

# What the database keeps: employee and grant numbers, names, addresses, shares, prices.
NUMBER_LENGTH = 40
NAME_LENGTH = 200
EMAIL_LENGTH = 254
MOST_SHARES = 2_147_483_647
HIGHEST_PRICE = Decimal("99999999.9999")
_SURELY_FIT = 9  # digits
REPEATED = 80  # characters of a value: a cell may hold 100,000

# Years beyond these are slips of the pen (0202, 20002), not dates of anyone's employment.
YEARS = range(1930, 2100)

_WHOLE = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)"
_SHARES = re.compile(_WHOLE)
_PRICE = re.compile(rf"\$?\s*({_WHOLE}?(?:\.[0-9]+)?)")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_US_DATE = re.compile(r"(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4})")
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
# They shape letters in some scripts, and are part of some names.
_WITHOUT_JOINERS = dict.fromkeys(map(ord, "\u200c\u200d"))


def remembered(read: Callable[[str], T]) -> Callable[[str], T]:
    """The same reader for a column that says the same again and again; each value is kept once."""
    return lru_cache(maxsize=20_000)(read)


def number(text: str) -> str:
    """An employee's or a grant's number, as it stands: leading zeros belong to it."""
    if text.isalnum() and text.isascii() and len(text) <= NUMBER_LENGTH:
        return text  # as nearly all of them are
    value = _filled(text)
    if len(value) > NUMBER_LENGTH:
        raise ValueError(f"has {len(value)} characters; at most {NUMBER_LENGTH} fit.")
    if not _NUMBER.fullmatch(value):
        raise ValueError(
            f"{shortened(value)!r} is not a number: only letters, digits and . _ / - fit."
        )
    return value


def person_name(text: str) -> str:
    """A legal name in composed Unicode, its spaces single."""
    value = " ".join(unicodedata.normalize("NFC", _filled(text)).split())
    if len(value) > NAME_LENGTH:
        raise ValueError(f"has {len(value)} characters; at most {NAME_LENGTH} fit.")
    if not value.isprintable() and not value.translate(_WITHOUT_JOINERS).isprintable():
        raise ValueError("holds an invisible control character.")
    return value


def email(text: str) -> str:
    """A mail address in lower case; ASCII only, as mail servers and look-alike letters demand."""
    value = _filled(text).lower()
    if len(value) > EMAIL_LENGTH:
        raise ValueError(f"has {len(value)} characters; at most {EMAIL_LENGTH} fit.")
    try:
        if not value.isascii():
            raise ValidationError("not ASCII")
        validate_email(value)
    except ValidationError as error:
        raise ValueError(f"{shortened(value)!r} is not an email address.") from error
    return value


@remembered
def country(text: str) -> str:
    """A two-letter country code of ISO 3166, in upper case."""
    value = _filled(text)
    if not re.fullmatch(r"[A-Za-z]{2}", value):
        raise ValueError(f"{shortened(value)!r} is not a two-letter country code such as US.")
    return value.upper()


@remembered
def day(text: str) -> date:
    """A date, written 2002-12-19 or, the American way, 12/19/2002."""
    return _day(_filled(text))


def day_or_none(text: str) -> date | None:
    """A date, or None for an empty cell."""
    return day(text) if text.strip() else None


def shares(text: str) -> int:
    """A whole number of shares; thousands may be separated by commas."""
    if text.isdecimal() and text.isascii() and len(text) <= _SURELY_FIT:
        return int(text)  # as nearly all of them are
    value = _filled(text)
    if not _SHARES.fullmatch(value):
        raise ValueError(f"{shortened(value)!r} is not a whole number of shares.")
    count = int(value.replace(",", "")) if len(value) <= NUMBER_LENGTH else MOST_SHARES + 1
    if count > MOST_SHARES:
        raise ValueError(f"{shortened(value)} is more than the {MOST_SHARES:,} shares that fit.")
    return count


@remembered
def price(text: str) -> Decimal:
    """An exercise price in USD per share, above zero, to at most four decimals; "$" may lead it."""
    return _price(_filled(text))


def one_of(values: Mapping[str, T]) -> Callable[[str], T]:
    """A reader of one of the words that key `values` (in lower case), however capitalised."""

    def read(text: str) -> T:
        value = _filled(text)
        if value.lower() not in values:
            raise ValueError(f"{shortened(value)!r} is none of {', '.join(values)}.")
        return values[value.lower()]

    return remembered(read)


# An empty cell is no answer.
yes_or_no = one_of({"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False})


def one_known(known: Container[str], *, reason: str) -> Callable[[str], str]:
    """A reader of a number or code that must be in `known`; `reason` says of what it is not."""

    def read(text: str) -> str:
        if text in known:
            return text
        value = number(text)
        if value not in known:
            raise ValueError(f"{shortened(value)!r} {reason}")
        return value

    return read


def shortened(value: str) -> str:
    """As much of a value as tells which it is, for a reason to repeat."""
    return value if len(value) <= REPEATED else f"{value[:REPEATED]}…"


def _filled(text: str) -> str:
    value = text.strip()
    if not value:
        raise ValueError("is empty.")
    return value


def _day(value: str) -> date:
    found = _ISO_DATE.fullmatch(value)
    american = _US_DATE.fullmatch(value)
    if found:
        year, month, day_of_month = map(int, found.groups())
    elif american:
        year, month, day_of_month = (int(american[part]) for part in ("year", "month", "day"))
    else:
        raise ValueError(f"{shortened(value)!r} is not a date such as 2002-12-19 or 12/19/2002.")
    try:
        read = date(year, month, day_of_month)
    except ValueError as error:
        raise ValueError(f"{shortened(value)!r} is not a day of any calendar.") from error
    if year not in YEARS:
        raise ValueError(f"{shortened(value)!r} lies outside {YEARS.start} to {YEARS.stop - 1}.")
    return read


def _price(value: str) -> Decimal:
    found = _PRICE.fullmatch(value)
    if not found or not found[1]:
        raise ValueError(f"{shortened(value)!r} is not a price in dollars.")
    amount = Decimal(found[1].replace(",", ""))
    if amount <= 0:
        raise ValueError(f"{shortened(value)} is not above zero.")
    if amount > HIGHEST_PRICE:
        raise ValueError(f"{shortened(value)} is more than the ${HIGHEST_PRICE:,} that fits.")
    kept = amount.quantize(Decimal("0.0001"))
    if kept != amount:
        raise ValueError(
            f"{shortened(value)} has more than four decimals, and a price is never rounded."
        )
    return kept
