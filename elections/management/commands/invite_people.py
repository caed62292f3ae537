"""`manage.py invite_people`: tell everybody new on the roster how to sign in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from elections import clock, queries
from elections.models import Offer
from elections.services.invite import NotInvited, invite_people


class Command(BaseCommand):
    """Invite people; whoever was invited before is left in peace."""

    help = "Mail everybody new on the roster how to sign in: each person once (docs/roster.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether only to look."""
        parser.add_argument("--dry-run", action="store_true", help="say who would be invited")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        """Invite and say how many; exits 1 where there is no offer yet."""
        try:
            offer = queries.current_offer()
        except Offer.DoesNotExist as error:
            raise CommandError("There is no offer yet: load one first (load_offer).") from error
        if dry_run:
            for person in queries.people_to_invite(offer, at=clock.now()):
                self.stdout.write(f"{person} <{person.email}>")
            return
        outcome = invite_people(actor=None)
        if isinstance(outcome, NotInvited):
            self.stdout.write(outcome.problems[0].sentence)
        else:
            self.stdout.write(f"{outcome.people:,} being invited.")
