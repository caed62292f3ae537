"""The database as Django is told of it, with limits that keep one stuck client from harming all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from exchange_portal import variables
from exchange_portal.env import ConfigurationError, Environment

# Seconds. With the cable to the database out, each request costs its process CONNECT_WAIT, so it is
# short; a database that is up answers in milliseconds. A submission waits for its employee's row no
# longer than LOCK_WAIT; what runs longer than STATEMENT, or sits in an open transaction longer than
# IDLE, is ended by the server.
CONNECT_WAIT = 3
LOCK_WAIT = 10
STATEMENT = 30
IDLE_IN_TRANSACTION = 60


def default(env: Environment, data_dir: Path) -> dict[str, Any]:
    """The `DATABASES["default"]` of Django for the engine that the environment names."""
    if env[variables.DATABASE_ENGINE] == "sqlite":
        return sqlite(data_dir / env[variables.DATABASE_NAME])
    return postgresql(env)


def postgresql(env: Environment) -> dict[str, Any]:
    """PostgreSQL through psycopg 3; connections are kept and checked before each request."""
    server_side = {
        "lock_timeout": f"{LOCK_WAIT}s",
        "statement_timeout": f"{STATEMENT}s",
        "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION}s",
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": env[variables.DATABASE_NAME],
        "HOST": env[variables.DATABASE_HOST],
        "PORT": env[variables.DATABASE_PORT],
        "USER": env[variables.DATABASE_USER],
        "PASSWORD": env[variables.DATABASE_PASSWORD],
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "TIME_ZONE": "UTC",
        "OPTIONS": {
            "connect_timeout": CONNECT_WAIT,
            "application_name": "exchange-portal",
            **_tls(env),
            "options": " ".join(f"-c {name}={value}" for name, value in server_side.items()),
            # A server that vanished without a word is noticed within six seconds: with the cable
            # out, each process of the web server is held up for so long, once.
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 2,
            "tcp_user_timeout": 6_000,
            # What a process asks for often is parsed and planned once, not each time. Behind a
            # pooler that hands out connections by the transaction, prepare_threshold must be None.
            "server_side_binding": True,
            "prepare_threshold": 3,
        },
    }


def _tls(env: Environment) -> dict[str, str]:
    """libpq's settings of TLS. Raises `ConfigurationError` where they could check nothing."""
    mode, ca = env[variables.DATABASE_TLS], env[variables.DATABASE_CA]
    certificate, key = env[variables.DATABASE_CERTIFICATE], env[variables.DATABASE_CERTIFICATE_KEY]
    if mode.startswith("verify-") != bool(ca):
        raise ConfigurationError(
            "PORTAL_DATABASE_CA goes with a PORTAL_DATABASE_TLS of verify-ca or verify-full, and"
            f" they with it; it is {'set' if ca else 'not set'}, with {mode}."
        )
    if bool(certificate) != bool(key):
        raise ConfigurationError(
            "PORTAL_DATABASE_CERTIFICATE and PORTAL_DATABASE_CERTIFICATE_KEY go together; one is"
            " missing."
        )
    told = {
        "sslmode": mode,
        "sslrootcert": ca,
        "sslcert": certificate,
        "sslkey": key,
        "ssl_min_protocol_version": "TLSv1.2",
    }
    return {name: value for name, value in told.items() if value}


def sqlite(file: Path) -> dict[str, Any]:
    """SQLite with a write-ahead log, and every transaction taking the write lock as it begins.

    Deferred transactions would fail, not wait, when two of them read and then write.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    pragmas = {
        "journal_mode": "WAL",
        "synchronous": "FULL",
        "foreign_keys": "ON",
        # Without it, REPLACE deletes a row and no DELETE trigger hears of it.
        "recursive_triggers": "ON",
    }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": LOCK_WAIT,
            "transaction_mode": "IMMEDIATE",
            "init_command": " ".join(f"PRAGMA {name}={value};" for name, value in pragmas.items()),
        },
        # A file, since a database in memory belongs to one process and the tests start others.
        "TEST": {"NAME": f"{file}.test"},
    }
