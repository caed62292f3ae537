"""Every step of an employee, one after the other, in a browser that runs no scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from elections.models import Submission
from tests.gallery.scene import PASSWORD, Scene
from tests.portal import SetClock
from tests.views.browser import choose

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(
    transactional_db: None, portal_clock: SetClock, settings: Any, chromium: Browser, live_server
) -> Iterator[Page]:
    """A browser without scripts, at the sign-in of a portal in which Pat has an account."""
    assert Scene(portal_clock, settings).pat
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/accounts/login/")
    yield page
    context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def follow(page: Page, name: str) -> None:
    page.locator("main").get_by_role("link", name=name).first.click()


def headed(page: Page, words: str) -> None:
    expect(page.locator("h1")).to_have_text(words)


def test_each_step_is_completed_without_scripts(page: Page) -> None:
    assert page.evaluate("document.documentElement.lang") == "en"
    page.get_by_label("Email").fill("pat@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")

    follow(page, "Look at my grants and choose")
    press(page, "Check my answers")
    expect(page.locator(".error-summary")).to_be_visible()
    choose(page, "0001", "exchange")
    choose(page, "0002", "keep")
    press(page, "Check my answers")
    headed(page, "Check your election")
    press(page, "Submit my election")
    expect(page.locator(".error-summary")).to_be_visible()
    page.get_by_label("I have read").check()
    page.get_by_label("name").first.fill("Pat Example")
    press(page, "Submit my election")
    headed(page, "Your election is on record")
    receipt = Submission.objects.get().receipt

    page.goto("/compare/")
    page.get_by_label("exercise price of the new options").fill("1.50")
    page.get_by_label("share prices").fill("2 6 10")
    press(page, "Work it out")
    expect(page.get_by_text("Break-even price").first).to_be_visible()

    page.goto("/withdrawal/")
    page.get_by_label("Withdraw my whole election").check()
    press(page, "Check my withdrawal")
    page.get_by_label("name").first.fill("Pat Example")
    press(page, "Submit my withdrawal")
    headed(page, "Your withdrawal is on record")

    page.goto("/election/decline/")
    page.get_by_label("name").first.fill("Pat Example")
    press(page, "Record that I do not take part")
    headed(page, "Your answer is on record")

    page.goto("/submissions/")
    assert page.locator("main").get_by_text(receipt).count() > 0
    press(page, "Sign out")
    page.goto("/verify/")
    page.get_by_label("Receipt code").fill(receipt.lower())
    press(page, "Look it up")
    expect(page.locator("main")).to_contain_text(receipt)
    assert [one.kind for one in Submission.objects.order_by("sequence")] == [
        "election",
        "withdrawal",
        "decline",
    ]
