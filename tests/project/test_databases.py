"""What a connection really runs with, asked of the database itself."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from exchange_portal import databases


@pytest.fixture
def sqlite(db: None, tmp_path: Path) -> Iterator[BaseDatabaseWrapper]:
    """A connection to a SQLite file of its own, whatever this run's database is."""
    handler = ConnectionHandler({"default": databases.sqlite(tmp_path / "portal.sqlite3")})
    yield handler["default"]
    handler["default"].close()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("recursive_triggers", 1),
        ("busy_timeout", 10_000),
    ],
)
def test_sqlite_runs_with(sqlite: BaseDatabaseWrapper, pragma: str, value: object) -> None:
    with sqlite.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        assert cursor.fetchone() == (value,)


def test_a_transaction_takes_the_write_lock_of_sqlite_as_it_begins(
    sqlite: BaseDatabaseWrapper,
) -> None:
    with sqlite.cursor() as cursor:
        cursor.execute("CREATE TABLE t (x)")
    other = sqlite3.connect(sqlite.settings_dict["NAME"], timeout=0, isolation_level=None)
    # As `transaction.atomic` begins one.
    sqlite.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with sqlite.cursor() as cursor:
        cursor.execute("SELECT * FROM t")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    sqlite.rollback()
    other.execute("BEGIN IMMEDIATE")
    other.close()


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lock_timeout", "10s"),
        ("statement_timeout", "30s"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("timezone", "UTC"),
        ("application_name", "exchange-portal"),
    ],
)
def test_postgresql_runs_with(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        assert cursor.fetchone() == (value,)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_client_that_waits_for_a_lock_is_told_so_after_the_time_set() -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(2003)")
                held.set()
                done.wait(20)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
                cursor.execute("SELECT pg_advisory_xact_lock(2003)")
    finally:
        done.set()
        holder.join()
