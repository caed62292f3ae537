"""A private PostgreSQL and a private Redis: free ports, an unprivileged user, gone afterwards.

    with postgres_server() as postgres, redis_server() as redis:
        os.environ.update(postgres.environment | redis.environment)

Each can be stopped, killed and started again while its folder, and so its data, stays.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts import machine, processes

START_WAIT = 30.0


class Server(ABC):
    """A server of ours in a folder of its own, and the variables with which the portal finds it."""

    name: str
    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path, account: str | None) -> None:
        self.folder = folder
        self.account = account
        self.port = processes.free_port()
        self.password = secrets.token_urlsafe(18)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def environment(self) -> dict[str, str]:
        """The portal's variables that name this server."""

    @abstractmethod
    def command(self) -> list[str]:
        """What starts the server in the foreground."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether it answers."""

    def start(self) -> None:
        """Start it, and return once it answers. Its messages are in `log`."""
        with self.log.open("ab") as log:
            self.process = processes.start(
                self.command(), end=self.stop_signal, cwd=self.folder, stdout=log, stderr=log,
                **self._identity(),
            )  # fmt: skip
        try:
            processes.wait_until(self._ready_or_dead, START_WAIT, f"Starting {self.name}")
        except TimeoutError:
            self.stop()
            raise
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} did not start:\n{self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """Stop it in its own orderly way."""
        if self.process:
            processes.stop(self.process, sign=self.stop_signal)

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL, no goodbye."""
        if self.process:
            processes.kill(self.process)

    def pause(self) -> None:
        """Let it hold its connections and answer nothing (SIGSTOP), until `resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `pause`."""
        self._signal(signal.SIGCONT)

    @property
    def log(self) -> Path:
        """The file with everything it said."""
        return self.folder / "log"

    def run(self, command: list[str], **environment: str) -> None:
        """Run a tool as the server's user; `RuntimeError` with its messages when it fails."""
        done = subprocess.run(
            command,
            check=False,
            cwd=self.folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            **self._identity(),
        )
        if done.returncode:
            raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr or done.stdout}")

    def _ready_or_dead(self) -> bool:
        return self.process is None or self.process.poll() is not None or self.ready()

    def _signal(self, number: int) -> None:
        if self.process is None:
            raise RuntimeError(f"{self.name} was not started.")
        processes.signal_all(self.process, number)

    def _identity(self) -> dict[str, Any]:
        if self.account is None:
            return {}
        account = pwd.getpwnam(self.account)
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


class PostgreSQL(Server):
    """PostgreSQL with its durable defaults (fsync on), one database `portal` and its owner."""

    name = "PostgreSQL"
    # "Fast": ends the sessions and writes a checkpoint. SIGTERM would wait for clients to leave.
    stop_signal = signal.SIGINT
    database = user = "portal"

    @property
    def environment(self) -> dict[str, str]:
        """PORTAL_DATABASE_*."""
        return {
            "PORTAL_DATABASE_ENGINE": "postgresql",
            "PORTAL_DATABASE_NAME": self.database,
            "PORTAL_DATABASE_HOST": "127.0.0.1",
            "PORTAL_DATABASE_PORT": str(self.port),
            "PORTAL_DATABASE_USER": self.user,
            "PORTAL_DATABASE_PASSWORD": self.password,
        }

    @property
    def settings(self) -> dict[str, object]:
        """What differs from PostgreSQL's defaults: a port of 127.0.0.1, a socket in the folder."""
        return {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "max_connections": 100,
            "timezone": "UTC",
        }

    def command(self) -> list[str]:
        """The server itself."""
        words = [f"--{name.replace('_', '-')}={value}" for name, value in self.settings.items()]
        return [self._program("postgres"), "-D", str(self.folder / "data"), *words]

    def ready(self) -> bool:
        """Whether it takes sign-ins by now (while it recovers, it does not)."""
        return subprocess.run(
            [self._program("psql"), *self._as_superuser(), "-c", "SELECT 1"],
            check=False, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
            **self._identity(),
        ).returncode == 0  # fmt: skip

    def initialise(self) -> None:
        """Make the cluster, start it, and make the portal's role and database."""
        self.run([
            self._program("initdb"), "-D", str(self.folder / "data"), "--username=postgres",
            "--encoding=UTF8", "--locale=C.UTF-8", "--auth-host=scram-sha-256",
            # The socket lies in a folder that only the server's user may enter.
            "--auth-local=trust",
        ])  # fmt: skip
        self.start()
        for statement in (
            f"CREATE ROLE {self.user} LOGIN CREATEDB CREATEROLE PASSWORD '{self.password}'",
            f"CREATE DATABASE {self.database} OWNER {self.user}",
        ):
            self.run([self._program("psql"), *self._as_superuser(), "-c", statement])

    def _as_superuser(self) -> list[str]:
        return ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder),
                "-p", str(self.port), "-U", "postgres", "-d", "postgres"]  # fmt: skip

    @staticmethod
    def _program(name: str) -> str:
        path = machine.postgresql_program(name)
        if path is None:
            raise RuntimeError(machine.sentence([machine.POSTGRESQL]))
        return str(path)


class ForgetfulPostgreSQL(PostgreSQL):
    """The same, but it waits for no disk: for tests, whose data nobody wants after a power cut.

    Most of a test that really commits is emptying the tables behind it.
    """

    @property
    def settings(self) -> dict[str, object]:
        """Those, and nothing is waited for."""
        quick = dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
        return {**super().settings, **quick}


class Redis(Server):
    """Redis that keeps nothing on disk: after a restart it is empty."""

    name = "Redis"

    @property
    def environment(self) -> dict[str, str]:
        """PORTAL_REDIS_URL, with the password in it."""
        return {"PORTAL_REDIS_URL": f"redis://:{self.password}@127.0.0.1:{self.port}/0"}

    def command(self) -> list[str]:
        """The server with its settings in a file, where the password is not in the process list."""
        file = self.folder / "redis.conf"
        file.write_text(
            f"port {self.port}\nbind 127.0.0.1\nrequirepass {self.password}\n"
            f'dir {self.folder}\nsave ""\nappendonly no\ndaemonize no\n'
        )
        if self.account:
            shutil.chown(file, self.account)
        file.chmod(0o600)
        return [shutil.which("redis-server") or "redis-server", str(file)]

    def ready(self) -> bool:
        """Whether it accepts connections; it has nothing to load first."""
        return processes.listening(self.port)


@contextmanager
def postgres_server(kind: type[PostgreSQL] = PostgreSQL) -> Iterator[PostgreSQL]:
    """A running PostgreSQL, stopped and removed at the end."""
    with _folder("postgres") as (folder, account):
        server = kind(folder, account)
        try:
            server.initialise()
            yield server
        finally:
            server.stop()


@contextmanager
def redis_server(kind: type[Redis] = Redis) -> Iterator[Redis]:
    """A running Redis, stopped and removed at the end."""
    with _folder("redis") as (folder, account):
        server = kind(folder, account)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextmanager
def _folder(wanted: str) -> Iterator[tuple[Path, str | None]]:
    """A folder for a server, and whom to run it as: PostgreSQL refuses root."""
    folder = Path(tempfile.mkdtemp(prefix="portal-"))
    account = None
    try:
        if os.geteuid() == 0:
            account = next(name for name in (wanted, "nobody") if _known(name))
            shutil.chown(folder, account)
        yield folder, account
    finally:
        _remove(folder)


def _known(account: str) -> bool:
    try:
        pwd.getpwnam(account)
    except KeyError:
        return False
    return True


def _remove(folder: Path) -> None:
    """Remove it, patiently: the children of a killed server may still be writing."""
    for attempt in range(20):
        shutil.rmtree(folder, ignore_errors=attempt < 19)
        if not folder.exists():
            return
        time.sleep(0.1)
