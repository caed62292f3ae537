"""The employees' pages in headless Chromium; loaded by conftest.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from elections.models import Employee
from tests.browser import Visit, visits


@pytest.fixture
def visit(
    transactional_db: None, employee: Employee, chromium: Browser, live_server
) -> Iterator[Visit]:
    """Open a page of the portal as the employee; options are the browser's."""
    assert employee.user is not None
    with visits(chromium, employee.user, live_server.url) as open_page:
        yield open_page


def choose(page: Page, number: str, answer: str) -> None:
    """Answer for one grant on the election page."""
    page.check(f'[name="grant-{number}"][value="{answer}"]')
