"""System checks at start: the record's guards must stand in the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from elections.models.append_only import APPEND_ONLY_TABLES, missing_triggers


@register(Tags.database)
def append_only_triggers_stand(
    databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """E001 for each append-only trigger that a migrated database lacks."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if not set(APPEND_ONLY_TABLES) <= set(connection.introspection.table_names()):
            continue  # not migrated yet: the migration itself installs them
        found += [
            Error(
                f"The append-only trigger {name} is missing from the database.",
                hint="Run `manage.py install_triggers`, and find out who removed it.",
                id="elections.E001",
            )
            for name in missing_triggers(connection)
        ]
    return found
