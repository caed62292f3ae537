"""Taking a table out of the portal: every time leaves an entry in the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from tempfile import TemporaryFile
from typing import IO
from zoneinfo import ZoneInfo

from elections.exports.cells import Cell
from elections.exports.files import csv_chunks, write_xlsx
from elections.exports.tables import Table
from elections.models import Offer, User
from elections.models.audit import Act
from elections.services.audit import record_act

BYTES_AT_ONCE = 64 * 1024


class FileFormat(StrEnum):
    """How a table is written; JSON from the command line alone."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


@dataclass(slots=True)
class Export:
    """One table taken out by `actor` (None from the server's command line), as of an instant.

    `as_of` is aware. `taken` counts the rows read so far.
    """

    actor: User | None
    table: Table
    offer: Offer
    as_of: datetime
    file_format: FileFormat
    taken: int = 0

    @property
    def zone(self) -> ZoneInfo:
        """The offer's own, in which its instants are said."""
        return ZoneInfo(self.offer.zone)

    @property
    def file_name(self) -> str:
        """With the instant: "lantronix-2002-register-2003-01-20T210000-0800.csv"."""
        instant = self.as_of.astimezone(self.zone).strftime("%Y-%m-%dT%H%M%S%z")
        return f"{self.offer.slug}-{self.table.name}-{instant}.{self.file_format}"

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """The rows of the table, counted as they are read."""
        for row in self.table.rows(self.offer, self.as_of):
            self.taken += 1
            yield row

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Hand the table out within it: the entry is written at its end.

        It says so when somebody hung up or something broke before the end; the rows that it
        counts may then have been handed out.
        """
        complete = False
        try:
            yield
            complete = True
        finally:
            record_act(
                Act.EXPORT,
                actor=self.actor,
                subject=self.table.title if complete else f"{self.table.title} (cut off)",
                rows=self.taken,
                details={
                    "offer": self.offer.slug,
                    "as_of": self.as_of.astimezone(self.zone).isoformat(),
                    "format": str(self.file_format),
                    "complete": complete,
                },
            )


def export_csv(export: Export) -> Iterator[bytes]:
    """The file in UTF-8, piece by piece, while it is read. Close the iterator after use."""
    with export.noted():
        # Without this mark, Excel reads the file in the code page of its machine.
        yield b"\xef\xbb\xbf"
        for text in csv_chunks(export.table.columns, export.rows(), export.zone):
            yield text.encode()


def export_xlsx(export: Export) -> Iterator[bytes]:
    """The workbook, piece by piece. Close the iterator after use.

    It is made before the first piece is given, since a workbook is complete or nothing. One that
    cannot be made raises here and leaves no entry: nothing was handed out.
    """
    file = TemporaryFile(prefix="export-")  # noqa: SIM115  (closed with its last piece)
    write_xlsx(file, export.table.title, export.table.columns, export.rows(), export.zone)
    file.seek(0)
    return _pieces(export, file)


def _pieces(export: Export, file: IO[bytes]) -> Iterator[bytes]:
    with file, export.noted():
        while piece := file.read(BYTES_AT_ONCE):
            yield piece
