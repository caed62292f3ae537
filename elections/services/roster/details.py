"""The rows that an import would write, as plain values: what a preview shows of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from elections import queries
from elections.core.terms import Choice
from elections.models import Employee, Grant, Line, Offer
from elections.services.roster.changes import Import, RowState
from elections.services.roster.grants import FIELDS as GRANT_FIELDS
from elections.services.roster.people import FIELDS as PERSON_FIELDS
from elections.services.roster.rows import GrantRow, PersonRow, RosterFile

SHOWN = 200  # of each kind; how many there are is in the tallies


def details_of(
    roster: Import, people: Sequence[PersonRow], grants: Sequence[GrantRow]
) -> dict[str, Any]:
    """The first `SHOWN` of each: new and changed people and grants, and forms that differ by then.

    A changed row is `{"number", "whose", "differences": [[field, before, after], ...]}`, a new one
    `{"number", "whose"}`. `forms` are exchanged grants that were outstanding as their form says,
    and would not be: `[grant, employee, receipt, said, then]`; `forms_total` is how many.
    """
    forms = _forms_that_differ(grants)
    return {
        "new_people": _new(roster, RosterFile.EMPLOYEES, people),
        "changed_people": _changed_people(roster, people),
        "new_grants": _new(roster, RosterFile.GRANTS, grants),
        "changed_grants": _changed_grants(roster, grants),
        "forms": forms[:SHOWN],
        "forms_total": len(forms),
    }


def _new(
    roster: Import, file: RosterFile, rows: Sequence[PersonRow | GrantRow]
) -> list[dict[str, Any]]:
    said = _said(rows, roster.numbers(file, RowState.NEW, SHOWN))
    return [{"number": row.number, "whose": _whose(row)} for row in said]


def _changed_people(roster: Import, rows: Sequence[PersonRow]) -> list[dict[str, Any]]:
    numbers = roster.numbers(RosterFile.EMPLOYEES, RowState.CHANGED, SHOWN)
    names = (*PERSON_FIELDS, "on_leave")
    there = Employee.objects.filter(number__in=numbers).values("number", *names)
    before = {person["number"]: person for person in there}
    return [_difference(row, before[row.number], names) for row in _said(rows, numbers)]


def _changed_grants(roster: Import, rows: Sequence[GrantRow]) -> list[dict[str, Any]]:
    numbers = roster.numbers(RosterFile.GRANTS, RowState.CHANGED, SHOWN)
    there = Grant.objects.filter(number__in=numbers)
    before = {
        number: {"employee": employee, "plan": plan, **dict(zip(GRANT_FIELDS, facts, strict=True))}
        for number, employee, plan, *facts in there.values_list(
            "number", "employee__number", "plan__code", *GRANT_FIELDS
        )
    }
    names = ("employee", "plan", *GRANT_FIELDS)
    return [_difference(row, before[row.number], names) for row in _said(rows, numbers)]


def _difference(
    row: PersonRow | GrantRow, before: dict[str, Any], names: Iterable[str]
) -> dict[str, Any]:
    """What a row says otherwise than the roster. What a row does not say (None) stays."""
    unsaid = {"on_leave"} if getattr(row, "on_leave", None) is None else set()
    differences = [
        [name, _plain(before[name]), _plain(getattr(row, name))]
        for name in names
        if name not in unsaid and before[name] != getattr(row, name)
    ]
    return {"number": row.number, "whose": _whose(row), "differences": differences}


def _plain(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "Yes" if value else "No"
        case int():
            return f"{value:,}"
    return str(value)


def _whose(row: PersonRow | GrantRow) -> str:
    return row.name if isinstance(row, PersonRow) else row.employee


def _said(rows: Sequence[Any], numbers: Sequence[str]) -> list[Any]:
    wanted = set(numbers)
    return [row for row in rows if row.number in wanted] if wanted else []


def _forms_that_differ(grants: Sequence[GrantRow]) -> list[list[Any]]:
    try:
        offer = queries.current_offer()
    except Offer.DoesNotExist:
        return []
    then = {row.number: row.outstanding for row in grants}
    lines = (
        Line.objects.filter(
            submission__in=queries.governing_submissions(offer).values("pk"), choice=Choice.EXCHANGE
        )
        .select_related("grant", "submission")
        .only("outstanding", "grant_number", "submission__receipt", "submission__employee_number",
              "grant__granted", "grant__exercised", "grant__canceled")
        .order_by("grant_number")
    )  # fmt: skip
    return [
        [
            line.grant_number,
            line.submission.employee_number,
            line.submission.receipt,
            line.outstanding,
            then[line.grant_number],
        ]
        for line in lines.iterator(chunk_size=2000)
        if line.grant.outstanding == line.outstanding
        and then.get(line.grant_number, line.outstanding) != line.outstanding
    ]
