"""Empty files to fill in have just the columns that an import asks for."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from elections.services.roster.rows import RosterFile
from elections.services.roster.sheets import read_grants, read_people
from elections.services.roster.templates import csv_template, xlsx_template
from elections.services.roster.texts import lines_of
from tests.roster_files import EMPLOYEE, GRANT

MAKERS = (csv_template, xlsx_template)


@pytest.mark.parametrize("make", MAKERS)
def test_an_empty_template_is_read_without_a_complaint(make: Callable[[RosterFile], bytes]) -> None:
    people = read_people(io.BytesIO(make(RosterFile.EMPLOYEES)))
    grants = read_grants(io.BytesIO(make(RosterFile.GRANTS)), plans=(), employees=())

    assert (people.rows, people.problems) == ([], [])
    assert (grants.rows, grants.problems) == ([], [])


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    ("file", "columns"),
    [(RosterFile.EMPLOYEES, {*EMPLOYEE, "On Leave"}), (RosterFile.GRANTS, {*GRANT})],
)
def test_a_template_has_every_column_that_is_read(
    make: Callable[[RosterFile], bytes], file: RosterFile, columns: set[str]
) -> None:
    (_, header), *rows = lines_of(io.BytesIO(make(file)))

    assert set(header) == columns
    assert rows == []


def test_a_row_typed_below_a_template_keeps_its_line() -> None:
    filled = (
        csv_template(RosterFile.EMPLOYEES) + b"000123,Pat,pat@example.com,US,Intern,bad,,,,No\n"
    )

    (problem,) = read_people(io.BytesIO(filled)).problems[:1]

    assert (problem.line, problem.column) == (12, "Hire Date")
