"""`manage.py sign_out`: ends the sessions of one account, or everybody's, at once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError

from elections.browser_sessions import end_all_sessions, end_sessions
from elections.models import User

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    """Sign somebody out wherever they are, as after a lost laptop; they may sign in again."""

    help = "End the sessions of one account, or with --everyone those of all, at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the address, or `--everyone` in its place."""
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("address", nargs="?", help="the account's mail address")
        whose.add_argument("--everyone", action="store_true", help="all accounts, yours too")

    def handle(self, *args: Any, address: str | None, everyone: bool, **options: Any) -> None:
        """End them and say how many that were; exits 1 where nobody has that address."""
        if everyone:
            ended, account = end_all_sessions(), None
        else:
            try:
                user = User.objects.get_by_natural_key(address)
            except User.DoesNotExist:
                raise CommandError(f"No account has the address {address}.") from None
            ended, account = end_sessions(user), user.pk
        log.warning("signed_out_by_operator", account=account, everyone=everyone, ended=ended)
        self.stdout.write(f"{ended} sessions ended")
