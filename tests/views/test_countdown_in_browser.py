"""The time left in a real browser: told at five marks, hidden at will, right after a sleep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from elections.models import Grant, Offer
from tests.factory import EXPIRATION, extend
from tests.portal import SetClock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Page]
LABEL = "9:00 PM PST on January 20, 2003 (midnight Eastern)"
# Every text that a screen reader would have been given by the one polite live region.
LISTEN = """
window.told = [];
addEventListener("DOMContentLoaded", () => {
  const region = document.querySelector("[data-announce]");
  if (!region) return; // the empty page that a test leaves for
  new MutationObserver(() => told.push(region.textContent)).observe(region, {childList: true});
});
"""
# The machine sleeps: the clock on the wall goes on, the steady one may not.
SLEEP = "seconds => { const now = Date.now; Date.now = () => now() + seconds * 1000; }"
WAKE = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def open_before(visit: Visit, portal_clock: SetClock) -> Callable[..., Page]:
    """Open the election page so long before the deadline, with the browser's clock in hand."""

    def opened(**before: float) -> Page:
        portal_clock.set(EXPIRATION - timedelta(**before))
        page = visit("/verify/")
        page.clock.install()
        page.add_init_script(LISTEN)
        page.goto("/election/")
        return page

    return opened


@pytest.mark.parametrize(
    ("before", "run", "said"),
    [
        ({"hours": 24, "seconds": 30}, 60, "24 hours left."),
        ({"hours": 1, "seconds": 30}, 60, "1 hour left."),
        ({"minutes": 15, "seconds": 20}, 40, "15 minutes left."),
        ({"minutes": 5, "seconds": 20}, 40, "5 minutes left."),
        ({"minutes": 1, "seconds": 20}, 40, "1 minute left."),
    ],
)
def test_each_mark_is_told_once_with_the_deadline(
    open_before: Callable[..., Page], iso: Grant, before: dict[str, float], run: int, said: str
):
    page = open_before(**before)
    page.clock.run_for(run * 1000)
    assert page.evaluate("told") == [f"{said} Forms count if they arrive before {LABEL}."]


def test_between_the_marks_nothing_is_told_while_the_time_goes_on(
    open_before: Callable[..., Page], iso: Grant
):
    page = open_before(minutes=14)
    page.clock.run_for(8 * 60_000)
    expect(page.locator(".left")).to_contain_text("5 minutes left")
    assert page.evaluate("told") == []
    assert page.locator(".left").get_attribute("aria-live") == "off"


def test_the_time_left_counts_down(open_before: Callable[..., Page], iso: Grant):
    page = open_before(minutes=2, seconds=30)
    left = page.locator(".left")
    expect(left).to_contain_text("2 minutes left")
    page.clock.run_for(60_000)
    expect(left).to_contain_text("1 minute left")
    page.clock.run_for(60_000)
    expect(left).to_contain_text("less than a minute left")


def test_at_zero_the_server_decides_and_nothing_is_disabled(
    open_before: Callable[..., Page], iso: Grant
):
    page = open_before(seconds=30)
    page.clock.run_for(60_000)
    end = "The time is up by this page's count. You can still send a form; the server decides."
    expect(page.locator(".left")).to_contain_text(end)
    assert page.evaluate("told") == [end]
    assert page.locator(":disabled").count() == 0
    page.check('[name="grant-0001"][value="exchange"]')
    page.click("text=Check my answers")
    expect(page.locator("h1")).to_have_text("Check your election")


def test_after_a_sleep_the_server_is_asked_what_is_left(
    open_before: Callable[..., Page], iso: Grant, portal_clock: SetClock
):
    page = open_before(hours=8)
    portal_clock.set(EXPIRATION - timedelta(minutes=12, seconds=30))
    page.evaluate(SLEEP, 7.8 * 3600)
    page.evaluate(WAKE)
    expect(page.locator(".left")).to_contain_text("12 minutes")
    expect(page.locator(".deadline")).to_have_class("deadline is-soon")
    assert page.evaluate("told.length") == 1
    assert page.evaluate("told[0]").startswith("12 minutes left.")


def test_a_clock_that_is_set_back_or_on_is_not_believed(
    open_before: Callable[..., Page], iso: Grant
):
    page = open_before(hours=2, minutes=1)
    for seconds in (-86400, 2 * 86400):
        page.evaluate(SLEEP, seconds)
        page.evaluate(WAKE)
        expect(page.locator(".left")).to_contain_text("2 hours")


def test_an_extension_while_the_machine_slept_is_told(
    open_before: Callable[..., Page], offer: Offer, iso: Grant, portal_clock: SetClock
):
    page = open_before(hours=8)
    extend(offer)
    portal_clock.set(EXPIRATION + timedelta(hours=1, minutes=30))
    page.evaluate(SLEEP, 9 * 3600)
    page.evaluate(WAKE)
    later = "9:00 PM PST on January 27, 2003 (midnight Eastern)"
    expect(page.locator("[data-deadline]")).to_have_text(later)
    expect(page.locator(".left")).to_contain_text("6 days, 22 hours")
    assert f"The deadline is now {later}." in page.evaluate("told")


def test_where_the_server_does_not_answer_it_says_that_it_cannot_know(
    open_before: Callable[..., Page], iso: Grant, portal_clock: SetClock
):
    page = open_before(hours=8)
    page.context.set_offline(True)
    page.evaluate(SLEEP, 9 * 3600)
    page.evaluate(WAKE)
    expect(page.locator(".left")).to_contain_text("Load this page again to see the time left.")
    assert page.evaluate("told") == []
    page.context.set_offline(False)
    portal_clock.set(EXPIRATION - timedelta(hours=3, minutes=1))
    page.clock.run_for(40_000)
    expect(page.locator(".left")).to_contain_text("3 hours")


def test_it_can_be_hidden_which_is_remembered_and_silences_it(
    open_before: Callable[..., Page], iso: Grant
):
    page = open_before(minutes=15, seconds=20)
    page.get_by_role("button", name="Hide the time left").press("Enter")
    expect(page.locator(".left")).to_be_hidden()
    page.clock.run_for(40_000)
    assert page.evaluate("told") == []
    expect(page.locator(".deadline")).to_contain_text(f"before {LABEL}")
    page.goto("/withdrawal/")
    expect(page.locator(".left")).to_be_hidden()
    page.get_by_role("button", name="Show the time left").press("Enter")
    expect(page.locator(".left")).to_be_visible()
    page.reload()
    expect(page.locator(".left")).to_be_visible()


def test_without_scripts_there_is_a_static_text_and_no_button(visit: Visit, iso: Grant):
    page = visit("/election/", java_script_enabled=False)
    expect(page.locator(".deadline")).to_contain_text(f"before {LABEL}")
    expect(page.locator(".left")).to_contain_text("5 days, 11 hours")
    expect(page.locator("[data-hide-time]")).to_be_hidden()


def test_a_message_is_told_to_who_cannot_see_it(visit: Visit, iso: Grant):
    page = visit("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    expect(page.locator("[data-say]")).to_have_text("You have signed out.")
    expect(page.locator("[data-announce]")).to_have_text("You have signed out.")
