"""How long importing a roster takes, beside the least that PostgreSQL needs for the same rows.

The least is a COPY of each file as it is, and one INSERT ... SELECT from each into the portal's own
tables with their keys and checks, committed. It checks no cell, compares nothing with what is
there, and makes no accounts. Both run in turn, each on its own copy of the portal's empty database.
There are three grants for each person. What the same files take again, and files in which
everything has changed, is told beside the first import (all new), which has the bars.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from bench import site
from bench.measure import Row, peak_memory

GRANTS_EACH = 3
MOST_TIMES = 4.0
MOST_MEMORY = 500  # MB
LEAST, FIRST = "the least, COPY and INSERT", "import, all new"

PEOPLE = {
    "Employee Number": "text",
    "Legal Name": "text",
    "Email": "text",
    "Country": "text",
    "Employment Type": "text",
    "Hire Date": "date",
    "Termination Date": "date",
    "Director": "boolean",
    "Executive Officer": "boolean",
}
GRANTS = {
    "Grant Number": "text",
    "Employee Number": "text",
    "Plan": "text",
    "Option Type": "text",
    "Grant Date": "date",
    "Exercise Price": "numeric",
    "Shares Granted": "integer",
    "Shares Exercised": "integer",
    "Shares Canceled": "integer",
    "Shares Outstanding": "integer",
    "Shares Vested": "integer",
}
INSERT_PEOPLE = """
INSERT INTO elections_employee (number, name, email, country, employment, hired_on, left_on,
    is_director, is_executive_officer, on_leave, ledger_length, ledger_head)
SELECT "Employee Number", "Legal Name", "Email", "Country", lower("Employment Type"), "Hire Date",
    "Termination Date", "Director", "Executive Officer", false, 0, repeat('0', 64)
FROM people
"""
INSERT_GRANTS = """
INSERT INTO elections_grant (number, employee_id, plan_id, kind, granted_on, exercise_price,
    granted, exercised, canceled, vested)
SELECT "Grant Number", e.id, p.id, "Option Type", "Grant Date", "Exercise Price",
    "Shares Granted", "Shares Exercised", "Shares Canceled", "Shares Vested"
FROM grants
JOIN elections_employee e ON e.number = "Employee Number"
JOIN elections_plan p ON p.code = "Plan"
"""


def run(people: int, rounds: int) -> list[Row]:
    """Measure `rounds` imports of so many people; the rows of the table."""
    with site.servers() as folder:
        first, later = folder / "first", folder / "later"
        write_files(first, people)
        write_files(later, people, domain="new.example.com", vested=2)
        found = [one_round(first, later, f"round_{n}") for n in range(rounds)]
    return rows(people, found)


def one_round(first: Path, later: Path, name: str) -> dict[str, float]:
    """Seconds that each took."""
    with database(f"{name}_least"):
        seconds = {LEAST: timed(lambda: copy_and_insert(first))}
    with database(name):
        seconds[FIRST] = timed(lambda: imported(first, new=True))
        seconds["again, nothing changed"] = timed(lambda: imported(first))
        seconds["again, everything changed"] = timed(lambda: imported(later, changed=True))
    return seconds


def rows(people: int, found: list[dict[str, float]]) -> list[Row]:
    """The medians, how many times the least they are, and the most memory used."""
    took = {what: median(seconds[what] for seconds in found) for what in found[0]}
    memory = peak_memory()
    return [
        Row("people, and their grants", f"{people:,}, {people * GRANTS_EACH:,}",
            f"medians of {len(found)}, by the clock"),
        *(
            Row(what, f"{seconds:.1f} s", f"{seconds / took[LEAST]:.2f} × the least",
                seconds / took[LEAST], most=MOST_TIMES if what == FIRST else None)
            for what, seconds in took.items()
        ),
        Row("most memory", f"{memory:.0f} MB", "", memory, most=MOST_MEMORY),
    ]  # fmt: skip


def imported(folder: Path, *, new: bool = False, changed: bool = False) -> None:
    """Import these files; every row must have been what it is said to be."""
    from elections.services.roster import import_roster

    with (folder / "people.csv").open("rb") as people, (folder / "grants.csv").open("rb") as held:
        result = import_roster(employees=people, grants=held)
    for tally in (result.people, result.grants):
        found = (bool(tally.new), bool(tally.changed), bool(tally.unchanged))
        if result.problems or found != (new, changed, not (new or changed)):
            raise RuntimeError(f"The import did something else: {result.problems[:3]} {tally}.")


def copy_and_insert(folder: Path) -> None:
    """The least: both files copied in as they are, and inserted."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for table, columns, insert in (
            ("people", PEOPLE, INSERT_PEOPLE),
            ("grants", GRANTS, INSERT_GRANTS),
        ):
            typed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
            cursor.execute(f"CREATE TEMPORARY TABLE {table} ({typed}) ON COMMIT DROP")
            with (
                (folder / f"{table}.csv").open("rb") as file,
                cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv, HEADER)") as copy,
            ):
                while piece := file.read(1 << 16):
                    copy.write(piece)
            cursor.execute(insert)


def write_files(folder: Path, people: int, domain: str = "example.com", vested: int = 3) -> None:
    """A roster of that many invented people; `domain` and `vested` differ in a later one."""
    folder.mkdir()
    with (folder / "people.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(PEOPLE)
        for n in range(people):
            hired = date(1995, 1, 2) + timedelta(days=n % 2800)
            rows.writerow([f"{n:06}", f"Person Number {n}", f"person{n}@{domain}", "US", "Regular",
                           hired, "", "No", "No"])  # fmt: skip
    plans, kinds = ("2000", "1994", "1993", "LW2001", "PR2001"), ("ISO", "NSO")
    with (folder / "grants.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(GRANTS)
        for n in range(people * GRANTS_EACH):
            granted = 100 + n * 37 % 9000
            rows.writerow([f"{n:08}", f"{n % people:06}", plans[n % 5], kinds[n % 2],
                           date(1998, 1, 2) + timedelta(days=n % 1600), f"{1 + n % 8900 / 100:.2f}",
                           granted, 0, 0, granted, granted // vested])  # fmt: skip


@contextmanager
def database(name: str) -> Iterator[None]:
    """A copy of the portal's database under that name, in which everything within happens."""
    site.copy_database(name)
    with site.using(name):
        yield
    site.drop_database(name)


def timed(work: Callable[[], None]) -> float:
    """Seconds by the clock on the wall."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
