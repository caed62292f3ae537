"""A roster as a workbook: the same rows as from CSV, and what cannot be read told in a sentence."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import BinaryIO

import pytest
import xlsxwriter

from elections.services.roster import texts
from elections.services.roster.rows import PersonRow
from elections.services.roster.sheets import Sheet, read_people
from tests.roster_files import EMPLOYEE, employee, employees_file, raw, workbook

HEADER = list(EMPLOYEE)


def refused(stream: BinaryIO) -> list[str]:
    return [str(problem) for problem in read_people(stream).problems]


def rows_of(sheet: Sheet[PersonRow]) -> list[PersonRow]:
    assert sheet.problems == []
    return sheet.rows


def test_a_workbook_says_the_same_as_a_csv_file_with_its_rows() -> None:
    rows = [employee("000123"), employee("7", Country="GB", Termination_Date="2002-12-31")]

    from_workbook = read_people(workbook(HEADER, *[list(row.values()) for row in rows]))

    assert rows_of(from_workbook) == rows_of(read_people(employees_file(*rows)))


def test_cells_that_are_numbers_dates_and_truths_are_read_as_what_they_show() -> None:
    typed = {
        "Employee Number": 123,
        "Hire Date": date(1999, 6, 7),
        "Termination Date": datetime(2002, 12, 31),
        "Director": True,
        "Executive Officer": False,
    }

    (person,) = rows_of(read_people(workbook(HEADER, list((employee() | typed).values()))))

    assert person.number == "123"
    assert (person.hired_on, person.left_on) == (date(1999, 6, 7), date(2002, 12, 31))
    assert (person.is_director, person.is_executive_officer) == (True, False)


def test_a_row_of_a_workbook_is_named_by_the_number_that_the_spreadsheet_shows() -> None:
    bad = list(employee(Hire_Date="yesterday").values())

    stream = workbook(["# Exported for the offer"], [], HEADER, list(employee("7").values()), bad)

    assert refused(stream) == [
        "employees, line 5, Hire Date: 'yesterday' is not a date such as 2002-12-19 or 12/19/2002."
    ]


def test_a_formula_that_failed_is_an_empty_cell() -> None:
    content = io.BytesIO()

    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, list(employee().values()))
        sheet.write_formula(1, HEADER.index("Country"), "=1/0", value="#DIV/0!")
    content.seek(0)

    assert refused(content) == ["employees, line 2, Country: is empty."]


def test_rows_on_a_second_sheet_are_not_passed_over() -> None:
    stream = workbook(HEADER, sheets={"More": [["000124"]]})

    assert refused(stream) == [
        "employees, line 1: has rows on more than one sheet, “Roster” and “More”; please keep only"
        " one."
    ]


def test_an_empty_sheet_beside_the_roster_does_no_harm() -> None:
    stream = workbook(HEADER, list(employee().values()), sheets={"Sheet2": []})

    assert len(rows_of(read_people(stream))) == 1


@pytest.mark.parametrize("rows", [(), (["# nothing but a remark"],)])
def test_a_workbook_without_a_header_is_refused(rows: tuple[list[str], ...]) -> None:
    assert refused(workbook(*rows)) == [
        "employees, line 1: there is no header: the workbook is empty."
    ]


def test_a_damaged_workbook_is_refused_in_a_sentence() -> None:
    whole = workbook(HEADER).read()

    assert refused(io.BytesIO(whole[: len(whole) // 2])) == [
        "employees, line 1: is a damaged workbook; please save it again as XLSX."
    ]


def test_an_archive_that_is_no_workbook_is_refused_in_a_sentence() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("readme.txt", "Not a workbook.")
    archive.seek(0)

    (sentence,) = refused(archive)

    assert sentence.startswith("employees, line 1: is a workbook that cannot be opened (")


def test_a_workbook_that_would_unpack_beyond_measure_is_refused_unopened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(texts, "MOST_UNPACKED", 1000)

    assert refused(workbook(HEADER)) == [
        "employees, line 1: unpacks to more than 1 GB; please save it as CSV."
    ]


def test_lines_are_counted_without_reading_the_file_away() -> None:
    stream = raw("a\nb\nc\n")

    assert texts.count_lines(stream) == 3
    assert stream.read() == b"a\nb\nc\n"
