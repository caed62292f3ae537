"""`manage.py register`: who has elected what, at an instant."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser

from elections import clock, queries
from elections.management.arguments import instant
from elections.models import Offer
from elections.queries import RegisterRow

# A spreadsheet takes a cell that begins so for a formula, and would run it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


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
        rows = _plain(queries.register(offer, as_of=as_of or now), ZoneInfo(offer.zone))
        if options["format"] == "csv":
            self._print_csv(rows)
        else:
            self._print_json(offer, as_of or now, rows)

    def _print_csv(self, rows: Iterator[dict[str, Any]]) -> None:
        writer = csv.DictWriter(self.stdout, [field.name for field in fields(RegisterRow)])
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _harmless(value) for name, value in row.items()})

    def _print_json(self, offer: Offer, as_of: datetime, rows: Iterator[dict[str, Any]]) -> None:
        there = as_of.astimezone(ZoneInfo(offer.zone)).isoformat(timespec="microseconds")
        self.stdout.write(f'{{"offer": {json.dumps(offer.slug)}, "as_of": {json.dumps(there)},')
        self.stdout.write('"rows": [', ending="")
        for number, row in enumerate(rows):
            self.stdout.write(("," if number else "") + "\n" + json.dumps(row), ending="")
        self.stdout.write("\n]}")


def _plain(rows: Iterator[RegisterRow], zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """Rows as text, numbers and instants in ISO 8601, in the offer's own time with its offset."""
    for row in rows:
        received = row.received_at.astimezone(zone).isoformat(timespec="microseconds")
        granted_on = row.granted_on.isoformat()
        yield asdict(row) | {"received_at": received, "granted_on": granted_on}


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
