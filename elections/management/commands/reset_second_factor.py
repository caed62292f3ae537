"""`manage.py reset_second_factor`: for a superuser who lost phone and recovery codes."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from elections import factor_signals
from elections.models import User
from elections.services.factors import reset_factor


class Command(BaseCommand):
    """Take every second factor from one account; its owner is mailed."""

    help = "Reset the second factor of one account, which then sets up a new one at its sign-in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, and why."""
        parser.add_argument("email", help="The account's mail address.")
        parser.add_argument("--reason", required=True, help="Kept in the audit log.")

    def handle(self, *args: Any, email: str, reason: str, **options: Any) -> None:
        """Reset it; exits 1 where there is no such account, or nothing to reset."""
        try:
            user = User.objects.get_by_natural_key(email)
        except User.DoesNotExist as error:
            raise CommandError(f"There is no account {email}.") from error
        if not reset_factor(actor=None, user=user, reason=reason):
            raise CommandError(f"{email} has no second factor.")
        factor_signals.tell_reset(user)
        self.stdout.write(f"{email} is signed out and sets up a new one at the next sign-in.")
