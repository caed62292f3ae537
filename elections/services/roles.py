"""The database's roles besides its owner: the application, and whoever only reads.

The owner makes the tables and so may do anything with them; it is for migrations. The application
may add to the append-only tables and not change them, can take away no trigger, and can make no
table that lasts. So what the triggers hold (`models/append_only.py`) does not hang on the triggers
alone. The reader sees all but what opens doors: sessions, hashes of passwords, second factors.

A table of a later migration is readable and can be added to at once; all other rights to it come
with `renew_rights`, which runs after each `migrate`. So a table that is to be append-only is never
open to changes, not even for a moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from psycopg import sql

from elections.models.append_only import APPEND_ONLY_TABLES

# What the application reads and nothing more: which migrations are applied.
READ_ONLY_TABLES = ("django_migrations",)
# What the reader must not see: whole tables (no column named), or these of their columns.
SECRETS: Mapping[str, frozenset[str]] = {
    "elections_browsersession": frozenset(),
    "mfa_authenticator": frozenset(),
    "socialaccount_socialtoken": frozenset(),
    "socialaccount_socialapp": frozenset(),
    "elections_user": frozenset({"password"}),
}


class RolesRefused(Exception):
    """The roles cannot be made as asked; the message says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of the roles, which belong to one database each."""

    application: str
    reader: str


def roles_of(database: str) -> Roles:
    """The names of a database's roles. Raises `RolesRefused` for one too long to have them."""
    if len(database.encode()) > 48:
        raise RolesRefused(f"The name of the database, {database}, is too long to name roles by.")
    return Roles(f"{database}_application", f"{database}_reader")


def create_roles(*, application: str | None, reader: str | None) -> Roles:
    """Make the roles of this database where they are missing, and renew their rights; repeatable.

    Both are passwords. Without one a role keeps its own, and a new one can sign in only by other
    means, such as a certificate. Raises `RolesRefused`, having changed nothing: not PostgreSQL, not
    the owner of the tables, or a role that may do more than it should.
    """
    if connection.vendor != "postgresql":
        raise RolesRefused("Only PostgreSQL has roles; this database is none.")
    roles = roles_of(_one("SELECT current_database()"))
    with transaction.atomic():
        _refuse_whoever_does_not_own()
        for role, password in ((roles.application, application), (roles.reader, reader)):
            if not _exists(role):
                _do("CREATE ROLE {role} LOGIN", role=role)
            _refuse_what_may_do_more(role)
            if password:
                _do("ALTER ROLE {role} PASSWORD {kept}", role=role, kept=_kept(password, role))
        _grant(roles)
    return roles


def renew_rights(using: str = DEFAULT_DB_ALIAS, **kwargs: object) -> None:
    """Give the roles their rights to every table there is now: after each `migrate`.

    Nothing happens where there are no roles, or where somebody else than the owner migrates.
    """
    if using != DEFAULT_DB_ALIAS or connections[using].vendor != "postgresql":
        return
    roles = roles_of(_one("SELECT current_database()"))
    if _owns() and _exists(roles.application) and _exists(roles.reader):
        with transaction.atomic():
            _grant(roles)


def _grant(roles: Roles) -> None:
    names = {
        "database": _one("SELECT current_database()"),
        "application": roles.application,
        "reader": roles.reader,
    }
    for statement in (
        # Everyone may otherwise connect; before PostgreSQL 15, make tables as well.
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        # A roster is compared in temporary tables.
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {application}",
        "GRANT CONNECT ON DATABASE {database} TO {reader}",
        "REVOKE ALL ON SCHEMA public FROM {application}, {reader}",
        "GRANT USAGE ON SCHEMA public TO {application}, {reader}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {application}, {reader}",
        "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {application}, {reader}",
        "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {application}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {application}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO {application}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO"
        " {application}",
    ):
        _do(statement, **names)
    for table in _tables():
        if table in READ_ONLY_TABLES:
            _do("REVOKE INSERT ON {table} FROM {application}", table=table, **names)
        elif table not in APPEND_ONLY_TABLES:
            _do("GRANT UPDATE, DELETE ON {table} TO {application}", table=table, **names)
        _let_read(table, roles.reader)


def _let_read(table: str, reader: str) -> None:
    if table not in SECRETS:
        _do("GRANT SELECT ON {table} TO {reader}", table=table, reader=reader)
    elif SECRETS[table]:
        with connection.cursor() as cursor:
            described = connection.introspection.get_table_description(cursor, table)
        columns = [column.name for column in described if column.name not in SECRETS[table]]
        statement = sql.SQL("GRANT SELECT ({columns}) ON {table} TO {reader}").format(
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            table=sql.Identifier(table),
            reader=sql.Identifier(reader),
        )
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _tables() -> list[str]:
    """Every table of the schema, those of packages and of plain SQL included."""
    with connection.cursor() as cursor:
        return connection.introspection.table_names(cursor)


def _refuse_whoever_does_not_own() -> None:
    if not _owns():
        raise RolesRefused(
            "Run this as the owner of the tables, the role that migrates; migrate first."
        )


def _owns() -> bool:
    """Whether the tables are there, and ours."""
    return bool(
        _one(
            "SELECT bool_and(tableowner = current_user) FROM pg_tables WHERE schemaname = 'public'"
        )
    )


def _exists(role: str) -> bool:
    return bool(_one("SELECT count(*) FROM pg_roles WHERE rolname = %s", role))


def _refuse_what_may_do_more(role: str) -> None:
    """A role that was there before may have been made for something else."""
    more = _one(
        "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls OR"
        " NOT rolcanlogin OR EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid)"
        " OR EXISTS (SELECT FROM pg_tables WHERE tableowner = rolname)"
        " FROM pg_roles WHERE rolname = %s",
        role,
    )
    if more:
        raise RolesRefused(
            f"The role {role} is there already and may do more than it should, owns tables, is a"
            " member of another role, or cannot sign in; an administrator has to look at it."
        )


def _kept(password: str, role: str) -> sql.Literal:
    """What PostgreSQL keeps of a password. The password itself stands in no log of statements."""
    pgconn = connection.connection.pgconn
    kept = pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    return sql.Literal(kept.decode())


def _do(statement: str, **named: str | sql.Literal) -> None:
    """Carry a statement out, with these names in it."""
    parts = {
        name: sql.Identifier(value) if isinstance(value, str) else value
        for name, value in named.items()
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(**parts))


def _one(question: str, *values: str) -> Any:
    """The one value that answers a question."""
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        (answer,) = cursor.fetchone()
    return answer
