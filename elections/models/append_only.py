"""Triggers that make the record append-only in the database itself, whoever asks.

PostgreSQL and SQLite both refuse UPDATE and DELETE on the tables named here (PostgreSQL also
TRUNCATE). SQLite would also let INSERT OR REPLACE delete a row silently, so there an insert over
an existing key is refused as well; with the settings' recursive triggers, over any unique value
too. What a foreign shell does to the file without them, `verify_ledger` finds. A later migration
that rebuilds a SQLite table loses its triggers: it must call `install_triggers` again, and the
system check in `elections.checks` refuses to start until it does.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY_TABLES = (
    "elections_submission",
    "elections_line",
    "elections_extension",
    "elections_reviewdecision",
    "elections_renderedmail",
    "elections_auditentry",
    "elections_scan",
    "elections_statuschange",
    "elections_reminder",
    "elections_invitation",
)

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION elections_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$
"""


def trigger_names(vendor: str, table: str) -> tuple[str, ...]:
    """The names of the triggers that `table` must have on a database of this vendor."""
    events = {"postgresql": ("change", "truncate"), "sqlite": ("update", "delete", "replace")}
    return tuple(f"{table}_no_{event}" for event in events[vendor])


def _statements(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        return [
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION elections_refuse_change()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION elections_refuse_change()",
        ]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    there = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"  # noqa: S608 (our own table names)
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there} {refuse}",
    ]


def install_triggers(
    connection: BaseDatabaseWrapper, tables: Iterable[str] = APPEND_ONLY_TABLES
) -> None:
    """Make `tables` append-only; safe to repeat."""
    drop_triggers(connection, tables)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL_FUNCTION)
        for table in tables:
            for statement in _statements(connection.vendor, table):
                cursor.execute(statement)


def drop_triggers(
    connection: BaseDatabaseWrapper, tables: Iterable[str] = APPEND_ONLY_TABLES
) -> None:
    """Lift the guard. For tests that show what it prevents, and for emptying a test database."""
    with connection.cursor() as cursor:
        for table in tables:
            for name in trigger_names(connection.vendor, table):
                on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")


def missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """The triggers that should stand and do not (or are switched off), by name."""
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {name for (name,) in cursor.fetchall()}
    return [
        name
        for table in APPEND_ONLY_TABLES
        for name in trigger_names(connection.vendor, table)
        if name not in present
    ]
