"""Every table of a record of a thousand people, taken out, opened again and compared, cell by cell.

What is compared with is worked out here from the rows of the record, one by one in plain Python;
it shares no query with the exports.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook

from elections.exports.tables import TABLES
from elections.models import (
    AuditEntry,
    Employee,
    Grant,
    Offer,
    OutboxMessage,
    ReviewDecision,
    Submission,
)
from elections.services.export import Export, FileFormat, export_csv, export_xlsx
from tests.at_size import PEOPLE, make_forms, make_people, sequence_of
from tests.factory import EXPIRATION, make_user

PACIFIC = ZoneInfo("America/Los_Angeles")
NOW = EXPIRATION.replace(day=25)
Rows = list[list[object]]


@pytest.fixture
def at_size(offer: Offer) -> Offer:
    """The offer, with everything on record."""
    make_forms(offer, make_user("law@example.com"), make_people())
    return offer


def register() -> Rows:
    """The exchanged lines of what governs: the last timely form of each, not found irregular."""
    governing: dict[int, Submission] = {}
    forms = Submission.objects.prefetch_related("decisions", "lines")
    for form in sorted(forms, key=sequence_of):
        verdicts = [decision.verdict for decision in form.decisions.all()]
        if form.timely and verdicts[-1:] != ["irregular"]:
            governing[form.employee_id] = form
    return [
        [
            form.employee_number,
            form.employee_name,
            form.receipt,
            form.kind,
            form.received_at,
            line.grant_number,
            line.plan,
            line.granted_on,
            line.exercise_price,
            line.outstanding,
            line.new_shares,
            line.required,
        ]
        for form in sorted(governing.values(), key=lambda form: form.employee_number)
        for line in sorted(form.lines.all(), key=lambda line: (line.granted_on, line.grant_number))
        if line.choice == "exchange"
    ]


def reviews() -> Rows:
    """Every decision; the last one on a form is not outweighed."""
    decisions = list(
        ReviewDecision.objects.select_related("submission", "decided_by").order_by("pk")
    )
    last = {decision.submission_id: decision.pk for decision in decisions}
    return [
        [
            one.decided_at,
            one.verdict,
            one.reason,
            one.decided_by.email,
            one.submission.receipt,
            one.submission.employee_number,
            one.submission.employee_name,
            one.submission.kind,
            one.submission.channel,
            one.submission.received_at,
            one.submission.timely,
            last[one.submission_id] != one.pk,
        ]
        for one in decisions
    ]


def mails() -> Rows:
    """Every mail; none is about an extension, and none was rendered."""
    return [
        [
            mail.kind,
            mail.state,
            mail.recipient,
            mail.employee.number,
            mail.employee.name,
            mail.submission.receipt,
            None,
            mail.message_id,
            mail.attempts,
            mail.created_at,
            mail.sent_at,
            mail.last_error,
            None,
        ]
        for mail in OutboxMessage.objects.select_related("employee", "submission").order_by("pk")
    ]


def employees() -> Rows:
    """Everyone, with yes and no in words."""

    def word(truth: bool) -> str:
        return "Yes" if truth else "No"

    return [
        [
            one.number,
            one.name,
            one.email,
            one.country,
            one.employment,
            one.hired_on,
            one.left_on,
            word(one.is_director),
            word(one.is_executive_officer),
            word(one.on_leave),
        ]
        for one in sorted(Employee.objects.all(), key=lambda one: one.number)
    ]


def grants() -> Rows:
    """Every grant, by its holder's number."""
    in_order = sorted(
        Grant.objects.select_related("employee", "plan"),
        key=lambda one: (one.employee.number, one.granted_on, one.number),
    )
    return [
        [
            one.number,
            one.employee.number,
            one.plan.code,
            one.kind,
            one.granted_on,
            one.exercise_price,
            one.granted,
            one.exercised,
            one.canceled,
            one.granted - one.exercised - one.canceled,
            one.vested,
        ]
        for one in in_order
    ]


RECORD: dict[str, Callable[[], Rows]] = {
    "register": register,
    "reviews": reviews,
    "mails": mails,
    "employees": employees,
    "grants": grants,
}


def opened(export: Export) -> tuple[list[object], Rows]:
    """The header and the rows of the file, as a spreadsheet reads them."""
    if export.file_format == FileFormat.CSV:
        text = b"".join(export_csv(export)).decode("utf-8-sig")
        head, *rows = csv.reader(StringIO(text, newline=""))
        return list(head), [list(row) for row in rows]
    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(export_xlsx(export))))
    (name,) = book.sheet_names
    head, *rows = book.get_sheet_by_name(name).to_python()
    return list(head), [list(row) for row in rows]


def says(cell: object, value: object) -> bool:
    """Whether a cell of either file says `value` of the record, and says it harmlessly."""
    match value:
        case None:
            return cell == ""
        case bool():
            return cell is value or cell == str(value)
        case int() | Decimal():
            return Decimal(str(cell)) == value
        case datetime():
            return cell == value.astimezone(PACIFIC).isoformat(timespec="microseconds")
        case date():
            return cell == value.isoformat()
        case _:
            return cell == (f"'{value}" if str(value).startswith(("=", "-", "@")) else value)


def differences(found: Rows, record: Iterable[list[object]]) -> list[tuple[object, object]]:
    """The cells that say something else than the record, each beside what it should say."""
    return [
        pair
        for cells, values in zip(found, record, strict=True)
        for pair in zip(cells, values, strict=True)
        if not says(*pair)
    ]


@pytest.mark.parametrize("file_format", [FileFormat.CSV, FileFormat.XLSX])
def test_every_cell_of_every_table_says_what_is_on_record(
    at_size: Offer, file_format: FileFormat
) -> None:
    counts = {}
    for name, table in TABLES.items():
        export = Export(None, table, at_size, NOW, file_format)
        head, rows = opened(export)

        assert tuple(head) == table.columns
        assert differences(rows, RECORD[name]()) == [], name
        counts[name] = len(rows)

    assert counts.keys() == RECORD.keys()
    assert counts["employees"] == PEOPLE
    assert counts["grants"] == 4 * PEOPLE
    assert counts["mails"] > PEOPLE
    assert min(counts["register"], counts["reviews"]) > 500
    noted = dict(AuditEntry.objects.filter(act="export").values_list("subject", "rows"))
    assert noted == {TABLES[name].title: count for name, count in counts.items()}


def test_one_cell_that_says_something_else_is_found(at_size: Offer) -> None:
    _, rows = opened(Export(None, TABLES["register"], at_size, NOW, FileFormat.CSV))
    record = register()
    line = next(n for n, row in enumerate(record) if row[9] == 1321)
    record[line][9] = 1322
    later = record[line][4]
    assert isinstance(later, datetime)
    record[line][4] = later.replace(microsecond=later.microsecond ^ 1)

    assert differences(rows, record) == [
        (later.astimezone(PACIFIC).isoformat(timespec="microseconds"), record[line][4]),
        ("1321", 1322),
    ]
