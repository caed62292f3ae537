"""Exports as the service gives them: what is noted, what a sheet holds, how little memory."""

from __future__ import annotations

import csv
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from elections.exports.cells import Cell, cell, harmless
from elections.exports.files import MOST_TEXT, csv_chunks, write_xlsx
from elections.exports.tables import TABLES
from elections.models import AuditEntry, Offer
from elections.services.export import Export, FileFormat, export_csv, export_xlsx
from tests.factory import DURING_OFFER, make_user

PACIFIC = ZoneInfo("America/Los_Angeles")
WRITERS = {FileFormat.CSV: export_csv, FileFormat.XLSX: export_xlsx}


class Broken(Exception):
    pass


def rows_then_nothing(offer: Offer, as_of: datetime) -> Iterator[tuple[Cell, ...]]:
    """A thousand rows, and then the database is gone."""
    for number in range(1000):
        yield (number,)
    raise Broken


def an_export(offer: Offer, file_format: FileFormat) -> Export:
    table = replace(TABLES["register"], columns=("n",), rows=rows_then_nothing)
    return Export(make_user("law@example.com"), table, offer, DURING_OFFER, file_format)


def workbook(rows: list[tuple[Cell, ...]], **options: int) -> dict[str, list[list[object]]]:
    """The sheets of what was written, by their names."""
    file = BytesIO()
    write_xlsx(file, "Things", ("a", "b"), rows, PACIFIC, **options)
    book = CalamineWorkbook.from_filelike(BytesIO(file.getvalue()))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_a_csv_that_breaks_in_the_middle_is_noted_as_cut_off_with_the_rows_so_far(
    offer: Offer,
) -> None:
    taken = []

    with pytest.raises(Broken):
        taken += export_csv(an_export(offer, FileFormat.CSV))

    entry = AuditEntry.objects.get()
    assert (entry.subject, entry.rows) == ("Register (cut off)", 1000)
    assert (entry.actor_email, entry.details["complete"]) == ("law@example.com", False)


def test_a_workbook_that_cannot_be_made_hands_nothing_out_and_is_not_noted(offer: Offer) -> None:
    with pytest.raises(Broken):
        export_xlsx(an_export(offer, FileFormat.XLSX))

    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("file_format", [FileFormat.CSV, FileFormat.XLSX])
def test_the_entry_comes_with_the_last_piece_and_not_before(
    offer: Offer, file_format: FileFormat
) -> None:
    export = Export(None, TABLES["register"], offer, DURING_OFFER, file_format)

    pieces = WRITERS[file_format](export)
    next(pieces)
    assert not AuditEntry.objects.exists()
    list(pieces)

    entry = AuditEntry.objects.get()
    assert (entry.subject, entry.rows, entry.actor) == ("Register", 0, None)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (datetime(2003, 1, 21, 5, 0, 0, 1, tzinfo=UTC), "2003-01-20T21:00:00.000001-08:00"),
        (datetime(2003, 7, 1, 4, 0, tzinfo=UTC), "2003-06-30T21:00:00.000000-07:00"),
        (date(2003, 1, 20), "2003-01-20"),
        (None, ""),
        (True, True),
        (0, 0),
        (-1, -1),
        (Decimal("-0.5000"), Decimal("-0.5000")),
        ("-1", "'-1"),
        ("0012", "0012"),
        ("", ""),
    ],
)
def test_a_cell_says_instants_with_their_offset_and_leaves_numbers_alone(
    value: Cell, said: object
) -> None:
    assert cell(value, PACIFIC) == said
    assert type(cell(value, PACIFIC)) is type(said)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\ra", "\na", "＝1", "－1"])
def test_a_formula_begins_with_an_apostrophe_and_what_is_none_stays(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"a{text}") == f"a{text}"


def test_what_one_sheet_cannot_hold_goes_on_to_the_next() -> None:
    rows: list[tuple[Cell, ...]] = [(n, str(n)) for n in range(5)]

    sheets = workbook(rows, most_rows=2)

    assert sheets == {
        "Things": [["a", "b"], [0, "0"], [1, "1"]],
        "Things 2": [["a", "b"], [2, "2"], [3, "3"]],
        "Things 3": [["a", "b"], [4, "4"]],
    }
    assert list(workbook(rows[:4], most_rows=2)) == ["Things", "Things 2"]


def test_a_text_too_long_for_a_cell_is_cut_and_not_left_out() -> None:
    fits, long = "x" * MOST_TEXT, "y" * (MOST_TEXT + 1)

    (_, (first, second)) = workbook([(fits, long)])["Things"]

    assert first == fits
    assert second == f"{'y' * 32_000}…"


@pytest.mark.parametrize("name", list(TABLES))
def test_a_sheet_has_the_columns_of_its_table_and_a_name_that_excel_takes(
    offer: Offer, name: str
) -> None:
    table = TABLES[name]
    export = Export(None, table, offer, DURING_OFFER, FileFormat.XLSX)

    book = openpyxl.load_workbook(BytesIO(b"".join(export_xlsx(export))))

    assert tuple(cell.value for cell in book.worksheets[0][1]) == table.columns
    assert len(set(table.columns)) == len(table.columns)
    assert book.worksheets[0].title.isprintable()


def test_a_csv_of_any_length_is_written_in_pieces_and_little_memory() -> None:
    def many() -> Iterator[tuple[Cell, ...]]:
        for number in range(100_000):
            yield (number, "=" * 40)

    tracemalloc.start()
    pieces = sum(1 for _ in csv_chunks(("a", "b"), many(), PACIFIC))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert pieces > 100
    assert peak < 1_000_000


def test_a_workbook_of_any_length_takes_little_memory(tmp_path: object) -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        rows = ((number, f"text {number}") for number in range(count))
        with open(f"{tmp_path}/{count}.xlsx", "wb") as file:  # noqa: PTH123
            write_xlsx(file, "Things", ("a", "b"), rows, PACIFIC)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(20_000) < peak(2_000) + 1_000_000


def test_a_cell_with_commas_quotes_and_lines_comes_back_as_it_was() -> None:
    text = 'Not signed,\n"really"\r\nno;'

    written = "".join(csv_chunks(("a",), [(text,)], PACIFIC))

    assert list(csv.reader(StringIO(written, newline=""))) == [["a"], [text]]
