"""The employees' pages in headless Chromium; loaded by conftest.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, sync_playwright

from elections.models import Employee
from scripts import machine
from tests.views.pages import signed_in

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which makes Django fear for its connection.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=machine.chromium(), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(
    transactional_db: None, employee: Employee, chromium: Browser, live_server
) -> Iterator[Callable[..., Page]]:
    """Open a page of the portal as the employee; options are the browser's."""
    session = signed_in(employee).cookies[settings.SESSION_COOKIE_NAME].value
    contexts = []

    def open_page(path: str, **options: object) -> Page:
        context = chromium.new_context(base_url=live_server.url, **options)  # type: ignore[arg-type]
        contexts.append(context)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
        context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"A script failed: {error}"))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def choose(page: Page, number: str, answer: str) -> None:
    """Answer for one grant on the election page."""
    page.check(f'[name="grant-{number}"][value="{answer}"]')
