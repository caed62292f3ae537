"""Empty roster files to fill in: the columns, and above them what each takes."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import BytesIO, StringIO

import xlsxwriter

from elections.services.roster.rows import RosterFile

# What each column takes, for whoever fills in a file.
_PEOPLE = {
    "Employee Number": "unique; leading zeros belong to it",
    "Legal Name": "as it is to stand on forms and receipts",
    "Email": "unique; the account's address",
    "Country": "of work, as a two-letter code such as US",
    "Employment Type": "Regular, Temporary, Contractor or Intern",
    "Hire Date": "2002-12-19 or 12/19/2002",
    "Termination Date": "the last day employed; empty for whoever has not left",
    "Director": "Yes or No",
    "Executive Officer": "Yes or No",
    "On Leave": "Yes or No; without this column, leaves stay as they are on the roster",
}
_GRANTS = {
    "Grant Number": "unique; leading zeros belong to it",
    "Employee Number": "whose it is",
    "Plan": "its code, as the offer has it",
    "Option Type": "ISO or NSO",
    "Grant Date": "2002-12-19 or 12/19/2002",
    "Exercise Price": "USD per share, at most four decimals",
    "Shares Granted": "whole shares",
    "Shares Exercised": "whole shares",
    "Shares Canceled": "whole shares",
    "Shares Outstanding": "granted - exercised - canceled",
    "Shares Vested": "of the outstanding shares, those vested",
}
_COLUMNS = {RosterFile.EMPLOYEES: _PEOPLE, RosterFile.GRANTS: _GRANTS}


def csv_template(file: RosterFile) -> bytes:
    """A CSV file with the header, and a remark for each column; the import passes over both."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerows([remark] for remark in _remarks(_COLUMNS[file]))
    writer.writerow(_COLUMNS[file])
    return text.getvalue().encode()


def xlsx_template(file: RosterFile) -> bytes:
    """The same as a workbook, its cells kept as text so that leading zeros stay."""
    columns = _COLUMNS[file]
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet(file.capitalize())
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"num_format": "@", "bold": True})
        sheet.set_column(0, len(columns) - 1, 20, text)
        for row, remark in enumerate(_remarks(columns)):
            sheet.write_string(row, 0, remark)
        sheet.write_row(len(columns), 0, columns, head)
        sheet.freeze_panes(len(columns) + 1, 0)
    return content.getvalue()


def _remarks(columns: Mapping[str, str]) -> list[str]:
    return [f"# {column}: {note}" for column, note in columns.items()]
