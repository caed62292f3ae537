"""A table as a file: CSV as it is read, or XLSX, in as little memory however many rows it has."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import StringIO
from itertools import count
from typing import IO, Any
from zoneinfo import ZoneInfo

import xlsxwriter

from elections.exports.cells import Cell, cell, harmless_in_csv

ROWS_AT_ONCE = 500
MOST_ROWS = 1_048_575  # on one sheet of a workbook, beside the header
MOST_TEXT = 32_767  # in one cell of it


def csv_chunks(
    columns: Iterable[str], rows: Iterable[tuple[Cell, ...]], zone: ZoneInfo
) -> Iterator[str]:
    """The lines of a CSV file (RFC 4180), some at a time, the header with the first."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for number, row in enumerate(rows, start=1):
        said = (cell(value, zone) for value in row)
        writer.writerow([harmless_in_csv(one) if isinstance(one, str) else one for one in said])
        if number % ROWS_AT_ONCE == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def write_xlsx(
    file: IO[bytes],
    title: str,
    columns: tuple[str, ...],
    rows: Iterable[tuple[Cell, ...]],
    zone: ZoneInfo,
    *,
    most_rows: int = MOST_ROWS,
) -> None:
    """Write a workbook into `file`; what one sheet cannot hold goes on to the next.

    No text becomes a formula, a link or a number, whatever it looks like.
    """
    as_it_is = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
    options = {"constant_memory": True} | dict.fromkeys(as_it_is, False)
    with xlsxwriter.Workbook(file, options) as book:
        price = book.add_format({"num_format": "0.0000"})
        head = book.add_format({"bold": True})
        remaining, written, sheet = iter(rows), most_rows, None
        numbers = count(1)
        for row in remaining:
            if sheet is None or written == most_rows:
                sheet, written = _sheet(book, title, next(numbers), columns, head), 0
            written += 1
            for place, value in enumerate(row):
                _write(sheet, written, place, cell(value, zone), price)
        if sheet is None:
            _sheet(book, title, next(numbers), columns, head)


def _sheet(book: Any, title: str, number: int, columns: tuple[str, ...], head: Any) -> Any:
    """A new sheet with its header, which stays in sight."""
    name = title.replace(":", "")  # which the name of a sheet cannot hold
    sheet = book.add_worksheet(name if number == 1 else f"{name} {number}")
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(columns) - 1, 18)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column, head)
    return sheet


def _write(sheet: Any, row: int, place: int, value: str | int | bool | Decimal, price: Any) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, Decimal):
        sheet.write_number(row, place, float(value), price)
    elif isinstance(value, int):
        sheet.write_number(row, place, value)
    else:
        # Longer text would be left out by the writer without a word.
        sheet.write_string(row, place, value if len(value) <= MOST_TEXT else f"{value[:32_000]}…")
