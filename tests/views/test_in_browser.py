"""The pages in a real browser: what the scripts add, and that nothing depends on them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from elections.models import Draft, Employee, Grant, Submission
from tests.factory import EXPIRATION, elect, make_grant
from tests.portal import SetClock
from tests.views.browser import choose

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATHS = (
    "/",
    "/compare/",
    "/compare/?new_price=1.50&prices=2+6+10+14+18+20+50+100&before=3",
    "/election/",
    "/election/check/",
    "/election/decline/",
    "/withdrawal/",
    "/submissions/",
    "/documents/announcement-letter/",
    "/nothing/",
)


def test_totals_and_required_grants_follow_the_answers(
    visit: Callable[..., Page], iso: Grant, nso: Grant, required: Grant
):
    page = visit("/election/")
    totals = page.locator(".totals p")
    state = page.locator("[data-state]")
    expect(totals).to_contain_text("0 exchanged, 0 kept, 2 not answered yet", use_inner_text=True)
    choose(page, "0002", "exchange")
    expect(totals).to_contain_text("2 exchanged, 0 kept, 1 not answered yet", use_inner_text=True)
    expect(totals).to_contain_text(
        "834 shares given for 626 new shares promised, the required", use_inner_text=True
    )
    expect(state).to_have_text("Exchanged along")
    choose(page, "0001", "keep")
    expect(totals).to_contain_text("2 exchanged, 1 kept.", use_inner_text=True)
    choose(page, "0002", "keep")
    expect(totals).to_contain_text(
        "0 exchanged, 3 kept. 0 shares given for 0 new shares promised.", use_inner_text=True
    )
    expect(state).to_have_text("Follows your choice")


def test_the_scripts_totals_are_the_servers(
    visit: Callable[..., Page], employee: Employee, iso: Grant, nso: Grant, required: Grant
):
    elect(employee, iso, keep=(nso,))
    told = {
        scripts: visit("/election/", java_script_enabled=scripts).locator(".totals p").inner_text()
        for scripts in (True, False)
    }
    assert told[True] == told[False]
    assert "1,500 shares given for 1,125 new shares promised" in told[True]


def test_the_whole_way_works_without_scripts(
    visit: Callable[..., Page], iso: Grant, nso: Grant, required: Grant
):
    page = visit("/", java_script_enabled=False)
    page.click("text=Look at my grants and choose")
    choose(page, "0001", "exchange")
    choose(page, "0002", "keep")
    page.click("text=Check my answers")
    page.check("text=I have read the offer documents")
    page.fill("#id_signature", "Pat Example")
    page.click("text=Submit my election")
    expect(page.locator("h1")).to_have_text("Your election is on record")
    assert Submission.objects.get().receipt in page.url


def test_answers_are_kept_as_one_goes_for_another_browser(
    visit: Callable[..., Page], iso: Grant, nso: Grant
):
    page = visit("/election/")
    choose(page, "0002", "exchange")
    expect(page.locator("[data-draft]")).to_have_text("Kept as a draft, not submitted.")
    choose(page, "0001", "keep")
    page.goto("/submissions/")  # before the script has paused
    until = time.monotonic() + 10
    while Draft.objects.get().answers != {"0001": "keep", "0002": "exchange"}:
        assert time.monotonic() < until, "what was answered last is lost"
        time.sleep(0.05)
    elsewhere = visit("/election/")
    expect(elsewhere.locator("main")).to_contain_text("Not submitted yet.")
    assert elsewhere.is_checked('[name="grant-0002"][value="exchange"]')
    assert elsewhere.is_checked('[name="grant-0001"][value="keep"]')
    assert Submission.objects.count() == 0


def test_where_answers_cannot_be_kept_it_says_so(visit: Callable[..., Page], iso: Grant):
    page = visit("/election/")
    page.context.set_offline(True)
    choose(page, "0001", "exchange")
    expect(page.locator("[data-draft]")).to_contain_text("Your answers are still here.")
    page.context.set_offline(False)
    page.click("text=Check my answers")
    expect(page.locator("h1")).to_have_text("Check your election")


def test_pressing_twice_gives_one_receipt(visit: Callable[..., Page], iso: Grant):
    page = visit("/election/")
    choose(page, "0001", "exchange")
    page.click("text=Check my answers")
    page.check("text=I have read the offer documents")
    page.fill("#id_signature", "Pat Example")
    page.dblclick("text=Submit my election")
    expect(page.locator("h1")).to_have_text("Your election is on record")
    assert Submission.objects.count() == 1


def test_after_a_refusal_the_reader_begins_at_the_summary_and_is_led_to_the_field(
    visit: Callable[..., Page], iso: Grant
):
    page = visit("/election/")
    page.click("text=Check my answers")
    expect(page.locator(".error-summary")).to_be_focused()
    page.click(".error-summary a")
    expect(page.locator('[name="grant-0001"][value="exchange"]')).to_be_focused()


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_nothing_scrolls_sideways(
    visit: Callable[..., Page],
    employee: Employee,
    iso: Grant,
    nso: Grant,
    required: Grant,
    cheap: Grant,
    width: int,
):
    submission = elect(employee, iso, nso)
    page = visit("/", viewport={"width": width, "height": 700})
    for path in (*PATHS, f"/submissions/{submission.receipt}/"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == width, path


@pytest.mark.parametrize("height", [500, 900])
def test_the_totals_never_cover_what_has_the_focus(
    visit: Callable[..., Page], employee: Employee, height: int
):
    for number in range(12):
        make_grant(employee, f"G{number:02}")
    page = visit("/election/", viewport={"width": 1280, "height": height})
    box = """() => {
        if (document.activeElement === document.body) return true;  // past the last field
        const focus = document.activeElement.getBoundingClientRect();
        const totals = document.querySelector(".totals").getBoundingClientRect();
        const inside = document.querySelector(".totals").contains(document.activeElement);
        return inside || focus.bottom <= totals.top || focus.top >= totals.bottom;
    }"""
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(box)


def test_a_wrong_clock_in_the_browser_makes_no_difference(
    visit: Callable[..., Page], iso: Grant, portal_clock: SetClock
):
    portal_clock.set(EXPIRATION - timedelta(hours=2, minutes=1))
    page = visit("/")
    page.clock.install(time="2031-05-05T00:00:00Z")
    page.goto("/")
    expect(page.locator(".left")).to_contain_text("2 hours")


def test_nothing_is_loaded_from_anywhere_else(visit: Callable[..., Page], iso: Grant, live_server):
    page = visit("/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PATHS:
        page.goto(path)
    assert len(asked) > len(PATHS)
    assert [url for url in asked if not url.startswith(live_server.url)] == []
