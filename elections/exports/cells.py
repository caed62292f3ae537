"""One cell of an export: how a value is said in it, and what keeps it from being run."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

Cell = str | int | bool | Decimal | date | datetime | None

# A spreadsheet takes a cell that begins so for a formula, and would run it. The last four are the
# full-width signs, which some take for the same.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Where commas are no separators, a spreadsheet takes a CSV file apart at these, inside quotes too.
_OTHER_CELL = re.compile("([;|\t\r\n] *)(?=[=+@＝＋－＠-])")


def harmless(text: str) -> str:
    """The text, an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def harmless_in_csv(text: str) -> str:
    """The text, no part of it a formula to a spreadsheet that looks for other separators."""
    return _OTHER_CELL.sub(r"\1'", text)


def iso(value: date | datetime, zone: ZoneInfo) -> str:
    """ISO 8601: an instant (aware) to the microsecond in `zone` with its offset, a day as it is."""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="microseconds")
    return value.isoformat()


def cell(value: Cell, zone: ZoneInfo) -> str | int | bool | Decimal:
    """The value as a file holds it: text (never a formula), a number, or yes and no."""
    if value is None:
        return ""
    if isinstance(value, date):  # a datetime is one too
        return iso(value, zone)
    return harmless(value) if isinstance(value, str) else value
