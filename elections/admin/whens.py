"""A day and a time as the clocks of the offer's own zone show them: the fields of several forms."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2999, 12, 31)  # what any clock here can reckon with


def day_field(label: str, missing: str) -> forms.DateField:
    """A calendar day."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[
            MinValueValidator(FIRST_DAY, "Please check the year."),
            MaxValueValidator(LAST_DAY, "Please check the year."),
        ],
        error_messages={
            "required": missing,
            "invalid": "Please give the day as 2003-01-27 or 01/27/2003.",
        },
    )


def time_field(label: str, missing: str, *, help_text: str = "") -> forms.TimeField:
    """A time of day."""
    return forms.TimeField(
        label=label,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        input_formats=["%H:%M", "%I:%M %p"],
        error_messages={
            "required": missing,
            "invalid": "Please give the time as 21:00 or 9:00 PM.",
        },
        help_text=help_text,
    )


def instant_of(form: forms.Form, cleaned: dict[str, Any], day: str, at: str) -> datetime | None:
    """The one instant (UTC) of these two fields of a form that knows its `zone`.

    None where a field is missing, or where clocks make it unclear; the form then says so at `at`.
    """
    on, when = cleaned.get(day), cleaned.get(at)
    if not isinstance(on, date) or not isinstance(when, time):
        return None
    try:
        return only_instant(datetime.combine(on, when), form.zone)  # type: ignore[attr-defined]
    except ValueError as unclear:
        form.add_error(at, str(unclear))
        return None


def only_instant(wall: datetime, zone: str) -> datetime:
    """The one instant, in UTC, at which clocks in `zone` show `wall` (naive).

    ValueError, in a sentence for people, in the hour that a change of clocks skips or repeats.
    """
    earlier, later = (wall.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if earlier.utcoffset() == later.utcoffset():
        return earlier.astimezone(UTC)
    if earlier.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall:
        raise ValueError(
            "Clocks are set back that night and show this time twice. Please choose a time"
            " outside that hour."
        )
    raise ValueError(
        "Clocks are set forward that night and never show this time. Please choose a time"
        " outside that hour."
    )
