"""Counting tries waits for no disk: what a crash of the database forgets is minutes old at most."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def unlogged(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _set("UNLOGGED", schema_editor)


def logged(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _set("LOGGED", schema_editor)


def _set(how: str, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE elections_tries SET {how}")


class Migration(migrations.Migration):
    dependencies = [("elections", "0014_invitations")]

    operations = [migrations.RunPython(unlogged, logged)]
