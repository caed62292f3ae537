"""The portal's processes for the fault tests, on a PostgreSQL and a Redis of their own.

Between the portal and both servers stands a `Proxy`; the tests themselves go straight to them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest_django
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from exchange_portal import databases
from scripts import processes, services
from tests.faults.mailbox import Mailbox, open_mailbox
from tests.faults.proxy import Proxy

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
SERVING_WAIT = 30.0
# The database itself notes when each row came, which no program of the portal's can tell it.
WITNESS = """
CREATE TABLE witness (submission bigint PRIMARY KEY, seen_at timestamptz NOT NULL);
CREATE FUNCTION witness() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO witness VALUES (NEW.id, clock_timestamp()); RETURN NULL; END $$;
CREATE TRIGGER a_witness AFTER INSERT ON elections_submission
    FOR EACH ROW EXECUTE FUNCTION witness();
"""
PRISTINE = "pristine"  # the database as migrations leave it


@dataclass
class Process:
    """One of the portal's programs; `port` where it serves."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    port: int = 0

    @property
    def children(self) -> list[int]:
        """The processes it has started."""
        return processes.descendants(self.process.pid)

    def kill(self) -> None:
        """End it and its children as a power cut would."""
        processes.kill(self.process)

    def said(self) -> str:
        """What it has said so far."""
        return self.log.read_text(errors="replace")


@dataclass
class Stack:
    """Everything that runs for the fault tests.

    `web`, `worker` and `sweeper` start a program for the length of a `with`. `without` names guards
    of `tests.faults.switched_off` that this program is to run without.
    """

    postgres: services.PostgreSQL
    redis: services.Redis
    to_postgres: Proxy
    to_redis: Proxy
    mailbox: Mailbox
    mail_port: int
    folder: Path
    blocker: pytest_django.DjangoDbBlocker
    variables: dict[str, str] = field(default_factory=dict)
    database: str = "portal"

    def environment(self, *, without: tuple[str, ...] = (), **more: str) -> dict[str, str]:
        """The variables of a program of the portal's."""
        others = {k: v for k, v in os.environ.items() if not k.startswith("PORTAL_")}
        return (
            others
            | self.postgres.environment
            | {
                "DJANGO_SETTINGS_MODULE": "exchange_portal.settings",
                "PORTAL_DATABASE_NAME": self.database,
                "PORTAL_DATABASE_PORT": str(self.to_postgres.port),
                "PORTAL_REDIS_URL": f"redis://:{self.redis.password}@127.0.0.1:{self.to_redis.port}/0",
                "PORTAL_MODE": "test",
                "PORTAL_SECRET_KEY": settings.SECRET_KEY,
                "PORTAL_ALLOWED_HOSTS": "127.0.0.1",
                "PORTAL_BASE_URL": "http://127.0.0.1:8000",
                "PORTAL_DATA_DIR": str(self.folder),
                "PORTAL_EMAIL_HOST": "127.0.0.1",
                "PORTAL_EMAIL_PORT": str(self.mail_port),
                "PORTAL_EMAIL_TLS": "none",
                "PORTAL_LOG_LEVEL": "INFO",
                "FAULTS_WITHOUT": ",".join(without),
            }
            | self.variables
            | more
        )

    @contextmanager
    def web(
        self,
        *without: str,
        workers: int = 2,
        port: int = 0,
        before: tuple[str, ...] = (),
        output: Path | None = None,
        **variables: str,
    ) -> Iterator[Process]:
        """gunicorn, serving. `before` are words that its command begins with, such as `prlimit`."""
        port = port or processes.free_port()
        served = "tests.faults.entry" if without else "exchange_portal.wsgi"
        command = [
            *before, str(BIN / "gunicorn"), served, "--config", "python:exchange_portal.server",
            "--bind", f"127.0.0.1:{port}", "--workers", str(workers),
        ]  # fmt: skip
        environment = self.environment(without=without, **variables)
        with self._run("web", command, environment, output=output) as started:
            started.port = port

            def serving() -> bool:
                assert started.process.poll() is None, started.said()
                return processes.listening(port) and len(started.children) >= workers

            processes.wait_until(serving, SERVING_WAIT, "Starting gunicorn")
            yield started

    @contextmanager
    def worker(self, *without: str, concurrency: int = 1, **variables: str) -> Iterator[Process]:
        """A Celery worker that has said that it is ready."""
        application = "tests.faults.entry" if without else "exchange_portal"
        number = processes.free_port()
        command = [
            str(BIN / "celery"), "-A", application, "worker", "--concurrency", str(concurrency),
            "--without-gossip", "--without-mingle", "--without-heartbeat", "-n", f"w{number}@%h",
        ]  # fmt: skip
        environment = self.environment(without=without, **variables)
        with self._run("worker", command, environment) as started:

            def ready() -> bool:
                assert started.process.poll() is None, started.said()
                return " ready." in started.said()

            processes.wait_until(ready, SERVING_WAIT, "Starting the worker")
            yield started

    @contextmanager
    def sweeper(self, *without: str, **variables: str) -> Iterator[Process]:
        """The sweeper, started."""
        program = ["-m", "tests.faults.entry"] if without else ["manage.py"]
        command = [sys.executable, *program, "deliver_outbox"]
        environment = self.environment(without=without, **variables)
        with self._run("sweeper", command, environment) as started:
            processes.wait_until(
                lambda: "sweeper_started" in started.said(), SERVING_WAIT, "Starting the sweeper"
            )
            yield started

    @contextmanager
    def another_database(self, *, template: str = PRISTINE, tablespace: str = "") -> Iterator[None]:
        """Work on an empty database with the portal's tables, which a control may spoil."""
        name = f"spoiled_{processes.free_port()}"
        with self.connect(database="postgres") as admin:
            where = f"TABLESPACE {tablespace}" if tablespace else ""
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} {where}")
            usual, self.database = self.database, name
            try:
                yield
            finally:
                self.database = usual
                # A vacuum may be at work in it, which the portal's role has no right to end.
                with self.connect(superuser=True, database="postgres") as keeper:
                    keeper.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def _run(
        self, name: str, command: list[str], environment: dict[str, str], output: Path | None = None
    ) -> Iterator[Process]:
        file = self.folder / f"{name}-{processes.free_port()}.log"
        with (output or file).open("ab") as log:
            process = processes.start(
                command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            yield Process(name, process, file)
        finally:
            processes.stop(process, grace=10)

    @contextmanager
    def records(self, *, database: str = "", port: int = 0) -> Iterator[None]:
        """Let this thread's Django work on the stack's database, as the portal's programs do."""
        server = self.postgres
        wanted = databases.postgresql(_Variables(server.environment)) | {
            "NAME": database or self.database,
            "PORT": str(port or server.port),
        }
        default = connections["default"]
        own = DatabaseWrapper(default.settings_dict | wanted, alias="default")
        connections["default"] = own
        try:
            with self.blocker.unblock():
                yield
        finally:
            own.close()
            connections["default"] = default

    def connect(
        self, *, superuser: bool = False, database: str = "", port: int = 0
    ) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection straight to PostgreSQL, as the portal's role or as the superuser."""
        server = self.postgres
        whom = {"host": "127.0.0.1", "user": server.user, "password": server.password}
        if superuser:
            whom = {"host": str(server.folder), "user": "postgres", "password": ""}
        return psycopg.connect(
            dbname=database or self.database, port=port or server.port, autocommit=True,
            connect_timeout=5, application_name="fault test", **whom,
        )  # fmt: skip

    def do(self, statement: str, *values: Any, superuser: bool = False) -> list[tuple[Any, ...]]:
        """Run one statement straight on PostgreSQL; its rows."""
        with self.connect(superuser=superuser) as link:
            found = link.execute(statement, values or None)
            return found.fetchall() if found.description else []


class _Variables:
    """What `databases.postgresql` reads: the given text of each variable, or its default."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def __getitem__(self, variable: Any) -> Any:
        return self.environment.get(variable.name, variable.default)


@contextmanager
def running_stack(folder: Path, blocker: pytest_django.DjangoDbBlocker) -> Iterator[Stack]:
    """PostgreSQL with the portal's tables, Redis, a mailbox; no program of the portal's yet."""
    with ExitStack() as stack:
        postgres = stack.enter_context(services.postgres_server())
        redis = stack.enter_context(services.redis_server())
        mailbox, mail_port = stack.enter_context(open_mailbox())
        to_postgres, to_redis = Proxy(postgres.port), Proxy(redis.port)
        stack.callback(to_postgres.close)
        stack.callback(to_redis.close)
        made = Stack(postgres, redis, to_postgres, to_redis, mailbox, mail_port, folder, blocker)
        with made.records():
            call_command("migrate", verbosity=0, interactive=False)
            call_command("set_up_groups", verbosity=0)
        made.do(WITNESS)
        with made.connect(database="postgres") as admin:
            admin.execute(f"CREATE DATABASE {PRISTINE} TEMPLATE {postgres.database}")
        yield made
