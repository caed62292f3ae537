"""Reading the roster's two files: what is accepted, and how each bad row is named."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elections.core.terms import OptionKind
from elections.models.people import Employment
from elections.services.roster import cells, sheets
from elections.services.roster.rows import GrantRow, PersonRow, RosterFile, RosterProblem
from elections.services.roster.sheets import Sheet, read_grants, read_people
from tests.roster_files import EMPLOYEE, employee, employees_file, grant, grants_file, raw

PEOPLE_HEADER = ",".join(EMPLOYEE)
PAT = "000123,Pat Example,pat@example.com,US,Regular,1999-06-07,,No,No"


def read_held(stream: BinaryIO) -> Sheet[GrantRow]:
    return read_grants(stream, plans={"2000", "1994"}, employees={"000123", "7"})


def places(problems: list[RosterProblem]) -> list[tuple[int, str]]:
    return [(problem.line, problem.column) for problem in problems]


def test_a_person_is_read_into_typed_values() -> None:
    sheet = read_people(
        employees_file(
            employee(
                Legal_Name="José  Núñez-O'Brien",
                Email="Jose@Example.COM",
                Country="gb",
                Employment_Type="CONTRACTOR",
                Termination_Date="2002-12-31",
                Director="YES",
                Executive_Officer="n",
            )
        )
    )

    assert sheet.problems == []
    assert sheet.rows == [
        PersonRow(
            line=2,
            number="000123",
            name="José Núñez-O'Brien",
            email="jose@example.com",
            country="GB",
            employment=Employment.CONTRACTOR,
            hired_on=date(1999, 6, 7),
            left_on=date(2002, 12, 31),
            is_director=True,
            is_executive_officer=False,
        )
    ]


def test_a_grant_is_read_into_typed_values() -> None:
    sheet = read_held(
        grants_file(
            grant(
                Grant_Date="4/2/2001",
                Exercise_Price="$1,003.0125",
                Option_Type="nqso",
                Shares_Granted="1,000",
            )
        )
    )

    assert sheet.problems == []
    assert sheet.rows == [
        GrantRow(
            line=2,
            number="00004711",
            employee="000123",
            plan="2000",
            kind=OptionKind.NSO,
            granted_on=date(2001, 4, 2),
            exercise_price=Decimal("1003.0125"),
            granted=1000,
            exercised=100,
            canceled=50,
            outstanding=850,
            vested=300,
        )
    ]


def test_leading_zeros_belong_to_a_number() -> None:
    sheet = read_people(
        employees_file(employee("7", Email="a@example.com"), employee("007", Email="b@example.com"))
    )

    assert [row.number for row in sheet.rows] == ["7", "007"]
    assert sheet.numbers == {"7", "007"}


@pytest.mark.parametrize(
    "text",
    [
        f"{PEOPLE_HEADER}\n{PAT}\n",
        f"\ufeff{PEOPLE_HEADER}\r\n{PAT}\r\n",
        f"# Everyone here is invented.\n\n# So is this.\n{PEOPLE_HEADER}\n{PAT}",
        f'"# A spreadsheet quotes a remark, if it has a comma"\n{PEOPLE_HEADER}\n{PAT}\n',
        f"\ufeff# Invented.\n{PEOPLE_HEADER}\n{PAT}\n",
        f"{PEOPLE_HEADER.upper().replace(' ', '')}\n{PAT}\n",
        f"{PEOPLE_HEADER.lower().replace(' ', '_')}\n\n{PAT}\n,,,,,,,,\n",
        f"Site,{PEOPLE_HEADER},Manager\nIrvine,{PAT},Kim\n",
        f"{PEOPLE_HEADER}\n{PAT},,\n",
    ],
    ids=[
        "plain",
        "byte order mark",
        "remarks",
        "quoted remark",
        "mark and remark",
        "capitals, no spaces",
        "underscores and empty rows",
        "columns not asked for",
        "trailing commas",
    ],
)
def test_what_exports_look_like_is_accepted(text: str) -> None:
    sheet = read_people(raw(text))

    assert sheet.problems == []
    assert [(row.number, row.name) for row in sheet.rows] == [("000123", "Pat Example")]


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("Employee Number", "", "is empty."),
        ("Employee Number", "1" * 41, "has 41 characters; at most 40 fit."),
        ("Employee Number", "=1+1", "only letters, digits and . _ / - fit."),
        ("Employee Number", "１２３", "only letters, digits and . _ / - fit."),
        ("Legal Name", "  ", "is empty."),
        ("Legal Name", "x" * 201, "has 201 characters; at most 200 fit."),
        ("Legal Name", "Pat\x00Example", "invisible control character"),
        ("Legal Name", "Pat \u202eelpmaxE", "invisible control character"),
        ("Email", "pat.example.com", "'pat.example.com' is not an email address."),
        ("Email", "pat@example.com\u200b", "is not an email address."),
        ("Email", f"{'x' * 250}@example.com", "at most 254 fit."),
        ("Country", "USA", "'USA' is not a two-letter country code"),
        ("Employment Type", "Permanent", "none of regular, temporary, contractor, intern."),
        ("Hire Date", "", "is empty."),
        ("Hire Date", "2002-02-30", "'2002-02-30' is not a day of any calendar."),
        ("Hire Date", "02/30/2002", "is not a day of any calendar."),
        ("Hire Date", "0202-01-05", "lies outside 1930 to 2099."),
        ("Hire Date", "1/5/02", "is not a date such as 2002-12-19 or 12/19/2002."),
        ("Hire Date", "20020105", "is not a date such as"),
        ("Termination Date", "soon", "is not a date such as"),
        ("Termination Date", "1999-06-06", "1999-06-06 is before the hire date, 1999-06-07."),
        ("Director", "", "is empty."),
        ("Executive Officer", "maybe", "'maybe' is none of yes, y, true, no, n, false."),
    ],
)
def test_a_bad_cell_of_a_person_is_named(column: str, text: str, reason: str) -> None:
    sheet = read_people(employees_file(employee("1"), employee("2") | {column: text}))

    (problem,) = sheet.problems
    assert (problem.file, problem.line, problem.column) == (RosterFile.EMPLOYEES, 3, column)
    assert reason in problem.reason
    assert [row.number for row in sheet.rows] == ["1"]


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("Employee Number", "000124", "neither in the employees file nor on record."),
        ("Plan", "1999", "'1999' is not the code of a plan that is loaded."),
        ("Option Type", "RSU", "'RSU' is none of iso, nso, nq, nqso."),
        ("Grant Date", "13/01/2001", "is not a day of any calendar."),
        ("Exercise Price", "0.00", "0.00 is not above zero."),
        ("Exercise Price", "-3.01", "'-3.01' is not a price in dollars."),
        ("Exercise Price", "3.00995", "has more than four decimals"),
        ("Exercise Price", "3,01", "'3,01' is not a price in dollars."),
        ("Exercise Price", "$", "is not a price in dollars."),
        ("Exercise Price", "NaN", "is not a price in dollars."),
        ("Exercise Price", "100000000", "is more than the $99,999,999.9999 that fits."),
        ("Shares Granted", "1000.5", "'1000.5' is not a whole number of shares."),
        ("Shares Granted", "1,00", "is not a whole number of shares."),
        ("Shares Granted", "-1000", "is not a whole number of shares."),
        ("Shares Granted", "١٠٠٠", "is not a whole number of shares."),
        ("Shares Granted", "１000", "is not a whole number of shares."),
        ("Shares Granted", "²", "is not a whole number of shares."),
        ("Shares Granted", "2147483648", "is more than the 2,147,483,647 shares that fit."),
        ("Shares Granted", "9" * 5000, "shares that fit."),
        ("Shares Exercised", "", "is empty."),
        (
            "Shares Outstanding",
            "851",
            "851 is not 1,000 granted - 100 exercised - 50 canceled, which is 850.",
        ),
        ("Shares Vested", "851", "851 is more than the 850 outstanding"),
    ],
)
def test_a_bad_cell_of_a_grant_is_named(column: str, text: str, reason: str) -> None:
    sheet = read_held(grants_file(grant("1"), grant("2") | {column: text}))

    (problem,) = sheet.problems
    assert (problem.file, problem.line, problem.column) == (RosterFile.GRANTS, 3, column)
    assert reason in problem.reason
    assert [row.number for row in sheet.rows] == ["1"]


def test_more_exercised_and_canceled_than_granted_cannot_add_up() -> None:
    sheet = read_held(
        grants_file(
            grant(Shares_Exercised="900", Shares_Canceled="200", Shares_Outstanding="0",
                  Shares_Vested="0")
        )
    )  # fmt: skip

    (problem,) = sheet.problems
    assert problem.reason.endswith("which is -100.")


def test_every_bad_row_is_named_not_only_the_first() -> None:
    sheet = read_people(
        employees_file(
            employee("1", Country="USA", Hire_Date="never"),
            employee("2"),
            employee("3", Director="?"),
            employee("2", Email="other@example.com"),
            employee("5", Email="E2@example.com"),
        )
    )

    assert places(sheet.problems) == [
        (2, "Country"),
        (2, "Hire Date"),
        (4, "Director"),
        (5, "Employee Number"),
        (6, "Email"),
    ]
    assert sheet.problems[3].reason == "'2' stands on line 3 already."
    assert sheet.problems[4].reason == "'e2@example.com' stands on line 3 already."
    assert [row.number for row in sheet.rows] == ["2"]


def test_a_number_is_taken_even_by_a_row_with_another_fault() -> None:
    sheet = read_held(grants_file(grant("1", Plan="none"), grant("1")))

    assert places(sheet.problems) == [(2, "Plan"), (3, "Grant Number")]


def test_a_comma_too_many_is_one_problem_not_ten() -> None:
    text = f"{PEOPLE_HEADER}\n{PAT.replace('Pat Example', 'Example, Pat')}\n000124,Kim\n"

    sheet = read_people(raw(text))

    assert [str(problem) for problem in sheet.problems] == [
        "employees, line 2: has 10 values where the header has 9.",
        "employees, line 3: has 2 values where the header has 9.",
    ]
    assert sheet.numbers == {"000123", "000124"}
    assert sheet.rows == []


def test_missing_and_doubled_columns_are_all_named() -> None:
    header = PEOPLE_HEADER.replace("Country", "Land").replace("Director", "email")

    sheet = read_people(raw(f"# A remark\n{header}\n{PAT}\n"))

    assert [str(problem) for problem in sheet.problems] == [
        "employees, line 2, Email: stands in the header more than once.",
        "employees, line 2, Country: is missing from the header.",
        "employees, line 2, Director: is missing from the header.",
    ]
    assert sheet.rows == []


@pytest.mark.parametrize("text", ["", "\n\n", "# only a remark\n"])
def test_a_file_without_a_header_is_refused(text: str) -> None:
    (problem,) = read_people(raw(text)).problems

    assert problem.reason == "there is no header: the file is empty."


def test_a_header_alone_is_a_roster_of_nobody() -> None:
    sheet = read_people(raw(PEOPLE_HEADER))

    assert (sheet.rows, sheet.problems) == ([], [])


def test_another_encoding_is_refused_at_the_line_that_shows_it() -> None:
    good = PAT.replace("000123", "1").replace("pat@", "kim@")
    text = f"{PEOPLE_HEADER}\n{good}\n{PAT.replace('Pat', 'José')}\n"

    sheet = read_people(raw(text, encoding="latin-1"))

    (problem,) = sheet.problems
    assert problem.line == 3
    assert problem.reason == "is not UTF-8 text; please save the file as CSV in UTF-8."


def test_utf_16_is_refused() -> None:
    (problem,) = read_people(raw(f"{PEOPLE_HEADER}\n{PAT}\n", encoding="utf-16")).problems

    assert (problem.line, problem.reason.startswith("is not UTF-8 text")) == (1, True)


def test_broken_quotes_are_refused_at_the_line_where_they_begin() -> None:
    broken = PAT.replace("Pat Example", '"Pat Example')

    (problem,) = read_people(raw(f"# A remark\n{PEOPLE_HEADER}\n{broken}\n{PAT}\n")).problems

    assert problem.line == 3
    assert problem.reason.startswith("is not CSV from here on")


def test_a_row_is_named_by_the_line_on_which_it_begins() -> None:
    two_lines = PAT.replace("Pat Example", '"Pat\nExample"')
    text = f"# A remark\n{PEOPLE_HEADER}\n{two_lines}\n{PAT}\n"

    sheet = read_people(raw(text))

    assert [(row.line, row.name) for row in sheet.rows] == [(3, "Pat Example")]
    assert places(sheet.problems) == [(5, "Employee Number"), (5, "Email")]


def test_a_name_is_the_same_however_its_accents_are_encoded() -> None:
    rows = [employee("1", Legal_Name="Jose\u0301"), employee("2", Legal_Name="Jos\u00e9")]

    sheet = read_people(employees_file(*rows))

    assert [row.name for row in sheet.rows] == ["Jos\u00e9", "Jos\u00e9"]


def test_a_joiner_is_part_of_a_name() -> None:
    sheet = read_people(employees_file(employee(Legal_Name="ක්\u200dරිෂ්")))

    assert sheet.problems == []


@pytest.mark.parametrize(
    "reader",
    [
        cells.number,
        cells.person_name,
        cells.email,
        cells.country,
        cells.day,
        cells.day_or_none,
        cells.shares,
        cells.price,
        cells.yes_or_no,
    ],
)
@given(text=st.text() | st.from_regex(r"\$?[0-9,./-]{0,50}"))
def test_whatever_a_cell_says_it_is_read_or_refused(
    reader: Callable[[str], object], text: str
) -> None:
    with suppress(ValueError):  # any other error would end the import with a traceback
        reader(text)


@given(
    price=st.decimals("0.0001", "99999999.9999", places=4),
    shares=st.integers(0, 2_147_483_647),
    day=st.dates(date(1930, 1, 1), date(2099, 12, 31)),
)
def test_what_is_written_the_american_way_is_read_exactly(
    price: Decimal, shares: int, day: date
) -> None:
    assert cells.price(f"${price:,}") == price
    assert cells.shares(f"{shares:,}") == cells.shares(f" {shares}") == cells.shares(str(shares))
    assert cells.shares(str(shares)) == shares
    assert cells.day(f"{day.month}/{day.day}/{day.year}") == day
    assert cells.day(day.isoformat()) == day


@pytest.mark.parametrize(
    "column", ["Employee_Number", "Legal_Name", "Email", "Country", "Director"]
)
def test_a_reason_repeats_no_more_of_a_value_than_tells_which_it_is(column: str) -> None:
    (problem,) = read_people(employees_file(employee(**{column: "x" * 100_000}))).problems

    assert len(problem.reason) < 200


@pytest.mark.parametrize("digits", ["9" * 100_000, "0." + "1" * 100_000])
def test_nor_of_a_number(digits: str) -> None:
    row = grant(Exercise_Price=digits, Shares_Granted=digits)

    assert all(len(problem.reason) < 200 for problem in read_held(grants_file(row)).problems)


def test_a_file_of_another_kind_is_not_read_to_its_end_for_more_errors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sheets, "MOST_PROBLEMS", 3)
    rows = [employee(str(n), Hire_Date="soon") for n in range(5)]

    problems = read_people(employees_file(*rows)).problems

    assert places(problems) == [(2, "Hire Date"), (3, "Hire Date"), (4, "Hire Date"), (4, "")]
    assert problems[-1].reason == "is where reading ended: 3 errors or more stand up to here."


def test_a_file_with_fewer_errors_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_PROBLEMS", 3)
    bad = [employee("1", Hire_Date="soon"), employee("2", Hire_Date="soon")]

    sheet = read_people(employees_file(*bad, employee("3")))

    assert (len(sheet.problems), len(sheet.rows)) == (2, 1)
