"""A roster file as rows of text with their line numbers, whether it is CSV or a workbook.

A CSV file is UTF-8 (a byte order mark is fine) with commas; of a workbook (XLSX) the one sheet that
shows is read. Rows before the header that are empty or begin with "#" are remarks.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from elections.services.roster.lines import Line, Unreadable
from elections.services.roster.workbooks import is_workbook, workbook_rows


def lines_of(stream: BinaryIO) -> Iterator[Line]:
    """The header and each row after it, with the line on which it begins.

    Raises `Unreadable`, also in the middle of a file.
    """
    if is_workbook(stream):
        return _without_remarks(workbook_rows(stream))
    return _csv_lines(stream)


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


def _without_remarks(rows: Iterator[Line]) -> Iterator[Line]:
    for line, texts in rows:
        filled = [text for text in map(str.strip, texts) if text]
        if filled and not filled[0].startswith("#"):
            yield line, texts
            yield from rows
            return
    raise Unreadable(1, "there is no header: the workbook is empty.")
