"""Reviewing in a real browser: the keyboard is enough, with the script and without it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from elections.models import Offer, ReviewDecision, Submission
from elections.services.groups import AUDITOR, LAW_DEPARTMENT
from tests.admin.pages import REVIEW, review
from tests.admin.people import make_staff
from tests.browser import Visit, visits
from tests.factory import elect, make_employee, make_grant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AFTER_THE_PAUSE = 700  # the script lets half a second pass before it takes a key


@pytest.fixture
def forms(transactional_db: None, offer: Offer) -> list[Submission]:
    Offer.objects.update(irregular_reasons=["It is not legible.", "It is not signed."])
    return [elect(person, make_grant(person)) for person in [make_employee() for _ in range(3)]]


@pytest.fixture
def visit(forms: list[Submission], chromium: Browser, live_server) -> Iterator[Visit]:
    law = make_staff("law@example.com", "Lou Law", LAW_DEPARTMENT)
    with visits(chromium, law, live_server.url, silent=True) as open_page:
        yield open_page


def decided() -> list[tuple[int, str, str]]:
    return list(ReviewDecision.objects.values_list("submission", "verdict", "reason"))


def test_three_forms_are_reviewed_with_single_keys(visit: Visit, forms: list[Submission]) -> None:
    page = visit(review(forms[0]))
    page.wait_for_timeout(AFTER_THE_PAUSE)
    page.keyboard.press("v")
    page.wait_for_url(f"**{review(forms[1])}")
    page.wait_for_timeout(AFTER_THE_PAUSE)
    page.keyboard.press("i")
    expect(page.locator('[name="usual"]')).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("very illegible, says v")  # no key of these is taken for a shortcut
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{review(forms[2])}")
    page.wait_for_timeout(AFTER_THE_PAUSE)
    page.keyboard.press("b")
    page.wait_for_url(f"**{REVIEW}")

    assert decided() == [
        (forms[0].pk, "valid", ""),
        (forms[1].pk, "irregular", "It is not legible.\nvery illegible, says v"),
    ]


def test_a_second_press_of_the_same_key_does_not_decide_on_the_next_form(
    visit: Visit, forms: list[Submission]
) -> None:
    page = visit(review(forms[0]))
    page.wait_for_timeout(AFTER_THE_PAUSE)
    page.keyboard.press("v")
    page.wait_for_url(f"**{review(forms[1])}", wait_until="domcontentloaded")
    page.keyboard.press("v")
    page.wait_for_timeout(AFTER_THE_PAUSE)

    assert page.url.endswith(review(forms[1]))
    assert decided() == [(forms[0].pk, "valid", "")]


def test_single_keys_can_be_switched_off_for_good(visit: Visit, forms: list[Submission]) -> None:
    page = visit(review(forms[0]))
    page.uncheck("[data-shortcuts]")
    page.reload()
    expect(page.locator("[data-shortcuts]")).not_to_be_checked()
    page.wait_for_timeout(AFTER_THE_PAUSE)
    page.locator("body").press("v")
    page.wait_for_timeout(AFTER_THE_PAUSE)

    assert page.url.endswith(review(forms[0]))
    assert decided() == []


def test_a_key_held_with_another_belongs_to_the_browser(
    visit: Visit, forms: list[Submission]
) -> None:
    page = visit(review(forms[0]))
    page.wait_for_timeout(AFTER_THE_PAUSE)
    page.keyboard.press("Control+v")
    page.keyboard.press("Alt+v")
    page.wait_for_timeout(AFTER_THE_PAUSE)

    assert decided() == []


def test_without_scripts_tab_and_enter_are_enough(visit: Visit, forms: list[Submission]) -> None:
    page = visit(REVIEW, java_script_enabled=False)
    page.get_by_role("button", name="Review the next form").press("Enter")
    page.wait_for_url(f"**{review(forms[0])}")
    assert not page.get_by_text("Use single keys").is_visible()
    page.get_by_role("button", name="Valid").press("Enter")
    page.wait_for_url(f"**{review(forms[1])}")

    assert decided() == [(forms[0].pk, "valid", "")]


def test_an_auditor_looks_at_a_form_without_keys_and_without_a_script_that_fails(
    forms: list[Submission], chromium: Browser, live_server
) -> None:
    auditor = make_staff("audit@example.com", "Alex Audit", AUDITOR)
    with visits(chromium, auditor, live_server.url, silent=True) as visit:
        page = visit(review(forms[0]))
        page.keyboard.press("v")

        expect(page.locator("[data-shortcuts]")).to_have_count(0)
        assert "/static/portal/review.js" not in page.content()
    assert decided() == []
