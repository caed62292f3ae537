"""A program that reads a workbook (XLSX) from its input and writes the rows of its one sheet.

It runs by itself (`workbooks.workbook_rows`) since no file may take more with it than its reader:
a few kilobytes can unpack to more than any machine holds, and one stray cell in the farthest corner
makes whatever opens the sheet ask for 512 GB of room, and die. So it lives within limits.

Each line of its output is JSON: `[number of the row, from 1, [its cells]]`, or the reason (a text)
why there is nothing, or nothing more, to read. Needs nothing of the portal's.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

MEMORY = 2 * 1024**3  # bytes; 300,000 grants take a sixth
SECONDS = 300  # of work; 300,000 grants take four
_EXACT_BELOW = 10**15  # a spreadsheet keeps whole numbers up to here


def main() -> None:
    """Read, and write."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    for one in _rows(io.BytesIO(sys.stdin.buffer.read())):
        sys.stdout.write(f"{json.dumps(one)}\n")


def _rows(stream: io.BytesIO) -> Iterator[tuple[int, list[str]] | str]:
    try:
        with CalamineWorkbook.from_filelike(stream) as book:
            visible = [
                s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible
            ]
            filled = [sheet for sheet in map(book.get_sheet_by_name, visible) if sheet.height]
            if len(filled) > 1:  # Rows on another one must not be passed over without a word.
                names = " and ".join(f"“{sheet.name}”" for sheet in filled[:2])
                yield f"has rows on more than one sheet, {names}; please keep only one."
                return
            for sheet in filled:
                for line, row in enumerate(sheet.iter_rows(), start=1):
                    yield line, list(map(_text, row))
    except CalamineError as error:
        yield f"is a workbook that cannot be opened ({error})."


def _text(value: Any) -> str:
    """What a cell says, written as it would stand in a CSV file."""
    match value:
        case str():
            return value
        case bool():
            return "Yes" if value else "No"
        case float() if value.is_integer() and abs(value) < _EXACT_BELOW:
            return str(int(value))
        case datetime() if value.time() == datetime.min.time():
            return value.date().isoformat()
        case date():
            return value.isoformat()
    return str(value)


if __name__ == "__main__":
    main()
