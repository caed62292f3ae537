"""The private servers: really there, really somebody else's, really gone afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from scripts import processes, services
from tests.project import starting


def connect(server: services.PostgreSQL) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host="127.0.0.1", port=server.port, user=server.user, password=server.password,
        dbname=server.database, connect_timeout=5, autocommit=True,
    )  # fmt: skip


def owner(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


@pytest.mark.postgres
def test_postgresql_keeps_what_was_committed_when_it_is_killed_and_leaves_nothing() -> None:
    with services.postgres_server() as server:
        assert server.process is not None
        assert owner(server.process.pid) != 0
        with connect(server) as client:
            assert client.execute("SHOW fsync").fetchone() == ("on",)
            client.execute("CREATE TABLE kept (x int)")
            client.execute("INSERT INTO kept VALUES (7)")
            server.kill()
        assert not processes.listening(server.port)
        server.start()
        with connect(server) as client:
            assert client.execute("SELECT x FROM kept").fetchone() == (7,)
    assert not processes.listening(server.port)
    assert not server.folder.exists()


@pytest.mark.postgres
def test_a_stranger_is_not_let_into_the_private_postgresql() -> None:
    with services.postgres_server() as server:
        server.password = "guessed"
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            connect(server)


@pytest.mark.redis
def test_redis_forgets_when_it_is_killed_and_leaves_nothing() -> None:
    import redis

    with services.redis_server() as server:
        assert server.process is not None
        assert owner(server.process.pid) != 0
        client = redis.Redis.from_url(server.environment["PORTAL_REDIS_URL"])
        client.set("x", 7)
        assert client.get("x") == b"7"
        server.kill()
        server.start()
        assert client.get("x") is None
        client.close()
        stranger = redis.Redis(port=server.port)
        with pytest.raises(redis.AuthenticationError):
            stranger.get("x")
        stranger.close()
    assert not processes.listening(server.port)
    assert not server.folder.exists()


@pytest.mark.redis
def test_a_command_beside_the_servers_finds_them_and_its_exit_code_is_kept() -> None:
    done = starting.run(
        "-m", "scripts.with_services", "--redis", "--",
        "sh", "-c", "echo $PORTAL_REDIS_URL; exit 7",
    )  # fmt: skip
    assert done.returncode == 7
    assert done.stdout.startswith("redis://:")
    assert not processes.listening(int(done.stdout.rpartition(":")[2].partition("/")[0]))


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that the servers' user may enter, and that is removed when they could not do it."""
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.redis
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)]
)
def test_the_command_and_the_servers_end_with_what_started_them(
    public_folder: Path, number: int, code: int
) -> None:
    said = public_folder / "said"
    script = f"echo $$ $PORTAL_REDIS_URL > {said}.part; mv {said}.part {said}; exec sleep 60"
    beside = subprocess.Popen(
        [sys.executable, "-m", "scripts.with_services", "--redis", "--", "sh", "-c", script],
        cwd=starting.ROOT,
        env={**os.environ, "TMPDIR": str(public_folder)},
    )
    try:
        processes.wait_until(said.exists, 30, "Starting")
        pid, url = said.read_text().split()
        port = int(url.rpartition(":")[2].partition("/")[0])
        assert processes.listening(port)
        beside.send_signal(number)
        assert beside.wait(20) == code
        processes.wait_until(lambda: not processes.listening(port), 10, "Stopping Redis")
        processes.wait_until(lambda: not alive(int(pid)), 10, "Stopping the command")
    finally:
        beside.kill()
        beside.wait()


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and whose parent has not looked yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_stopping_ends_a_process_that_does_not_listen_and_its_children() -> None:
    stubborn = processes.start(["sh", "-c", "trap '' TERM; sleep 60 & sleep 60; wait"])
    time.sleep(0.3)
    family = [stubborn.pid, *processes.descendants(stubborn.pid)]
    assert len(family) == 3
    processes.stop(stubborn, grace=0.5)
    # Killed is not yet gone, for those that are not our own children.
    processes.wait_until(lambda: not any(map(alive, family)), 5, "Their end")


def test_waiting_for_what_does_not_come_ends_with_its_name() -> None:
    with pytest.raises(TimeoutError, match="Nothing took longer than"):
        processes.wait_until(lambda: False, 0.1, "Nothing")
