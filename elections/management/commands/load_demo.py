"""`manage.py load_demo`: the demo's invented people, and staff to sign in as."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from elections.demo import DEMO_PASSWORD, LOGINS, DemoRefused, load_demo


class Command(BaseCommand):
    """Load the demo's people once; a second run leaves everything as it is."""

    help = "Fill an empty demo with its invented people (load the offer first)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and print whom to sign in as; exits 1 outside demo mode or without an offer."""
        try:
            result = load_demo()
        except DemoRefused as error:
            raise CommandError(str(error)) from error
        if result is not None:
            self.stdout.write(f"People: {result.people}. Grants: {result.grants}.")
        self.stdout.write(f"Sign in with the password {DEMO_PASSWORD} as")
        for login in LOGINS:
            self.stdout.write(f"  {login.email:22} {login.who}")
