"""How long importing a roster takes, beside the least that PostgreSQL needs for the same rows.

    .venv/bin/python -m bench.roster [--people 100000] [--rounds 3]

The least is a COPY of each file as it is, and one INSERT ... SELECT from each into the portal's own
tables with their keys and checks, committed. It checks no cell, compares nothing with what is
there, and makes no accounts. Both run in turn, each on its own copy of a migrated database of a
private PostgreSQL that keeps its defaults (fsync on). There are three grants for each person.

Exits 1 when the first import (all new) takes more than four times the least, by the medians, or the
process more than 500 MB. What the same files take again, and files in which everything has changed,
is told beside it.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from scripts import services

ROOT = Path(__file__).resolve().parent.parent
OFFER = ROOT / "offers" / "lantronix-2002"
GRANTS_EACH = 3
MOST_TIMES = 4
MOST_MEMORY = 500  # MB
FIRST = "import, all new"

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


def main() -> int:
    """Measure, and say what was found; returns 1 when the bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.roster", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as name, portal(Path(name)):
        first, later = Path(name, "first"), Path(name, "later")
        write_files(first, chosen.people)
        write_files(later, chosen.people, domain="new.example.com", vested=2)
        rounds = [one_round(first, later, f"round_{n}") for n in range(chosen.rounds)]
    return tell(chosen.people, rounds)


def one_round(first: Path, later: Path, name: str) -> dict[str, float]:
    """Seconds that each took."""
    with database(f"{name}_least"):
        seconds = {"the least": timed(lambda: copy_and_insert(first))}
    with database(name):
        seconds[FIRST] = timed(lambda: imported(first, new=True))
        seconds["again, nothing changed"] = timed(lambda: imported(first))
        seconds["again, everything changed"] = timed(lambda: imported(later, changed=True))
    return seconds


def tell(people: int, rounds: list[dict[str, float]]) -> int:
    """Print the medians, how many times the least they are, and the most memory used."""
    least = median(seconds["the least"] for seconds in rounds)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(f"{people:,} people, {people * GRANTS_EACH:,} grants; medians of {len(rounds)}")
    first = median(seconds[FIRST] for seconds in rounds)
    missed = first > MOST_TIMES * least or memory > MOST_MEMORY
    for what in rounds[0]:
        took = median(seconds[what] for seconds in rounds)
        each = ", ".join(f"{seconds[what]:.1f}" for seconds in rounds)
        say(f"{what:26} {took:6.1f} s  {took / least:5.2f} times the least  ({each})")
    say(f"most memory                {memory:,} MB")
    bar = f"at most {MOST_TIMES} times the least and {MOST_MEMORY} MB"
    say(f"{'Missed' if missed else 'Kept'}: {bar}, for the first import.")
    return int(missed)


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
def portal(folder: Path) -> Iterator[None]:
    """A private PostgreSQL with the portal's tables and its offer; nobody is on the roster."""
    with services.postgres_server() as server:
        os.environ.update(server.environment)
        os.environ["PORTAL_MODE"] = "demo"  # its other settings have defaults
        os.environ["PORTAL_DATA_DIR"] = str(folder)
        os.environ["PORTAL_LOG_LEVEL"] = "WARNING"
        os.environ["DJANGO_SETTINGS_MODULE"] = "exchange_portal.settings"
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        call_command("migrate", verbosity=0)
        with Path(os.devnull).open("w") as nowhere:
            call_command("load_offer", str(OFFER), stdout=nowhere)
        connection.close()
        yield
        connection.close()


@contextmanager
def database(name: str) -> Iterator[None]:
    """A copy of the portal's database under that name, in which everything within happens."""
    from django.db import connection

    original = connection.settings_dict["NAME"]
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {original}")
    connection.settings_dict["NAME"] = name
    connection.connect()
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = original
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


def timed(work: Callable[[], None]) -> float:
    """Seconds by the clock on the wall."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def say(text: str) -> None:
    """Tell whoever measures."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
