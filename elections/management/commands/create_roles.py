"""`manage.py create_roles`: the database's roles for the application and for whoever only reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from elections.services.roles import RolesRefused, create_roles
from exchange_portal.env import ConfigurationError, secret_from
from exchange_portal.parsers import guessable
from exchange_portal.variables import PASSWORD_BITS


class Command(BaseCommand):
    """Make the roles and renew their rights; safe to repeat."""

    help = (
        "Make the roles <database>_application and <database>_reader, or renew their rights and"
        " passwords (docs/configuration.md). Run it as the role that migrates."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The files with the passwords; a role without one keeps what it has."""
        for role in ("application", "reader"):
            parser.add_argument(
                f"--{role}-password-file", type=Path, metavar="FILE", help=f"the {role}'s password"
            )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them and say what they are called; exits 1 where that cannot be."""
        try:
            names = create_roles(
                application=password(options["application_password_file"]),
                reader=password(options["reader_password_file"]),
            )
        except (RolesRefused, ConfigurationError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{names.application}: the application; adds, and changes what may be.")
        self.stdout.write(f"{names.reader}: reads, and changes nothing.")


def password(file: Path | None) -> str | None:
    """The password in a file. Raises `ConfigurationError` where it is none or could be guessed."""
    if file is None:
        return None
    found = secret_from(str(file), "The password's file")
    if wrong := guessable(PASSWORD_BITS)(found):
        raise ConfigurationError(f"The password in {file} {wrong}.")
    return found
