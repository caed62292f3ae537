"""`manage.py install_triggers`: put the guards of the record back where they are missing."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from elections.models.append_only import APPEND_ONLY_TABLES, install_triggers, missing_triggers


class Command(BaseCommand):
    """Install every append-only trigger anew; safe to repeat."""

    help = "Install the triggers that make the record append-only (docs/architecture.md)."
    # The system check that misses them would refuse to run the one command that helps.
    requires_system_checks: ClassVar[list[str]] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Install, and say which had been missing."""
        with transaction.atomic():
            missing = missing_triggers(connection)
            install_triggers(connection)
        for name in missing:
            self.stdout.write(f"{name} was missing.")
        self.stdout.write(f"{len(APPEND_ONLY_TABLES)} tables are append-only.")
