"""Roster files as a stock-plan system would export them, one keyword for each cell that matters,
and importing them.
"""

from __future__ import annotations

import csv
import io
from typing import Any, BinaryIO

import xlsxwriter

from elections.services.roster import RosterResult, import_roster

Rows = list[dict[str, str]]

EMPLOYEE = {
    "Employee Number": "000123",
    "Legal Name": "Pat Example",
    "Email": "pat@example.com",
    "Country": "US",
    "Employment Type": "Regular",
    "Hire Date": "1999-06-07",
    "Termination Date": "",
    "Director": "No",
    "Executive Officer": "No",
}
GRANT = {
    "Grant Number": "00004711",
    "Employee Number": "000123",
    "Plan": "2000",
    "Option Type": "ISO",
    "Grant Date": "2001-04-02",
    "Exercise Price": "6.00",
    "Shares Granted": "1000",
    "Shares Exercised": "100",
    "Shares Canceled": "50",
    "Shares Outstanding": "850",
    "Shares Vested": "300",
}


def employee(number: str = "000123", **cells: str) -> dict[str, str]:
    """A good row of the employees file; `Hire_Date="..."` replaces the cell of that column."""
    address = {"Employee Number": number, "Email": f"e{number}@example.com"}
    return EMPLOYEE | address | _columns(cells)


def grant(number: str = "00004711", **cells: str) -> dict[str, str]:
    """A good row of the grants file, of employee 000123."""
    return GRANT | {"Grant Number": number} | _columns(cells)


def employees_file(*rows: dict[str, str]) -> BinaryIO:
    """An employees file with these rows, the first of them on line 2.

    It has a column of leaves where a row does.
    """
    leaves = [name for row in rows for name in row if name not in EMPLOYEE]
    return _file([*EMPLOYEE, *dict.fromkeys(leaves)], rows)


def grants_file(*rows: dict[str, str]) -> BinaryIO:
    """A grants file with these rows, the first of them on line 2."""
    return _file(list(GRANT), rows)


def load(persons: Rows, grants: Rows | None = None, **options: Any) -> RosterResult:
    """Import files with these rows."""
    return import_roster(
        employees=employees_file(*persons), grants=grants_file(*(grants or [])), **options
    )


def accepted(persons: Rows, grants: Rows | None = None) -> RosterResult:
    """What importing these rows did, which must have been possible."""
    result = load(persons, grants)
    assert result.problems == ()
    return result


def refusals(result: RosterResult) -> list[str]:
    """What was wrong, in the words shown."""
    return [str(problem) for problem in result.problems]


def workbook(*rows: list[Any], sheets: dict[str, list[list[Any]]] | None = None) -> BinaryIO:
    """An XLSX file with these rows on its one sheet, each value as the kind of cell it is.

    `sheets` are more of them.
    """
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, cells in {"Roster": list(rows), **(sheets or {})}.items():
            sheet = book.add_worksheet(name)
            for line, row in enumerate(cells):
                sheet.write_row(line, 0, row)
    content.seek(0)
    return content


def raw(text: str, encoding: str = "utf-8") -> BinaryIO:
    """A file of exactly this text."""
    return io.BytesIO(text.encode(encoding))


def _file(header: list[str], rows: tuple[dict[str, str], ...]) -> BinaryIO:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header)
    writer.writeheader()
    writer.writerows(rows)
    return raw(text.getvalue())


def _columns(cells: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", " "): text for name, text in cells.items()}
