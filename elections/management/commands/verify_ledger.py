"""`manage.py verify_ledger`: is every submission on record still what was received?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from elections.core.digest import Break
from elections.models import Employee, Submission
from elections.services.ledger import broken_chains


class Command(BaseCommand):
    """Recompute every chain of digests."""

    help = "Recompute the digests of all submissions; exits 1 naming the first that does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether a program reads the answer."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check everything; exits 1 naming the first row that does not hold."""
        with _one_snapshot():
            submissions, people = Submission.objects.count(), Employee.objects.count()
            broken = list(broken_chains())
        if options["json"]:
            self.stdout.write(_as_json(submissions, people, broken))
        else:
            self.stdout.write(f"Checked {submissions:,} submissions of {people:,} people.")
            for found in broken[1:]:
                self.stderr.write(found.sentence)
        if broken:
            raise CommandError(f"The record does not hold. {broken[0].sentence}")
        if not options["json"]:
            self.stdout.write(
                "Every one of them holds. (Decisions and extensions are not chained.)"
            )


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """See the record as of one moment.

    Otherwise a form submitted meanwhile would be in someone's head and not yet in their chain.
    """
    with transaction.atomic(durable=True):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _as_json(submissions: int, people: int, broken: list[Break]) -> str:
    return json.dumps(
        {
            "holds": not broken,
            "submissions": submissions,
            "people": people,
            "broken": [
                {
                    "employee": found.employee,
                    "sequence": found.sequence,
                    "receipt": found.receipt,
                    "reason": str(found.reason),
                    "sentence": found.sentence,
                }
                for found in broken
            ],
        },
        indent=2,
    )
