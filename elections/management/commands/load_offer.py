"""`manage.py load_offer PATH`: the offer, its documents and sessions, from a readable file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from elections.services.load_offer import load_offer
from elections.services.offer_file import OfferRefused, read_offer


class Command(BaseCommand):
    """Load an offer; the same file again changes nothing."""

    help = "Load an offer from a folder with an offer.toml (docs/offer-file.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the offer is, and whether only to look."""
        parser.add_argument("path", type=Path, help="the offer's folder, or its offer.toml")
        parser.add_argument("--dry-run", action="store_true", help="say what would change")
        parser.add_argument(
            "--force",
            action="store_true",
            help="put the file's documents and sessions over what staff published or changed",
        )

    def handle(
        self, *args: Any, path: Path, dry_run: bool, force: bool = False, **options: Any
    ) -> None:
        """Read, check and load; exits 1 with a sentence for each problem."""
        try:
            loaded = load_offer(file=read_offer(path), dry_run=dry_run, force=force)
        except OfferRefused as error:
            for problem in error.problems:
                self.stderr.write(problem)
            raise CommandError(f"Nothing was loaded: {len(error.problems)} problem(s).") from error
        for change in loaded.changes:
            self.stdout.write(change)
        for left in loaded.left:
            self.stdout.write(left)
        if not loaded.changes:
            self.stdout.write(f"The offer {loaded.slug} is loaded already; nothing changed.")
        if loaded.left:
            self.stdout.write("What staff made was left as it is; --force puts the file's over it.")
        if dry_run:
            self.stdout.write("This was a dry run: nothing was written.")
