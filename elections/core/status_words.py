"""What the roster says of someone's standing, in words: the columns and their plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from elections.core.words import country_label, day_label

LABELS = {
    "country": "Country of work",
    "employment": "Employment type",
    "hired_on": "Hire date",
    "left_on": "Last day employed",
    "is_director": "Director",
    "is_executive_officer": "Executive officer",
    "on_leave": "On a leave of absence",
}
_DATES = ("hired_on", "left_on")


@dataclass(frozen=True, slots=True)
class Difference:
    """One column that differs, and what it says before and after."""

    label: str
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Say what differs, in a fixed order. Values are plain: text, yes or no, ISO dates or None."""
    return tuple(
        Difference(label, _said(column, before[column]), _said(column, after[column]))
        for column, label in LABELS.items()
        if column in after
    )


def _said(column: str, value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column in _DATES:
        return day_label(date.fromisoformat(value))
    return country_label(value) if column == "country" else str(value)
