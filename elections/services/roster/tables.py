"""Whole tables at a time, in PostgreSQL: rows come in by COPY and go on by INSERT ... SELECT.

Names of tables and columns, and SQL expressions, are our own words; they are never data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import Model


def stage(table: str, columns: Mapping[str, str], rows: Iterable[object]) -> None:
    """Copy the attributes that `columns` names, with their SQL types, into a temporary table."""
    _forget(table)
    names = ", ".join(columns)
    values = attrgetter(*columns)
    with connection.cursor() as cursor:
        types = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ({types}) ON COMMIT DROP")
        copying = cursor.copy(f"COPY {table} ({names}) FROM STDIN")
        with connection.wrap_database_errors, copying as copy:
            for row in rows:
                copy.write_row(values(row))
    _analyze(table)


def derive(table: str, query: str) -> None:
    """Keep what `query` finds in a temporary table."""
    _forget(table)
    execute(f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS {query}")
    _analyze(table)


def insert(model: type[Model], columns: Mapping[str, str], source: str) -> None:
    """Insert one row for each of `source` (what follows FROM), in its order.

    `columns` gives the expression of each column; the others get what Django would give them.
    """
    blank = model()
    others: dict[str, Any] = {
        str(field.column): field.get_db_prep_save(field.pre_save(blank, add=True), connection)
        for field in model._meta.concrete_fields
        if not field.primary_key and str(field.column) not in columns
    }
    names = ", ".join([*columns, *others])
    values = ", ".join([*columns.values(), *["%s"] * len(others)])
    execute(
        f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} FROM {source}",  # noqa: S608
        [*others.values()],
    )


def execute(statement: str, values: Sequence[Any] | None = None) -> None:
    """Run one statement for its effect; without `values`, a "%" in it is a percent sign."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def fetch(query: str) -> list[tuple[Any, ...]]:
    """Every row that `query` finds."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def _forget(table: str) -> None:
    """The last import's table ends with its transaction, which may be ours as well."""
    execute(f"DROP TABLE IF EXISTS pg_temp.{table}")


def _analyze(table: str) -> None:
    """The planner has no figures of a new table, and nobody else sees it to gather them."""
    execute(f"ANALYZE {table}")
