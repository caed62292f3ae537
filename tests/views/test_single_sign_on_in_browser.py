"""Single sign-on in Chromium, whose policy for forms follows redirects to other sites."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import note_faults
from tests.factory import make_employee, make_offer, make_user
from tests.portal import SetClock
from tests.provider import Provider

pytestmark = pytest.mark.browser


@pytest.fixture
def page(
    transactional_db: None,
    portal_clock: SetClock,
    provider: Provider,
    chromium: Browser,
    live_server: Any,
) -> Iterator[Page]:
    make_offer()
    make_employee(user=make_user("pat@example.com", name="Pat Example"), email="pat@example.com")
    provider.knows("pat", email="pat@example.com", email_verified=True)
    context = chromium.new_context(base_url=live_server.url)
    page = context.new_page()
    faults: list[str] = []
    note_faults(page, faults)
    page.on("console", lambda said: faults.append(said.text) if "Refused" in said.text else None)
    yield page
    context.close()
    assert not faults


def be(page: Page, subject: str) -> None:
    """Say at the provider who one is."""
    page.fill('input[name="sub"]', subject)
    page.press('input[name="sub"]', "Enter")


def test_one_presses_the_button_and_is_signed_in_where_one_wanted_to_go(page: Page):
    page.goto("/submissions/")
    page.click("text=Sign in with Example Corporation")
    be(page, "pat")
    page.wait_for_url("**/submissions/")
    assert "Pat Example" in page.inner_text(".who")


def test_a_stranger_is_told_so_and_can_go_another_way(page: Page):
    page.goto("/accounts/login/?next=/election/")
    page.click("text=Sign in with Example Corporation")
    be(page, "eve")
    page.wait_for_url("**/sign-on/back/**")
    assert page.inner_text("h1") == "No account was found"
    page.click("text=Sign in another way")
    page.wait_for_url("**/accounts/login/?next=/election/")
