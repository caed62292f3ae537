"""The rows of a workbook, read by a process of its own: see `workbook_reader`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, BinaryIO, cast

import structlog

from elections.services.roster import workbook_reader
from elections.services.roster.lines import Line, Unreadable

log = structlog.get_logger(__name__)

BEGINS = b"PK\x03\x04"  # a workbook is a packed archive
TOO_MUCH = (
    "is a workbook that cannot be opened: it is damaged, or something stands far outside its table."
    " Please save it as CSV."
)


def is_workbook(stream: BinaryIO) -> bool:
    """Whether it is packed as one, by its content; `stream` stands at its beginning after."""
    begins = stream.read(len(BEGINS))
    stream.seek(0)
    return begins == BEGINS


def workbook_rows(stream: BinaryIO) -> Iterator[Line]:
    """Every row of the one sheet that shows; raises `Unreadable`, also in the middle."""
    with subprocess.Popen(
        [sys.executable, "-I", workbook_reader.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as reader:
        into, out_of = cast(IO[bytes], reader.stdin), cast(IO[bytes], reader.stdout)
        with suppress(BrokenPipeError), into:  # a reader that died says so by its end
            shutil.copyfileobj(stream, into)
        for said in map(json.loads, out_of):
            if isinstance(said, str):
                raise Unreadable(1, said)
            yield said[0], said[1]
    if reader.returncode:
        log.warning("workbook_reader_died", returncode=reader.returncode)
        raise Unreadable(1, TOO_MUCH)
