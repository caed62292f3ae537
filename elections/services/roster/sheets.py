"""Reading the two files of a roster into typed rows: pure, streaming, every problem kept.

Columns are found by their header, whatever its capitals and spaces; columns that are not asked for
are left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Generic, TypeVar

from elections.core.terms import OptionKind
from elections.models.people import Employment
from elections.services.roster import cells
from elections.services.roster.lines import Unreadable
from elections.services.roster.progress import EVERY, Progress, Untold
from elections.services.roster.rows import GrantRow, PersonRow, RosterFile, RosterProblem
from elections.services.roster.texts import lines_of

Row = TypeVar("Row", PersonRow, GrantRow)
# After so many, a file is not read on: it is of another kind, and each line would add to them.
MOST_PROBLEMS = 10_000
Columns = Mapping[str, tuple[str, Callable[[str], object]]]  # header: (field of the row, reader)

# Its values stay what they are where a file has no such column.
ON_LEAVE = "On Leave"
OPTION_TYPES = {
    "iso": OptionKind.ISO,
    "nso": OptionKind.NSO,
    "nq": OptionKind.NSO,
    "nqso": OptionKind.NSO,
}


@dataclass(slots=True)
class Sheet(Generic[Row]):
    """What one file says: its good rows, what is wrong with the others, every number in it.

    `numbers` are all there are only if it was `read_through`.
    """

    rows: list[Row] = field(default_factory=list)
    problems: list[RosterProblem] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    read_through: bool = False


def read_people(stream: BinaryIO, progress: Progress | None = None) -> Sheet[PersonRow]:
    """Read the employees file; numbers and addresses name one person each."""
    columns: Columns = {
        "Employee Number": ("number", cells.number),
        "Legal Name": ("name", cells.person_name),
        "Email": ("email", cells.email),
        "Country": ("country", cells.country),
        "Employment Type": ("employment", cells.one_of({e.value: e for e in Employment})),
        "Hire Date": ("hired_on", cells.day),
        "Termination Date": ("left_on", cells.day_or_none),
        "Director": ("is_director", cells.yes_or_no),
        "Executive Officer": ("is_executive_officer", cells.yes_or_no),
        ON_LEAVE: ("on_leave", cells.yes_or_no),
    }
    unique = ("Employee Number", "Email")
    return _read(stream, RosterFile.EMPLOYEES, columns, unique, PersonRow, progress or Untold())


def read_grants(
    stream: BinaryIO,
    *,
    plans: Container[str],
    employees: Container[str],
    progress: Progress | None = None,
) -> Sheet[GrantRow]:
    """Read the grants file; each grant is under one of `plans` and held by one of `employees`."""
    plan = cells.one_known(plans, reason="is not the code of a plan that is loaded.")
    holder = cells.one_known(employees, reason="is neither in the employees file nor on record.")
    columns: Columns = {
        "Grant Number": ("number", cells.number),
        "Employee Number": ("employee", holder),
        "Plan": ("plan", plan),
        "Option Type": ("kind", cells.one_of(OPTION_TYPES)),
        "Grant Date": ("granted_on", cells.day),
        "Exercise Price": ("exercise_price", cells.price),
        "Shares Granted": ("granted", cells.shares),
        "Shares Exercised": ("exercised", cells.shares),
        "Shares Canceled": ("canceled", cells.shares),
        "Shares Outstanding": ("outstanding", cells.shares),
        "Shares Vested": ("vested", cells.shares),
    }
    unique = ("Grant Number",)
    return _read(stream, RosterFile.GRANTS, columns, unique, GrantRow, progress or Untold())


def _read(
    stream: BinaryIO,
    file: RosterFile,
    columns: Columns,
    unique: tuple[str, ...],
    make: Callable[..., Row],
    progress: Progress,
) -> Sheet[Row]:
    sheet: Sheet[Row] = Sheet()
    first_seen: dict[str, dict[object, int]] = {column: {} for column in unique}
    try:
        lines = lines_of(stream)
        places, width = _find_columns(next(lines, None), file, columns, sheet.problems)
        columns = {column: columns[column] for column in places}
        for line, texts in lines if places else ():
            if line % EVERY == 0:
                progress.step(line)
            if not any(map(str.strip, texts)):
                continue
            values, faults = _read_row(columns, places, width, texts, unique[0])
            faults += _seen_before(values, line, columns, first_seen)
            row = make(line=line, **values) if len(values) == len(columns) else None
            faults += row.faults() if row else []
            sheet.problems += [RosterProblem(file, line, *fault) for fault in faults]
            if row and not faults:
                sheet.rows.append(row)
            if len(sheet.problems) >= MOST_PROBLEMS:
                raise Unreadable(
                    line,
                    f"is where reading ended: {MOST_PROBLEMS:,} errors or more stand up to here.",
                )
        sheet.read_through = bool(places)
    except Unreadable as error:
        sheet.problems.append(RosterProblem(file, error.line, "", error.reason))
    sheet.numbers.update(str(number) for number in first_seen[unique[0]])
    return sheet


def _find_columns(
    header: tuple[int, list[str]] | None,
    file: RosterFile,
    columns: Columns,
    problems: list[RosterProblem],
) -> tuple[dict[str, int], int]:
    """Where each column stands, and how many there are; no places when one is missing or twice."""
    line, titles = header or (1, [])
    found = [_plain(title) for title in titles]
    counts = {column: found.count(_plain(column)) for column in columns}
    wrong = {0: "is missing from the header.", 2: "stands in the header more than once."}
    bad = [
        RosterProblem(file, line, column, wrong[min(count, 2)])
        for column, count in counts.items()
        if count != 1 and (count or column != ON_LEAVE)
    ]
    problems += bad
    places = {} if bad else {c: found.index(_plain(c)) for c in columns if counts[c]}
    return places, len(titles)


def _plain(title: str) -> str:
    return "".join(title.split()).replace("_", "").lower()


def _wrong_width(texts: list[str], width: int) -> list[tuple[str, str]]:
    """A comma too many or too few moves every value after it, so none of them can be trusted."""
    if len(texts) == width or (len(texts) > width and not any(map(str.strip, texts[width:]))):
        return []
    return [("", f"has {len(texts)} values where the header has {width}.")]


def _read_row(
    columns: Columns, places: Mapping[str, int], width: int, texts: list[str], number: str
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The typed values by the row's field, and (column, reason) for each that cannot be read.

    Of a row in which no place can be trusted only the `number` is read, to know whose it is.
    """
    if len(texts) == width:
        try:
            return {
                name: read(texts[places[column]]) for column, (name, read) in columns.items()
            }, []
        except ValueError:
            pass  # Whatever else is wrong with this row is to be told as well.
    faults = _wrong_width(texts, width)
    values: dict[str, Any] = {}
    for column in [number] if faults else columns:
        name, read = columns[column]
        try:
            if places[column] < len(texts):
                values[name] = read(texts[places[column]])
        except ValueError as error:
            faults.append((column, str(error)))
    return values, faults


def _seen_before(
    values: Mapping[str, object],
    line: int,
    columns: Columns,
    first_seen: Mapping[str, dict[object, int]],
) -> list[tuple[str, str]]:
    """(column, reason) for each value that must be unique and was not; remembers the others."""
    faults = []
    for column, lines in first_seen.items():
        value = values.get(columns[column][0])
        if value is not None and lines.setdefault(value, line) != line:
            faults.append((column, f"{value!r} stands on line {lines[value]} already."))
    return faults
