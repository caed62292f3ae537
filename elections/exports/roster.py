"""The roster in the columns in which it is imported (docs/roster.md): it can be read back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Case, F, Value, When

from elections.exports.cells import Cell
from elections.exports.reading import read
from elections.models import Employee, Grant, Offer


def _yes_no(field: str) -> Case:
    return Case(When(**{field: True}, then=Value("Yes")), default=Value("No"))


EMPLOYEES: dict[str, Any] = {
    "Employee Number": F("number"),
    "Legal Name": F("name"),
    "Email": F("email"),
    "Country": F("country"),
    "Employment Type": F("employment"),
    "Hire Date": F("hired_on"),
    "Termination Date": F("left_on"),
    "Director": _yes_no("is_director"),
    "Executive Officer": _yes_no("is_executive_officer"),
    "On Leave": _yes_no("on_leave"),
}
GRANTS: dict[str, Any] = {
    "Grant Number": F("number"),
    "Employee Number": F("employee__number"),
    "Plan": F("plan__code"),
    "Option Type": F("kind"),
    "Grant Date": F("granted_on"),
    "Exercise Price": F("exercise_price"),
    "Shares Granted": F("granted"),
    "Shares Exercised": F("exercised"),
    "Shares Canceled": F("canceled"),
    "Shares Outstanding": F("granted") - F("exercised") - F("canceled"),
    "Shares Vested": F("vested"),
}


def employees(offer: Offer, as_of: datetime) -> Iterator[tuple[Cell, ...]]:
    """Everyone, by employee number."""
    return read(Employee.objects.order_by("number"), EMPLOYEES)


def grants(offer: Offer, as_of: datetime) -> Iterator[tuple[Cell, ...]]:
    """Every grant, by the number of its holder, then by date and number."""
    return read(Grant.objects.order_by("employee__number", "granted_on", "number"), GRANTS)
