"""`manage.py demo_clock INSTANT`: what time it is in the demo."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import localtime

from elections import clock
from elections.management.arguments import instant
from elections.models import DemoClock

DEFAULT = datetime.fromisoformat("2003-01-15T10:00:00-08:00")


class Command(BaseCommand):
    """Set the demo's clock; it ticks on from there."""

    help = "Set the demo's clock to an instant; it ticks on from there."

    def add_arguments(self, parser: CommandParser) -> None:
        """An instant, or --default."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("instant", nargs="?", type=instant, help="2003-01-20T20:59:30-08:00")
        which.add_argument(
            "--default",
            action="store_true",
            help=f"{DEFAULT.isoformat()}, unless the clock was set before",
        )

    def handle(
        self, *args: Any, instant: datetime | None = None, default: bool = False, **options: Any
    ) -> None:
        """Set it, and say what it shows; exits 1 outside demo mode."""
        if not settings.PORTAL_DEMO:
            raise CommandError("The clock can only be moved in demo mode (PORTAL_MODE=demo).")
        if instant is not None or not DemoClock.objects.exists():
            clock.set_demo_clock(instant or DEFAULT)
        shows = localtime(clock.now()).isoformat(timespec="seconds")
        self.stdout.write(f"The demo's clock shows {shows}.")
