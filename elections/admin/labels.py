"""How the admin says instants, amounts and states; words first, colour only beside them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from elections.core.words import day_label

NOTHING = "–"


def cell_time(instant: datetime | None, zone: str) -> str:
    """Give an instant to the second, for a table: "January 15, 2003, 10:04:05 AM PST"."""
    if instant is None:
        return NOTHING
    local = instant.astimezone(ZoneInfo(zone))
    half = "AM" if local.hour < 12 else "PM"
    return f"{day_label(local)}, {local.hour % 12 or 12}:{local:%M:%S} {half} {local.tzname()}"


def shares(count: int) -> str:
    """Give a number of shares as "1,234"."""
    return f"{count:,}"


def state(word: str, tone: str) -> SafeString:
    """A word with a colour: `tone` is "good", "warning", "bad" or "quiet"."""
    return format_html('<span class="state state-{}">{}</span>', tone, word)


def day_column(field: str, description: str) -> Callable[[Any], str]:
    """A column or field that says the date in `field` as "January 20, 2003"."""

    @admin.display(description=description, ordering=field)
    def column(row: Any) -> str:
        day = getattr(row, field)
        return day_label(day) if day else NOTHING

    column.__name__ = field
    return column


def yes_no_column(field: str, description: str) -> Callable[[Any], str]:
    """A column or field that says "Yes" or "No": neither is right or wrong, so no colour."""

    @admin.display(description=description, ordering=field)
    def column(row: Any) -> str:
        return "Yes" if getattr(row, field) else "No"

    column.__name__ = field
    return column
