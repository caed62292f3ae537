"""gunicorn on the test's own database: several processes, as in production."""

from __future__ import annotations

import http.client
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection

from scripts import processes

ROOT = Path(__file__).resolve().parents[1]
CSRF = "c" * 32
WORKERS = 4


@dataclass
class Answer:
    """What came back."""

    status: int
    location: str
    body: str


@dataclass
class WebServer:
    """The portal on a port of 127.0.0.1."""

    port: int
    log: Path

    def post(self, path: str, fields: dict[str, str], **cookies: str) -> Answer:
        """Send a form, as a browser with these cookies would, on a connection of its own."""
        jar = {settings.CSRF_COOKIE_NAME: CSRF} | cookies
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items()),
        }
        return self._ask("POST", path, urlencode(fields | {"csrfmiddlewaretoken": CSRF}), headers)

    def get(self, path: str, **cookies: str) -> Answer:
        """Ask for a page."""
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        return self._ask("GET", path, None, {"Cookie": cookie})

    def at_once(self, asks: Sequence[Callable[[WebServer], Answer]]) -> list[Answer]:
        """Ask all of this at the same moment."""
        start = Barrier(len(asks))

        def ask(one: Callable[[WebServer], Answer]) -> Answer:
            start.wait()
            return one(self)

        with ThreadPoolExecutor(len(asks)) as pool:
            return list(pool.map(ask, asks))

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        connected = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connected.request(method, path, body, headers)
            came = connected.getresponse()
            return Answer(came.status, came.headers.get("Location", ""), came.read().decode())
        finally:
            connected.close()


@contextmanager
def web_server(
    folder: Path, *, application: str = "exchange_portal.wsgi", **environment: str
) -> Iterator[WebServer]:
    """The portal served by `WORKERS` processes, without any Redis."""
    server = WebServer(processes.free_port(), folder / f"{application}.log")
    database = {
        f"PORTAL_DATABASE_{name}": str(connection.settings_dict[name])
        for name in ("NAME", "HOST", "PORT", "USER", "PASSWORD")
    }
    nobody_there = {"PORTAL_REDIS_URL": f"redis://127.0.0.1:{processes.free_port()}/0"}
    ours = {"PORTAL_SECRET_KEY": settings.SECRET_KEY, "WEB_CONCURRENCY": str(WORKERS)}
    with server.log.open("wb") as output:
        gunicorn = processes.start(
            [
                str(Path(sys.executable).parent / "gunicorn"), application,
                "--config", "python:exchange_portal.server", "--bind", f"127.0.0.1:{server.port}",
            ],
            cwd=ROOT, stdout=output, stderr=output,
            env={**os.environ, **database, **nobody_there, **ours, **environment},
        )  # fmt: skip
    try:
        processes.wait_until(
            lambda: gunicorn.poll() is not None or processes.listening(server.port), 60, "gunicorn"
        )
        assert gunicorn.poll() is None, server.log.read_text()
        yield server
    finally:
        processes.stop(gunicorn)
