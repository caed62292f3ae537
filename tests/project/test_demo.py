"""`make demo`, as its processes: they start, they are found, and they all end."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts import processes
from tests.project import starting
from tests.project.test_services import alive

pytestmark = [pytest.mark.worker, pytest.mark.timeout(180)]


@contextmanager
def demo(
    folder: Path, *words: str, **variables: str
) -> Iterator[tuple[subprocess.Popen[bytes], int, Path]]:
    """A running demo that keeps its things in `folder`: the process, its port, what it says."""
    port = processes.free_port()
    said = folder.with_name(f"{folder.name}.said")
    given = {"PORT": str(port), "PORTAL_DATA_DIR": str(folder)} | variables
    with said.open("wb") as stream:
        running = processes.start(
            [sys.executable, "-m", "scripts.demo", *words],
            cwd=starting.ROOT, env=starting.surroundings(given), stdout=stream, stderr=stream,
        )  # fmt: skip
    try:
        processes.wait_until(
            lambda: running.poll() is not None or "/demo/mail/" in said.read_text(), 90, "The demo"
        )
        yield running, port, said
    finally:
        processes.stop(running, grace=30)


def get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def manage(folder: Path, *words: str) -> str:
    done = starting.run("manage.py", *words, PORTAL_MODE="demo", PORTAL_DATA_DIR=str(folder))
    assert done.returncode == 0, done.stderr
    return done.stdout


def children(running: subprocess.Popen[bytes]) -> list[int]:
    """The web server, the worker and the sweeper, without their own children."""
    parents = {pid: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
               for pid in processes.descendants(running.pid)}  # fmt: skip
    return [pid for pid, parent in parents.items() if int(parent) == running.pid]


def waiting(folder: Path) -> list[str]:
    return [message.name for message in (folder / "broker" / "queue").iterdir()]


def test_a_demo_serves_works_ends_altogether_and_keeps_its_data(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with demo(folder) as (running, port, said):
        assert get(port, "/readyz") == (200, "ready\n")
        assert get(port, "/accounts/login/")[0] == 200
        assert get(port, "/static/bootstrap/css/bootstrap.min.css")[0] == 200
        for login in ("employee@example.com", "law@example.com", "hr@example.com"):
            assert login in said.read_text()
        assert len(children(running)) == 3
        assert "2003-01-15T10:0" in manage(folder, "demo_clock", "--default")

        # A wake-up for a row that does not exist: the worker takes it off the queue all the same.
        wake = "import django; django.setup();" \
               "from elections.delivery.tasks import deliver_message;" \
               "deliver_message.apply_async((0,))"  # fmt: skip
        starting.run("-c", wake, PORTAL_MODE="demo", PORTAL_DATA_DIR=str(folder),
                     DJANGO_SETTINGS_MODULE="exchange_portal.settings")  # fmt: skip
        processes.wait_until(lambda: not waiting(folder), 20, "Taking the wake-up")

        family = [running.pid, *processes.descendants(running.pid)]
        running.send_signal(signal.SIGINT)
        assert running.wait(40) == 130
        assert [pid for pid in family if alive(pid)] == []

    manage(folder, "demo_clock", "2003-01-20T20:59:30-08:00")
    before = (folder / "secret_key").read_text()
    with demo(folder) as (running, port, said):
        assert get(port, "/readyz")[0] == 200
        assert "2003-01-20T2" in manage(folder, "demo_clock", "--default")
        assert (folder / "secret_key").read_text() == before

        victim = children(running)[-1]
        os.kill(victim, signal.SIGKILL)
        assert running.wait(40) == 1
        assert " ended (-9), so the demo ends." in said.read_text()

    with demo(folder, "--reset", PORTAL_DEMO_NOW="2003-01-20T20:00:00-08:00") as (_, port, _):
        assert get(port, "/readyz")[0] == 200
        assert "2003-01-20T20:0" in manage(folder, "demo_clock", "--default")
        assert (folder / "secret_key").read_text() != before


def test_a_port_that_is_taken_is_named_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = starting.run("-m", "scripts.demo", PORT=port, PORTAL_DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == f"Port {port} is taken; choose another one: make demo PORT=8001\n"


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "http"), ("PORT", "70000"), ("PORTAL_DEMO_NOW", "2003-01-20")]
)
def test_a_demo_that_is_told_nonsense_says_so_in_one_sentence(
    tmp_path: Path, name: str, value: str
) -> None:
    given = {"PORT": str(processes.free_port()), "PORTAL_DATA_DIR": str(tmp_path)} | {name: value}
    done = starting.run("-m", "scripts.demo", **given)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"{name} must be ")
