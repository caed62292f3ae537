"""Before a session ends: asked in a real browser, put off with a key, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from elections.models import BrowserSession, Draft, Employee, Grant
from tests.views.browser import choose

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Page]
MINUTE = 60_000
WAKE = "document.dispatchEvent(new Event('visibilitychange'))"


def ends_in(seconds: float) -> None:
    """When the session ends by the server, whose clock the browser's does not move."""
    BrowserSession.objects.update(expire_date=timezone.now() + timedelta(seconds=seconds))


@pytest.fixture
def page(visit: Visit, iso: Grant) -> Page:
    """The election page, just opened, with the browser's clock in hand."""
    page = visit("/verify/")
    page.clock.install()
    page.goto("/election/")
    return page


def dialog(page: Page):
    return page.get_by_role("dialog")


def test_nobody_is_asked_until_two_minutes_before_the_end(page: Page) -> None:
    page.clock.run_for(57 * MINUTE)
    expect(dialog(page)).to_have_count(0)
    ends_in(119)
    page.clock.run_for(2 * MINUTE)
    expect(dialog(page)).to_be_visible()
    expect(page.get_by_role("dialog", name="Stay signed in?")).to_be_visible()
    expect(page.get_by_role("button", name="Stay signed in")).to_be_focused()
    expect(page.get_by_role("button", name="Stay signed in")).to_have_accessible_description(
        "Nothing was opened for a while. You are signed out in 2 minutes."
        " What you typed stays on this page."
    )


@pytest.mark.parametrize("key", ["Enter", "Escape"])
def test_one_key_puts_it_off_and_the_focus_is_where_it_was(page: Page, key: str) -> None:
    with page.expect_response("**/election/"):  # the draft is kept, for which a session lasts on
        choose(page, "0001", "exchange")
        page.clock.run_for(5_000)
    field = page.locator('[name="grant-0001"][value="exchange"]')
    field.focus()
    ends_in(100)
    page.clock.run_for(58.5 * MINUTE)
    expect(dialog(page)).to_be_visible()
    page.keyboard.press(key)
    expect(dialog(page)).to_have_count(0)
    expect(field).to_be_focused()
    expect(field).to_be_checked()
    ending = BrowserSession.objects.get().expire_date
    assert ending > timezone.now() + settings.SESSION_IDLE - timedelta(minutes=1)
    page.clock.run_for(50 * MINUTE)
    expect(dialog(page)).to_have_count(0)


def test_the_focus_stays_in_the_dialog_and_the_time_is_told_twice(page: Page) -> None:
    ends_in(90)
    page.clock.run_for(58.5 * MINUTE)
    expect(dialog(page)).to_be_visible()
    expect(page.locator("[data-time]")).to_have_text("2 minutes")
    inside = (
        "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
    )
    for _ in range(6):
        page.keyboard.press("Tab")
        assert page.evaluate(inside)
    said = page.locator("[data-said]")
    expect(said).to_be_empty()
    page.clock.run_for(31_000)
    expect(said).to_have_text("You are signed out in 1 minute.")
    page.clock.run_for(41_000)
    expect(said).to_have_text("You are signed out in 20 seconds.")
    expect(said).to_have_attribute("role", "status")


def test_where_another_tab_is_in_use_nobody_is_asked(page: Page) -> None:
    page.clock.run_for(40 * MINUTE)
    ends_in(3600)  # moved on by the other tab
    page.clock.run_for(19 * MINUTE)
    expect(dialog(page)).to_have_count(0)
    ends_in(60)
    page.clock.run_for(59 * MINUTE)
    expect(dialog(page)).to_be_visible()


def test_signing_in_again_in_a_new_window_goes_on_where_one_was(
    page: Page, employee: Employee
) -> None:
    assert employee.user
    employee.user.set_password("three-quarters-rounded-up")
    employee.user.save()
    choose(page, "0001", "exchange")
    BrowserSession.objects.all().delete()
    page.clock.run_for(60 * MINUTE)
    over = page.get_by_role("dialog", name="You have been signed out")
    expect(over).to_be_visible()
    expect(page.locator("[data-said]")).to_have_text("You have been signed out.")
    with page.context.expect_page() as opened:
        over.get_by_role("link", name="Sign in (new window)").click()
    window = opened.value
    window.fill('[name="login"]', employee.email)
    window.fill('[name="password"]', "three-quarters-rounded-up")
    window.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(window.get_by_role("link", name="My account")).to_be_visible()
    window.close()

    page.evaluate(WAKE)
    expect(dialog(page)).to_have_count(0)
    expect(page.locator('[name="grant-0001"][value="exchange"]')).to_be_checked()
    page.get_by_role("button", name="Check my answers").click()
    expect(page.locator("h1")).to_have_text("Check your election")
    assert Draft.objects.filter(employee=employee, answers={"0001": "exchange"}).exists()


def test_at_the_end_of_twelve_hours_it_says_that_it_cannot_be_put_off(page: Page) -> None:
    longest = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    soon = timezone.now() + timedelta(seconds=100)
    BrowserSession.objects.update(started_at=soon - longest, expire_date=soon)
    page.clock.run_for(58.5 * MINUTE)
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.locator("[data-last]")).to_be_visible()
    expect(page.locator("[data-said]")).to_contain_text("This cannot be put off any more")
    expect(dialog(page)).to_be_visible()


def test_without_scripts_a_sentence_says_how_long_it_lasts(visit: Visit, iso: Grant) -> None:
    page = visit("/election/", java_script_enabled=False)
    expect(page.locator("footer")).to_contain_text("You stay signed in for 60 minutes")
    expect(page.locator("dialog")).to_be_hidden()
