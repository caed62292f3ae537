"""System checks at start: the guards of the record, and of the staff's pages, must stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
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


GUARD = "elections.factor_guard.SecondFactorMiddleware"


@register(Tags.security)
def staff_show_a_second_factor(**kwargs: Any) -> list[CheckMessage]:
    """E002 where staff would get in without one, which only a demo may do."""
    if settings.PORTAL_DEMO or (settings.PORTAL_SECOND_FACTOR and GUARD in settings.MIDDLEWARE):
        return []
    return [
        Error(
            "Staff would get in without a second factor.",
            hint=f"PORTAL_SECOND_FACTOR stays True, and {GUARD} stays in MIDDLEWARE.",
            id="elections.E002",
        )
    ]
