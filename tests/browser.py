"""The portal's pages in headless Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from elections.models import User
from scripts import machine
from tests.signing_in import sign_in

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which makes Django fear for its connection.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=machine.chromium(), args=QUIET)
        yield browser
        browser.close()


@contextmanager
def visits(browser: Browser, user: User, address: str, *, silent: bool = False) -> Iterator[Visit]:
    """Open pages of the portal at `address` as this account; options are the browser's.

    A script that fails fails the test; with `silent`, so does whatever the console says.
    """
    client = Client()
    sign_in(client, user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    contexts = []
    faults: list[str] = []

    def open_page(path: str, **options: Any) -> Page:
        context = browser.new_context(base_url=address, **options)
        contexts.append(context)
        cookie: Any = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}
        context.add_cookies([cookie])
        page = context.new_page()
        note_faults(page, faults, silent=silent)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:
            leave(page)
        context.close()
    assert not faults


def note_faults(page: Page, faults: list[str], *, silent: bool = False) -> None:
    """Put what goes wrong on a page into `faults`, for its test to look at when it is done.

    A test that fails in a listener would end Playwright for all tests after it.
    """
    page.on("pageerror", lambda error: faults.append(f"A script failed: {error}"))
    if silent:
        page.on("console", lambda said: faults.append(f"The console says: {said.text}"))


def leave(page: Page) -> None:
    """Go elsewhere; the election page keeps a draft as one leaves it: let it."""
    if "/election/" in page.url:
        page.goto("about:blank")
        page.wait_for_timeout(500)
