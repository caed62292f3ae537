"""A roster as a workbook: the same rows as from CSV, and what cannot be read told in a sentence."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import BinaryIO

import pytest
import xlsxwriter

from elections.services.roster import texts
from elections.services.roster.rows import PersonRow
from elections.services.roster.sheets import Sheet, read_people
from elections.services.roster.workbooks import TOO_MUCH
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


def cut_short(workbook: bytes) -> bytes:
    return workbook[: len(workbook) // 2]


def without_a_book(workbook: bytes) -> bytes:
    return _with_part(workbook, "xl/workbook.xml", lambda part: b"")


@pytest.mark.parametrize("damage", [cut_short, without_a_book])
def test_a_damaged_workbook_is_refused_in_a_sentence(damage: Callable[[bytes], bytes]) -> None:
    (sentence,) = refused(io.BytesIO(damage(workbook(HEADER).read())))

    assert sentence.startswith("employees, line 1: is a workbook that cannot be opened (")


def test_an_archive_that_is_no_workbook_is_refused_in_a_sentence() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("readme.txt", "Not a workbook.")
    archive.seek(0)

    (sentence,) = refused(archive)

    assert sentence.startswith("employees, line 1: is a workbook that cannot be opened (")


def _with_part(workbook: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same workbook with one part of its archive changed."""
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as packed,
        zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as into,
    ):
        for part in packed.namelist():
            content = packed.read(part)
            into.writestr(part, change(content) if part == name else content)
    return changed.getvalue()


def with_a_stray_cell(row: int, column: int, *, value: str = "?") -> BinaryIO:
    """A roster with one cell, counted from 0, beyond its table; empty but formatted for ""."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, list(employee().values()))
        sheet.write(row, column, value, book.add_format({"bold": True}))
    content.seek(0)
    return content


def miscounted(workbook: bytes) -> bytes:
    """It claims more texts than there is room for anywhere."""
    return _with_part(
        workbook,
        "xl/sharedStrings.xml",
        lambda part: re.sub(rb'uniqueCount="[0-9]+"', b'uniqueCount="99999999999"', part),
    )


def with_a_far_cell(workbook: bytes) -> bytes:
    """What opens it makes room for all that lies between, which is 512 GB."""
    return with_a_stray_cell(1_048_575, 16_383).read()


@pytest.mark.parametrize("harm", [with_a_far_cell, miscounted])
def test_a_workbook_that_asks_for_too_much_ends_its_reader_and_nothing_else(
    harm: Callable[[bytes], bytes],
) -> None:
    assert refused(io.BytesIO(harm(workbook(HEADER, ["1"]).read()))) == [
        f"employees, line 1: {TOO_MUCH}"
    ]


def test_a_formatted_cell_with_nothing_in_it_does_no_harm_wherever_it_is() -> None:
    assert len(rows_of(read_people(with_a_stray_cell(1_048_575, 16_383, value="")))) == 1


def test_lines_are_counted_without_reading_the_file_away() -> None:
    stream = raw("a\nb\nc\n")

    assert texts.count_lines(stream) == 3
    assert stream.read() == b"a\nb\nc\n"
