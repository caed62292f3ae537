"""The database's roles: what the application and the reader can do, and what is refused to them.

All against a real PostgreSQL, in a database of its own. The whole story is told over HTTP by a
portal that has nothing but the application's role.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from psycopg import errors, sql

from elections.models.append_only import APPEND_ONLY_TABLES
from elections.services.roles import READ_ONLY_TABLES, SECRETS
from scripts import processes
from tests.e2e.running import PATIENCE, Portal, fresh_database, running_portal
from tests.project.starting import ROOT, surroundings
from tests.test_story import EVELYN
from tests.test_story import test_from_the_announcement_to_a_late_form as the_whole_story

pytestmark = [pytest.mark.postgres, pytest.mark.worker]

Connection = psycopg.Connection[tuple[object, ...]]


@pytest.fixture(scope="module")
def passwords(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("passwords")
    files = {role: folder / role for role in ("application", "reader")}
    for file in files.values():
        file.write_text(secrets.token_urlsafe(24))
        file.chmod(0o600)
    return files


@pytest.fixture(scope="module")
def database(
    django_db_setup: None, passwords: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """A migrated database with its roles; the variables with which its owner finds it."""
    with fresh_database() as owners:
        owners |= {"PORTAL_MODE": "demo", "PORTAL_DATA_DIR": str(tmp_path_factory.mktemp("data"))}
        manage(owners, "migrate", "--verbosity=0")
        create_roles(owners, passwords)
        yield owners
    with connect(owners | {"PORTAL_DATABASE_NAME": "postgres"}) as owner:
        for role in ("application", "reader"):
            owner.execute(f"DROP ROLE {owners['PORTAL_DATABASE_NAME']}_{role}")


def manage(variables: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "manage.py", *words], check=False, cwd=ROOT,
        env=surroundings(variables), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done


def create_roles(owners: dict[str, str], passwords: dict[str, Path]) -> str:
    files = [f"--{role}-password-file={file}" for role, file in passwords.items()]
    return manage(owners, "create_roles", *files).stdout


def as_role(owners: dict[str, str], role: str, password: Path) -> dict[str, str]:
    """The variables of whoever signs in as that role."""
    return owners | {
        "PORTAL_DATABASE_USER": f"{owners['PORTAL_DATABASE_NAME']}_{role}",
        "PORTAL_DATABASE_PASSWORD": password.read_text(),
    }


def connect(variables: dict[str, str]) -> Connection:
    found = {
        word: variables[f"PORTAL_DATABASE_{name}"]
        for word, name in {"dbname": "NAME", "host": "HOST", "port": "PORT", "user": "USER",
                           "password": "PASSWORD"}.items()
    }  # fmt: skip
    return psycopg.connect(**found, autocommit=True)


@pytest.fixture
def owner(database: dict[str, str]) -> Iterator[Connection]:
    with connect(database) as connection:
        yield connection


@pytest.fixture
def application(database: dict[str, str], passwords: dict[str, Path]) -> Iterator[Connection]:
    with connect(as_role(database, "application", passwords["application"])) as connection:
        yield connection


@pytest.fixture
def reader(database: dict[str, str], passwords: dict[str, Path]) -> Iterator[Connection]:
    with connect(as_role(database, "reader", passwords["reader"])) as connection:
        yield connection


@contextmanager
def undone(connection: Connection) -> Iterator[Connection]:
    """What is done inside is taken back."""
    with connection.transaction(force_rollback=True):
        yield connection


def a_column(connection: Connection, table: str) -> str:
    question = (
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND"
        " table_name = %s AND column_name <> 'id' ORDER BY ordinal_position"
    )
    row = connection.execute(question, [table]).fetchone()
    assert row is not None
    return str(row[0])


# The whole election


@pytest.fixture(scope="module")
def portal(
    database: dict[str, str], passwords: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """A portal whose every process is the application; its offer and people came in as that too."""

    @contextmanager
    def as_the_application() -> Iterator[dict[str, str]]:
        found = as_role(database, "application", passwords["application"])
        yield {name: value for name, value in found.items() if "DATABASE" in name}

    folder = tmp_path_factory.mktemp("portal")
    with running_portal(folder, database=as_the_application) as running:
        yield running


@pytest.mark.redis
def test_a_whole_election_needs_nothing_but_the_applications_role(
    portal: Portal, owner: Connection
) -> None:
    the_whole_story(portal)

    # HR brings in a roster in which somebody has moved and somebody is new; the sweeper applies it.
    hr_brings_in(portal, changed_roster(portal.folder))
    said = portal.manage("import_roster", *map(str, changed_roster(portal.folder)))
    assert "0 new, 0 changed" in said

    # Law takes the next form in hand and takes the register out; Evelyn signs out.
    law = portal.visitor("law@example.com")
    law.open("/admin/review/")
    law.send("form[action*=next]")
    assert "/admin/review/" in law.path
    evelyn = portal.visitor(EVELYN)
    evelyn.open("/accounts/logout/")
    evelyn.send("form[action*=logout]")
    assert "Sign in" in evelyn.open("/")

    assert '"holds": true' in portal.manage("verify_ledger", "--json")
    # It was the application indeed: all its processes are signed in as that, and as nobody else.
    who = owner.execute(
        "SELECT DISTINCT usename FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    assert who.fetchall() == [(f"{owner.info.dbname}_application",)]


def changed_roster(folder: Path) -> tuple[Path, Path]:
    """The demo's roster with one row changed and one more."""
    demo = ROOT / "offers" / "lantronix-2002" / "demo"
    employees, grants = folder / "employees.csv", folder / "grants.csv"
    text = (demo / "employees.csv").read_text().replace("Evelyn Example", "Evelyn E. Example")
    evelyn = next(line for line in text.splitlines() if EVELYN in line)
    new = evelyn.replace(EVELYN, "new@example.com").replace(evelyn.split(",")[0], "00099")
    employees.write_text(f"{text.rstrip()}\n{new}\n")
    grants.write_text((demo / "grants.csv").read_text())
    return employees, grants


def hr_brings_in(portal: Portal, files: tuple[Path, Path]) -> None:
    hr = portal.visitor("hr@example.com")
    hr.open("/admin/elections/rosterupload/upload/")
    with files[0].open("rb") as employees, files[1].open("rb") as grants:
        hr.send("form[enctype]", employees=employees, grants=grants)
    upload = hr.path
    processes.wait_until(lambda: "New people (1)" in hr.open(upload), PATIENCE, "The check")
    hr.send("form:has([name=seen])")
    processes.wait_until(lambda: "csv: Applied" in hr.open(upload), PATIENCE, "Applying it")


# What is refused to the application


@pytest.mark.parametrize("table", APPEND_ONLY_TABLES)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE",
     "SELECT * FROM {table} FOR UPDATE"],
    ids=lambda words: words.split()[0],
)  # fmt: skip
def test_the_application_cannot_change_what_is_on_record(
    application: Connection, owner: Connection, table: str, statement: str
) -> None:
    words = sql.SQL(statement).format(
        table=sql.Identifier(table), column=sql.Identifier(a_column(owner, table))
    )
    with pytest.raises(errors.InsufficientPrivilege, match="permission denied"):
        application.execute(words)

    # The owner could, were it not for the triggers, which an owner can take away.
    with undone(owner):
        for guarded in APPEND_ONLY_TABLES:  # TRUNCATE takes those along that point to it
            for trigger in ("change", "truncate"):
                owner.execute(f"DROP TRIGGER {guarded}_no_{trigger} ON {guarded}")
        owner.execute(words)


OF_THE_OWNER = {
    "DROP TRIGGER": "DROP TRIGGER elections_line_no_change ON elections_line",
    "DISABLE TRIGGER": "ALTER TABLE elections_line DISABLE TRIGGER USER",
    "ALTER TABLE": "ALTER TABLE elections_employee ADD COLUMN more int",
    "DROP TABLE": "DROP TABLE elections_line CASCADE",
    "CREATE TABLE": "CREATE TABLE more (x int)",
    "CREATE INDEX": "CREATE INDEX more ON elections_line (id)",
    "CREATE SCHEMA": "CREATE SCHEMA more",
    "CREATE FUNCTION": "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "REPLACE FUNCTION": "CREATE OR REPLACE FUNCTION elections_refuse_change() RETURNS trigger"
    " LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "TRUNCATE": "TRUNCATE elections_browsersession",
    "GRANT": "GRANT UPDATE ON elections_line TO CURRENT_USER",
    "migrations": "DELETE FROM django_migrations",
}
OF_NOBODY_HERE = {
    "session_replication_role": "SET session_replication_role = replica",
    "superuser": "ALTER ROLE CURRENT_USER SUPERUSER",
    "files": "COPY elections_line TO '/tmp/line'",
    "programs": "COPY elections_line TO PROGRAM 'cat'",
}


@pytest.mark.parametrize("words", OF_THE_OWNER.values(), ids=OF_THE_OWNER)
def test_the_application_cannot_change_the_database_itself(
    application: Connection, owner: Connection, words: str
) -> None:
    try:
        with undone(application):
            application.execute(words)
            # PostgreSQL only warns of a GRANT that gives nothing.
            may = "SELECT has_table_privilege('elections_line', 'UPDATE')"
            assert words.startswith("GRANT")
            assert application.execute(may).fetchone() == (False,)
    except errors.InsufficientPrivilege:
        pass
    with undone(owner):
        owner.execute(words)


@pytest.mark.parametrize("words", OF_NOBODY_HERE.values(), ids=OF_NOBODY_HERE)
def test_what_gets_around_triggers_and_files_is_refused_even_to_the_owner(
    application: Connection, owner: Connection, words: str
) -> None:
    for connection in (application, owner):
        with pytest.raises(errors.InsufficientPrivilege), undone(connection):
            connection.execute(words)


def test_the_application_cannot_become_the_owner(
    application: Connection, database: dict[str, str]
) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        application.execute(f"SET ROLE {database['PORTAL_DATABASE_USER']}")


# What the reader can and cannot


def test_the_reader_reads_and_writes_nothing(reader: Connection, owner: Connection) -> None:
    for model in apps.get_models():
        table = model._meta.db_table
        if table in SECRETS:
            continue
        name = sql.Identifier(table)
        reader.execute(sql.SQL("SELECT * FROM {} LIMIT 1").format(name))
        column = sql.Identifier(a_column(owner, table))
        for statement in (
            "UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table}",
            "INSERT INTO {table} DEFAULT VALUES",
        ):  # fmt: skip
            with pytest.raises(errors.InsufficientPrivilege):
                reader.execute(sql.SQL(statement).format(table=name, column=column))
    for words in (*OF_THE_OWNER.values(), "CREATE TEMPORARY TABLE more (x int)"):
        if not words.startswith("GRANT"):
            with pytest.raises(errors.InsufficientPrivilege), undone(reader):
                reader.execute(words)


def test_the_reader_sees_no_session_and_no_password(reader: Connection) -> None:
    reader.execute("SELECT email, is_staff FROM elections_user")
    for secret in ("SELECT password FROM elections_user", "SELECT * FROM elections_user",
                   "SELECT session_key FROM elections_browsersession"):  # fmt: skip
        with pytest.raises(errors.InsufficientPrivilege):
            reader.execute(secret)


# Tables to come, and roles that are there already


def test_no_table_that_must_stay_as_it_is_is_open_to_the_application(owner: Connection) -> None:
    assert changeable(owner) & {*APPEND_ONLY_TABLES, *READ_ONLY_TABLES} == set()
    # All others are: a table that was forgotten would stop the portal, not open the record.
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert tables - changeable(owner) == set(APPEND_ONLY_TABLES)


def changeable(owner: Connection) -> set[object]:
    """The tables that the application could change, truncate, or hang a trigger on."""
    rights = ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES")
    asked = " OR ".join(f"has_table_privilege(%(role)s, c.oid, '{right}')" for right in rights)
    rows = owner.execute(
        "SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace"
        f" AND relkind IN ('r', 'p') AND ({asked})",
        {"role": f"{owner.info.dbname}_application"},
    )
    return {name for (name,) in rows}


def test_a_table_that_the_application_may_change_would_be_noticed(owner: Connection) -> None:
    with undone(owner):
        owner.execute(f"GRANT UPDATE ON elections_line TO {owner.info.dbname}_application")
        assert "elections_line" in changeable(owner)


def test_a_table_of_a_later_migration_can_be_added_to_and_no_more_until_migrate_is_done(
    database: dict[str, str], owner: Connection, application: Connection, reader: Connection
) -> None:
    owner.execute("CREATE TABLE later (id bigint GENERATED BY DEFAULT AS IDENTITY, x int)")
    try:
        application.execute("INSERT INTO later (x) VALUES (7)")
        with pytest.raises(errors.InsufficientPrivilege):
            application.execute("UPDATE later SET x = 8")
        with pytest.raises(errors.InsufficientPrivilege):
            reader.execute("SELECT x FROM later")

        manage(database, "migrate", "--verbosity=0")

        application.execute("UPDATE later SET x = 8")
        assert reader.execute("SELECT x FROM later").fetchone() == (8,)
        assert "elections_line" not in changeable(owner)
    finally:
        owner.execute("DROP TABLE later")


def test_a_second_time_changes_nothing_but_the_passwords(
    database: dict[str, str], passwords: dict[str, Path], owner: Connection
) -> None:
    before = changeable(owner)
    said = create_roles(database, passwords)
    assert "_application: " in said
    assert changeable(owner) == before

    file = passwords["reader"]
    old = as_role(database, "reader", file)
    file.write_text(secrets.token_urlsafe(24))
    create_roles(database, passwords)
    connect(as_role(database, "reader", file)).close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(old)


def refusal(variables: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", "create_roles", *words], check=False, cwd=ROOT,
        env=surroundings(variables), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    return done.stderr


def test_only_the_owner_makes_roles(database: dict[str, str], passwords: dict[str, Path]) -> None:
    said = refusal(as_role(database, "application", passwords["application"]))
    assert "as the owner of the tables" in said


def test_a_role_that_may_do_more_is_left_alone(database: dict[str, str], owner: Connection) -> None:
    owner.execute(f"ALTER ROLE {owner.info.dbname}_reader CREATEDB")
    try:
        assert "may do more than it should" in refusal(database)
    finally:
        owner.execute(f"ALTER ROLE {owner.info.dbname}_reader NOCREATEDB")


def test_a_password_that_can_be_guessed_is_refused(
    database: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text("portal")
    assert "too short" in refusal(database, f"--reader-password-file={file}")
    assert "cannot be read" in refusal(database, f"--reader-password-file={tmp_path}/none")


def test_sqlite_has_no_roles(tmp_path: Path) -> None:
    variables = {"PORTAL_MODE": "demo", "PORTAL_DATA_DIR": str(tmp_path)}
    assert "Only PostgreSQL has roles" in refusal(variables)
