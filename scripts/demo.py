"""The portal to try out: web server, worker and sweeper, with invented people, until Ctrl-C.

    .venv/bin/python -m scripts.demo [--reset]

PORT is the port of 127.0.0.1 (8000); PORTAL_DEMO_NOW where the demo's clock starts; PORTAL_DATA_DIR
where everything is kept (var/), so that the next demo goes on where this one ended.
"""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from scripts import processes

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
OFFER = Path("offers", "lantronix-2002")
# What a demo folder holds; --reset removes these and nothing else.
KEPT = ("portal.sqlite3", "portal.sqlite3-wal", "portal.sqlite3-shm", "broker", "mail", "log",
        "scans", "uploads", "secret_key")  # fmt: skip
START_WAIT = 30.0


class DemoError(Exception):
    """The demo cannot go on, for the reason that the text says."""


def main(arguments: list[str]) -> int:
    """Run the demo until a signal or until one of its processes ends; returns the exit code."""
    port = os.environ.get("PORT") or "8000"
    try:
        if not port.isdigit() or not 1 <= int(port) <= 65535:
            raise DemoError(f"PORT must be a number from 1 to 65535, not {port!r}.")
        folder = set_environment(port)
        if processes.listening(int(port)):
            raise DemoError(f"Port {port} is taken; choose another one: make demo PORT=8001")
        if "--reset" in arguments:
            remove(folder)
        with processes.signals_as_exit():
            run(port, folder, prepare())
    except KeyboardInterrupt:
        return 130
    except (DemoError, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def run(port: str, folder: Path, logins: str) -> None:
    """Start the processes, say where everything is, watch them, and end them all."""
    children = []
    try:
        for name, command in commands(port).items():
            children.append(Child(name, command, folder))
        processes.wait_until(lambda: answers(port, children), START_WAIT, "Starting the demo")
        print(welcome(port, folder, logins), flush=True)
        while True:
            time.sleep(0.5)
            check(children)
    finally:
        print("\nEnding the demo ...", flush=True)
        processes.stop(*(child.process for child in children))


def set_environment(port: str) -> Path:
    """Say to the settings what this is, and return the demo's folder."""
    os.chdir(ROOT)
    os.environ["PORTAL_MODE"] = "demo"
    os.environ["DJANGO_SETTINGS_MODULE"] = "exchange_portal.settings"
    os.environ.setdefault("PORTAL_BASE_URL", f"http://127.0.0.1:{port}")
    folder = ROOT / (os.environ.get("PORTAL_DATA_DIR") or "var")
    (folder / "log").mkdir(parents=True, exist_ok=True)
    return folder


def remove(folder: Path) -> None:
    """Throw away what the last demo left in its folder."""
    for path in (folder / name for name in KEPT):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    (folder / "log").mkdir()


def prepare() -> str:
    """Bring the database up to date and the offer, the people and the clock into it.

    Returns what `load_demo` says, the logins. All in this process: each new one costs a second.
    """
    import django
    from django.core.management import CommandError, call_command
    from django.db import connections

    from exchange_portal.env import ConfigurationError

    try:
        django.setup()
        from elections.models import Offer

        call_command("migrate", verbosity=0, interactive=False)
        if not Offer.objects.exists():  # what HR changed in it since stays changed
            said_by("load_offer", str(OFFER))
        logins = said_by("load_demo")
        said_by("demo_clock", os.environ.get("PORTAL_DEMO_NOW") or "--default")
    except (CommandError, ConfigurationError) as error:
        raise DemoError(str(error)) from error
    connections.close_all()
    return logins


def said_by(command: str, *arguments: str) -> str:
    """Run a management command of the portal; returns what it printed."""
    from io import StringIO

    from django.core.management import call_command

    said = StringIO()
    call_command(command, *arguments, stdout=said)
    return said.getvalue()


def commands(port: str) -> dict[str, list[str]]:
    """The three processes, by name."""
    python = str(BIN / "python")
    return {
        "web server": [
            str(BIN / "gunicorn"), "exchange_portal.wsgi", "--config",
            "python:exchange_portal.server", "--bind", f"127.0.0.1:{port}", "--workers", "2",
        ],
        "worker": [
            str(BIN / "celery"), "-A", "exchange_portal", "worker", "--concurrency", "1",
            "--without-gossip", "--without-mingle", "--without-heartbeat",
        ],
        "sweeper": [python, "manage.py", "deliver_outbox"],
    }  # fmt: skip


class Child:
    """One of the demo's processes, started; what it says goes into a file of the demo's folder."""

    def __init__(self, name: str, command: list[str], folder: Path) -> None:
        self.name = name
        self.log = folder / "log" / f"{name.replace(' ', '-')}.log"
        with self.log.open("ab") as log:
            self.process = processes.start(command, stdout=log, stderr=subprocess.STDOUT)


def check(children: list[Child]) -> None:
    """`DemoError`, with its last words, for a process that has ended."""
    for child in children:
        code = child.process.poll()
        if code is not None:
            last = "\n".join(child.log.read_text(errors="replace").splitlines()[-15:])
            raise DemoError(f"{last}\n\nThe {child.name} ended ({code}), so the demo ends.")


def answers(port: str, children: list[Child]) -> bool:
    """Whether the web server answers; `DemoError` when a process has ended instead."""
    check(children)
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def welcome(port: str, folder: Path, logins: str) -> str:
    """What a person needs to know to begin."""
    shown = os.path.relpath(folder, ROOT) if folder.is_relative_to(ROOT) else folder
    address = f"http://127.0.0.1:{port}"
    return (
        f"\nThe stock option exchange offer is open at {address}/\n\n{logins}\n"
        f"Mail lands in {shown}/mail/ and can be read at {address}/demo/mail/\n"
        f"The processes' messages: {shown}/log/. Ctrl-C ends them all; `make demo` goes on from"
        " here, `make demo-reset` begins anew.\n"
        "The demo's clock moves with: .venv/bin/python manage.py demo_clock"
        " 2003-01-20T20:59:30-08:00\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
