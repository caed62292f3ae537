"""The portal as people meet it: started by the demo's own script, visited over HTTP.

The demo script starts gunicorn, a real Celery worker and the sweeper. Here they work on the test
run's own PostgreSQL and Redis instead of SQLite and a folder.
"""

from __future__ import annotations

import email
import email.policy
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import mechanicalsoup
import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from elections.demo import DEMO_PASSWORD
from scripts import processes
from tests.environment import WORKER

PATIENCE = 60  # seconds for anything that processes do by themselves


class Visitor:
    """Someone at a browser without JavaScript; `page` is what they last saw, as plain text."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.browser = mechanicalsoup.StatefulBrowser(raise_on_404=True)

    @property
    def page(self) -> str:
        """The text of the page in front of them, white space folded."""
        return " ".join(self.browser.page.get_text(" ").split())

    @property
    def path(self) -> str:
        """Where they are."""
        return self.browser.url.removeprefix(self.address)

    def open(self, path: str) -> str:
        """Go to an address of the portal."""
        response = self.browser.open(self.address + path)
        assert response.status_code == 200, f"{path}: {response.status_code}\n{self.page}"
        return self.page

    def follow(self, link_text: str) -> str:
        """Follow the link with that text."""
        link = self.browser.page.find("a", string=link_text)
        assert link is not None, f"{self.path} has no link {link_text}: {self.page}"
        self.browser.follow_link(link)
        return self.page

    def download(self, path: str) -> bytes:
        """Fetch a file."""
        response = self.browser.session.get(self.address + path, timeout=PATIENCE)
        response.raise_for_status()
        return response.content

    def send(self, form: str, **answers: Any) -> str:
        """Fill in the form that this CSS selector finds, and press its button."""
        assert self.browser.page.select(form), f"{self.path} has no form {form}: {self.page}"
        self.browser.select_form(form)
        for name, answer in answers.items():
            self.browser[name] = answer
        self.browser.submit_selected()
        return self.page

    def sign_in(self, address: str) -> str:
        """Sign in with the demo's password."""
        self.open("/accounts/login/")
        return self.send("form[action*=login]", login=address, password=DEMO_PASSWORD)


class Portal:
    """A running portal: its address, its mail folder, its clock."""

    def __init__(self, address: str, folder: Path, environment: dict[str, str]) -> None:
        self.address = address
        self.folder = folder
        self.environment = environment

    def visitor(self, address: str) -> Visitor:
        """Someone who has just signed in."""
        visitor = Visitor(self.address)
        visitor.sign_in(address)
        return visitor

    def manage(self, *arguments: str) -> str:
        """Run a management command, as an operator would; its output."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def mails(self) -> list[EmailMessage]:
        """Everything that has been mailed so far."""
        return [
            email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            for file in sorted(self.folder.glob("mail/*.eml"))
        ]

    def mail(self, *, to: str, about: str) -> EmailMessage:
        """Wait for the one mail to `to` whose text or subject names `about`."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = [mail for mail in self.mails() if to in mail["To"] and about in _text(mail)]
            if found:
                assert len(found) == 1, [mail["Subject"] for mail in found]
                return found[0]
            time.sleep(0.1)
        subjects = [(mail["To"], mail["Subject"]) for mail in self.mails()]
        raise AssertionError(f"No mail to {to} about {about}. There is: {subjects}")


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return f"{mail['Subject']}\n{body.get_content()}"


@contextmanager
def running_portal(
    folder: Path, *, database: Callable[[], AbstractContextManager[dict[str, str]]] | None = None
) -> Iterator[Portal]:
    """Start the demo on a fresh database of the test run's PostgreSQL, or on the one given.

    Everything ends with it.
    """
    port = processes.free_port()
    with (database or fresh_database)() as found:
        environment = (
            os.environ
            | found
            | {
                "PORTAL_MODE": "demo",
                "PORTAL_DATA_DIR": str(folder),
                "PORTAL_REDIS_URL": settings.CELERY_BROKER_URL,
                "PORTAL_LOG_LEVEL": "WARNING",
                "PORT": str(port),
            }
        )
        for name in ("PORTAL_SECRET_KEY", "PORTAL_ALLOWED_HOSTS", "PORTAL_BASE_URL"):
            environment.pop(name, None)
        with (folder / "output.log").open("wb") as log:
            demo = processes.start(
                [sys.executable, "-m", "scripts.demo"],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            try:
                wait_for_the_logins(demo, folder / "output.log")
                yield Portal(f"http://127.0.0.1:{port}", folder, environment)
            finally:
                processes.stop(demo)


def wait_for_the_logins(demo: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the demo has said where to sign in."""

    def said() -> bool:
        assert demo.poll() is None, f"The demo did not start:\n{log.read_text()}"
        return "hr@example.com" in log.read_text()

    processes.wait_until(said, PATIENCE, "The demo's start")


@contextmanager
def fresh_database() -> Iterator[dict[str, str]]:
    """An empty database beside the test run's own; the variables with which the portal finds it."""
    server = connection.settings_dict
    name = f"running_portal_{WORKER}"
    address = {key: server[key.upper()] for key in ("host", "port", "user", "password")}
    with psycopg.connect(dbname="postgres", autocommit=True, **address) as admin:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        admin.execute(drop)
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield {
                "PORTAL_DATABASE_ENGINE": "postgresql",
                "PORTAL_DATABASE_NAME": name,
                **{f"PORTAL_DATABASE_{key.upper()}": str(said) for key, said in address.items()},
            }
        finally:
            admin.execute(drop)
