"""`manage.py set_up_groups`: the groups of Law, HR and auditors with their permissions."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from elections.services.groups import PERMISSIONS, set_up_groups


class Command(BaseCommand):
    """Make or mend the groups; safe to repeat."""

    help = "Make the groups of Law, HR and auditors, each with just its permissions."

    def handle(self, *args: Any, **options: Any) -> None:
        """Set them up; exits 1 before the database is migrated."""
        try:
            set_up_groups()
        except LookupError as error:
            raise CommandError(str(error)) from error
        for name, codenames in PERMISSIONS.items():
            self.stdout.write(f"{name}: {', '.join(codenames)}")
