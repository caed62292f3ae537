"""`manage.py register`: who has elected what, at an instant."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from elections import clock, queries
from elections.exports.cells import Cell, iso
from elections.exports.files import csv_chunks
from elections.exports.tables import TABLES
from elections.management.arguments import instant
from elections.models import Offer
from elections.services.export import Export, FileFormat


class Command(BaseCommand):
    """Print the register: a row for each exchanged grant of each person."""

    help = "Print who has elected what, a row for each exchanged grant, as of an instant."

    def add_arguments(self, parser: CommandParser) -> None:
        """The instant, and the form."""
        parser.add_argument(
            "--as-of", type=instant, help="as the record stood then: 2003-01-20T21:00:00-08:00"
        )
        parser.add_argument("--format", choices=["csv", "json"], default="csv")

    def handle(self, *args: Any, as_of: datetime | None, **options: Any) -> None:
        """Print it as it is read; exits 1 without an offer or for an instant yet to come."""
        try:
            offer = queries.current_offer()
        except Offer.DoesNotExist as error:
            raise CommandError("There is no offer; `manage.py load_offer` loads one.") from error
        now = clock.now()
        if as_of is not None and as_of > now:
            raise CommandError(
                f"{as_of.isoformat()} is yet to come: nobody knows what it will say."
            )
        file_format = FileFormat(options["format"])
        export = Export(None, TABLES["register"], offer, as_of or now, file_format)
        with export.noted():
            if file_format is FileFormat.CSV:
                self._print_csv(export)
            else:
                self._print_json(export)

    def _print_csv(self, export: Export) -> None:
        for text in csv_chunks(export.table.columns, export.rows(), export.zone):
            self.stdout.write(text, ending="")

    def _print_json(self, export: Export) -> None:
        there = iso(export.as_of, export.zone)
        offer = json.dumps(export.offer.slug)
        self.stdout.write(f'{{"offer": {offer}, "as_of": {json.dumps(there)},')
        self.stdout.write('"rows": [', ending="")
        for number, row in enumerate(export.rows()):
            said = [_said(value, export) for value in row]
            named = json.dumps(dict(zip(export.table.columns, said, strict=True)))
            self.stdout.write(("," if number else "") + "\n" + named, ending="")
        self.stdout.write("\n]}")


def _said(value: Cell, export: Export) -> Any:
    """A cell as JSON: text as it is, since nothing runs it; a price as text, to the last digit."""
    if isinstance(value, date):
        return iso(value, export.zone)
    return str(value) if isinstance(value, Decimal) else value
