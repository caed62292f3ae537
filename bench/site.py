"""The portal under production's settings, on servers of its own: PostgreSQL, Redis, gunicorn."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from scripts import processes, services
from scripts.throwaway import production_environment

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
OFFER = ROOT / "offers" / "lantronix-2002"
WORKERS = 2
START_WAIT = 60.0

# An offer of 2002 would have expired: this one runs, for two days still.
RUNNING = """
    UPDATE elections_offer SET opens_on = CURRENT_DATE - 20, expiration = now() + interval '2 days'
"""


@contextmanager
def servers(**variables: str) -> Iterator[Path]:
    """PostgreSQL and Redis, and Django set up in this process; a folder for whatever is written.

    The database `portal` has the portal's tables and a running offer, and nobody on the roster.
    """
    with ExitStack() as stack:
        postgres = stack.enter_context(services.postgres_server())
        redis = stack.enter_context(services.redis_server())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-")))
        os.environ.update(
            production_environment()
            | postgres.environment
            | redis.environment
            | {
                "PORTAL_DATA_DIR": str(folder),
                "PORTAL_LOG_LEVEL": "ERROR",
                "DJANGO_SETTINGS_MODULE": "exchange_portal.settings",
            }
            | variables
        )
        os.environ.pop("PORTAL_REDIS_PASSWORD", None)  # it is in the address
        _set_up()
        yield folder


def _set_up() -> None:
    # Sets Django up, as gunicorn will.
    Path(os.environ["PORTAL_DATA_DIR"], "static").mkdir()
    import_module("bench.wsgi")
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from bench.bare import NOTES

    # What fills the tables takes longer than any request may.
    settings.DATABASES["default"]["OPTIONS"]["options"] = ""
    said = io.StringIO()
    call_command("migrate", verbosity=0)
    call_command("load_offer", str(OFFER), stdout=said)
    call_command("collectstatic", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(NOTES)
        cursor.execute(RUNNING)


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the portal listens, and where the bare pages do."""

    portal: int
    bare: int


@contextmanager
def beside_the_floor(
    folder: Path, database: str = "portal", *, workers: int = WORKERS
) -> Iterator[Ports]:
    """The portal and the bare pages, each on a web server of its own, on that database."""
    with (
        gunicorn(folder, database, workers=workers) as portal,
        gunicorn(folder, database, workers=workers, serving="bench.bare_wsgi") as bare,
    ):
        yield Ports(portal, bare)


@contextmanager
def gunicorn(
    folder: Path,
    database: str = "portal",
    *,
    workers: int = WORKERS,
    serving: str = "bench.wsgi",
) -> Iterator[int]:
    """The web server, with the product's own settings, on that database; its port."""
    port = processes.free_port()
    log = (folder / f"gunicorn-{port}.log").open("wb")
    server = processes.start(
        [
            str(BIN / "gunicorn"), serving, "--config", "python:exchange_portal.server",
            "--bind", f"127.0.0.1:{port}", "--workers", str(workers),
        ],
        cwd=ROOT, env=os.environ | {"PORTAL_DATABASE_NAME": database}, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        processes.wait_until(
            lambda: server.poll() is not None or processes.listening(port), START_WAIT, "gunicorn"
        )
        if server.poll() is not None:
            raise RuntimeError(Path(log.name).read_text()[-3000:])
        yield port
    finally:
        processes.stop(server)
        log.close()


@contextmanager
def using(database: str) -> Iterator[None]:
    """Let this process work on that database."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def copy_database(name: str) -> None:
    """Make `name` a copy of `portal` as it is now."""
    from django.db import connection

    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE portal")


def drop_database(name: str) -> None:
    """Throw that copy away, with the room it takes on the disk."""
    from django.db import connection

    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")


def run_python(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of ours in a process of its own, whose memory can then be told apart."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT, env=os.environ, check=True, capture_output=True, text=True,
    )  # fmt: skip
