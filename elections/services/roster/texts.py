"""A roster file as rows of text with their line numbers, whether it is CSV or a workbook.

A CSV file is UTF-8 (a byte order mark is fine) with commas; of a workbook (XLSX) the one sheet that
shows is read. Rows before the header that are empty or begin with "#" are remarks.
"""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

Line = tuple[int, list[str]]  # its number, from 1, and its cells

XLSX_BEGINS = b"PK\x03\x04"
# A workbook is a packed archive, and a small one can unpack to more than any machine holds.
MOST_UNPACKED = 1024 * 1024 * 1024
_EXACT_BELOW = 10**15  # a spreadsheet keeps whole numbers up to here


class Unreadable(Exception):
    """From `line` on, the file cannot be read at all."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def lines_of(stream: BinaryIO) -> Iterator[Line]:
    """The header and each row after it, with the line on which it begins.

    Raises `Unreadable`, also in the middle of a file.
    """
    return _workbook_lines(stream) if is_workbook(stream) else _csv_lines(stream)


def is_workbook(stream: BinaryIO) -> bool:
    """Whether it is an XLSX file, by its content; `stream` stands at its beginning after."""
    begins = stream.read(len(XLSX_BEGINS))
    stream.seek(0)
    return begins == XLSX_BEGINS


def count_lines(stream: BinaryIO) -> int:
    """About how many lines there are, 0 for a workbook; `stream` stands at its beginning after."""
    if is_workbook(stream):
        return 0
    count = sum(piece.count(b"\n") for piece in iter(lambda: stream.read(1 << 20), b""))
    stream.seek(0)
    return count


def _csv_lines(stream: BinaryIO) -> Iterator[Line]:
    remarks = 0
    lines = _decoded(stream)
    for header in lines:
        if header.strip() and not header.lstrip('"').startswith("#"):
            break
        remarks += 1
    else:
        raise Unreadable(remarks + 1, "there is no header: the file is empty.")
    reader = csv.reader(chain([header], lines), strict=True)
    begins = remarks + 1
    try:
        for texts in reader:
            yield begins, texts
            begins = remarks + reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(begins, f"is not CSV from here on ({error}).") from error


def _decoded(stream: BinaryIO) -> Iterator[str]:
    for line, raw in enumerate(stream, start=1):
        try:
            text = (raw.removeprefix(codecs.BOM_UTF8) if line == 1 else raw).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Unreadable(
                line, "is not UTF-8 text; please save the file as CSV in UTF-8."
            ) from error
        yield text


def _workbook_lines(stream: BinaryIO) -> Iterator[Line]:
    _refuse_bombs(stream)
    try:
        with CalamineWorkbook.from_filelike(stream) as book:
            rows = enumerate(_only_sheet(book).iter_rows(), start=1)
            yield from _without_remarks((line, list(map(_text, row))) for line, row in rows)
    except CalamineError as error:
        raise Unreadable(1, f"is a workbook that cannot be opened ({error}).") from error


def _refuse_bombs(stream: BinaryIO) -> None:
    try:
        unpacked = sum(part.file_size for part in zipfile.ZipFile(stream).infolist())
    except zipfile.BadZipFile as error:
        raise Unreadable(1, "is a damaged workbook; please save it again as XLSX.") from error
    stream.seek(0)
    if unpacked > MOST_UNPACKED:
        raise Unreadable(1, "unpacks to more than 1 GB; please save it as CSV.")


def _only_sheet(book: CalamineWorkbook) -> Any:
    """The sheet to read. Rows on another one must not be passed over without a word."""
    visible = [s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
    filled = [sheet for sheet in map(book.get_sheet_by_name, visible) if sheet.height]
    if not filled:
        raise Unreadable(1, "there is no header: the workbook is empty.")
    if len(filled) > 1:
        names = " and ".join(f"“{sheet.name}”" for sheet in filled[:2])
        raise Unreadable(1, f"has rows on more than one sheet, {names}; please keep only one.")
    return filled[0]


def _without_remarks(rows: Iterator[Line]) -> Iterator[Line]:
    for line, texts in rows:
        filled = [text for text in map(str.strip, texts) if text]
        if filled and not filled[0].startswith("#"):
            yield line, texts
            yield from rows
            return
    raise Unreadable(1, "there is no header: the workbook is empty.")


def _text(value: object) -> str:
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
