"""What a page weighs on its way: production's static files, served by gunicorn to Chromium."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext

from elections.models import Employee, Offer
from scripts import processes
from scripts.throwaway import production_environment
from tests.factory import elect, make_employee, make_grant, make_offer, make_required_grant

pytestmark = [
    pytest.mark.browser, pytest.mark.postgres, pytest.mark.worker, pytest.mark.timeout(300)
]  # fmt: skip

ROOT = Path(__file__).resolve().parents[2]
FIRST, AFTERWARDS = 150_000, 15_000  # bytes, headers included
# Compressing takes long, so what no employee's page asks for is left out.
COLLECT = """
import bench.wsgi
from django.core.management import call_command
unused = ["admin", "js", "*.rtl.*", "bootstrap-*"]
call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=unused)
"""


@pytest.fixture
def running(transactional_db: None) -> Offer:
    """An offer that runs by the clock on the wall."""
    now = timezone.now()
    return make_offer(
        opens_on=(now - timedelta(days=20)).date(), expiration=now + timedelta(days=2)
    )


@pytest.fixture
def pat(running: Offer) -> Employee:
    """Someone with ten grants, one of them required."""
    pat = make_employee(name="Pat Example")
    for _ in range(9):
        make_grant(pat)
    make_required_grant(pat)
    return pat


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Production's environment, with its static files collected and compressed."""
    folder = tmp_path_factory.mktemp("production")
    (folder / "static").mkdir()
    others = {name: said for name, said in os.environ.items() if not name.startswith("PORTAL_")}
    environment = (
        others
        | production_environment()
        | {
            "PORTAL_SECRET_KEY": settings.SECRET_KEY,
            "PORTAL_ALLOWED_HOSTS": "127.0.0.1",
            "PORTAL_BASE_URL": "https://127.0.0.1",
            "PORTAL_DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "exchange_portal.settings",
        }
    )
    subprocess.run([sys.executable, "-c", COLLECT], cwd=ROOT, env=environment, check=True)
    return environment


@pytest.fixture
def address(pat: Employee, production: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The portal under production's settings on this test's database."""
    port = processes.free_port()
    here = {
        f"PORTAL_DATABASE_{name}": str(connection.settings_dict[name])
        for name in ("NAME", "HOST", "PORT", "USER", "PASSWORD")
    }
    with serving(port, production | here, tmp_path / "gunicorn.log"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def serving(port: int, environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        server = processes.start(
            [
                str(Path(sys.executable).parent / "gunicorn"), "bench.wsgi",
                "--config", "python:exchange_portal.server", "--bind", f"127.0.0.1:{port}",
            ],
            cwd=ROOT, env=environment, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        processes.wait_until(
            lambda: server.poll() is not None or processes.listening(port), 60, "gunicorn"
        )
        assert server.poll() is None, log.read_text()
        yield
    finally:
        processes.stop(server)


@pytest.fixture
def window(chromium: Browser, pat: Employee, address: str) -> Iterator[BrowserContext]:
    """A browser in which they have signed in, and nothing else was ever opened.

    What production has before it says that they came over TLS.
    """
    client = Client()
    assert pat.user
    client.force_login(pat.user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    window = chromium.new_context(extra_http_headers=forwarded)
    cookie: Any = {"name": "__Host-session", "value": session, "path": "/", "secure": True}
    window.add_cookies([cookie | {"domain": "127.0.0.1"}])
    yield window
    window.close()


def weight(window: BrowserContext, url: str) -> dict[str, int]:
    """Open a page; the bytes that came over the wire for it, headers and all, by address."""
    page = window.new_page()
    session = window.new_cdp_session(page)
    addresses: dict[str, str] = {}
    came: dict[str, int] = {}

    def asked(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["request"]["url"]

    def loaded(event: dict[str, Any]) -> None:
        came[addresses[event["requestId"]]] = int(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.loadingFinished", loaded)
    session.send("Network.enable")
    response = page.goto(url, wait_until="networkidle")
    assert response
    assert (response.status, response.url) == (200, url)
    page.close()
    return came


@pytest.mark.parametrize("page", ["offer", "election", "receipt"])
def test_a_page_is_light_when_it_is_first_opened_and_lighter_afterwards(
    window: BrowserContext, address: str, pat: Employee, page: str
) -> None:
    receipt = elect(pat, *pat.grants.filter(exercise_price__gt=1)).receipt
    path = {"offer": "/", "election": "/election/", "receipt": f"/submissions/{receipt}/"}[page]

    first, afterwards = weight(window, address + path), weight(window, address + path)

    assert any(url.endswith(".css") for url in first)
    assert sum(first.values()) < FIRST
    assert [url for url, size in afterwards.items() if size] == [address + path]
    assert sum(afterwards.values()) < AFTERWARDS


def test_its_files_as_they_are_would_weigh_too_much(window: BrowserContext, address: str) -> None:
    files = weight(window, address + "/")
    assert sum(len(window.request.get(file).body()) for file in files) > FIRST
