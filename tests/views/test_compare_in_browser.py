"""Comparing in a real browser: while typing, beside the choices, and on paper."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from elections.models import Employee, Grant
from tests.factory import make_grant
from tests.views.browser import choose

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_figures_follow_the_prices_as_they_are_typed(
    visit: Callable[..., Page], iso: Grant, nso: Grant
):
    page = visit("/compare/")
    status = page.locator("[data-status]")
    page.fill("[name=new_price]", "1.50")
    expect(status).to_have_text("The figures need both: a price to assume, and prices to look at.")
    page.fill("[name=prices]", "2, 6, 20")
    expect(page.locator("#compared-1")).to_contain_text("13,875")
    expect(status).to_have_text("The figures are up to date.")
    page.fill("[name=before]", "many")
    expect(page.locator("[data-live=before]")).to_contain_text("Please write a whole number")
    expect(page.locator("[name=before]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#compared-1")).to_have_count(0)
    page.fill("[name=before]", "3")
    expect(page.locator("#compared-1")).to_contain_text("334")
    assert page.locator("[aria-invalid]").count() == 0
    page.reload()  # the address has kept what was typed
    expect(page.locator("#compared-1")).to_contain_text("334")


def test_a_server_that_is_away_costs_nothing_that_was_typed(visit: Callable[..., Page], iso: Grant):
    page = visit("/compare/")
    page.context.set_offline(True)
    page.fill("[name=new_price]", "1.50")
    page.fill("[name=prices]", "20")
    expect(page.locator("[data-status]")).to_contain_text("What you typed is still here.")
    page.context.set_offline(False)
    page.click("text=Work it out")
    expect(page.locator("#compared-1")).to_contain_text("13,875")


def test_comparing_beside_the_choices_leaves_the_answers_as_they_are(
    visit: Callable[..., Page], iso: Grant, nso: Grant
):
    page = visit("/election/")
    choose(page, "0001", "exchange")
    page.click("summary:has-text('Compare')")
    page.fill("[name=new_price]", "1.50")
    page.fill("[name=prices]", "20")
    page.keyboard.press("Enter")
    expect(page.locator("#compared-1")).to_contain_text("13,875")
    assert page.is_checked('[name="grant-0001"][value="exchange"]')
    assert page.url.endswith("/election/")


def test_without_scripts_the_comparison_opens_beside_the_answers(
    visit: Callable[..., Page], iso: Grant, nso: Grant
):
    page = visit("/election/", java_script_enabled=False)
    choose(page, "0001", "exchange")
    page.click("summary:has-text('Compare')")
    page.fill("[name=new_price]", "1.50")
    page.fill("[name=prices]", "20")
    with page.context.expect_page() as opened:
        page.click("text=Work it out")
    expect(opened.value.locator("#compared-1")).to_contain_text("13,875")
    assert page.is_checked('[name="grant-0001"][value="exchange"]')


def test_the_comparison_of_seven_grants_prints_on_two_sheets(
    visit: Callable[..., Page], employee: Employee
):
    for number in range(7):
        make_grant(employee, f"G{number}", exercise_price=Decimal(number + 4))
    page = visit("/compare/?new_price=1.50&prices=2+6+10+14+18+20+22+24")
    margins = dict.fromkeys(("top", "bottom", "left", "right"), "1.5cm")
    sheets = PdfReader(BytesIO(page.pdf(format="Letter", margin=margins))).pages
    assert len(sheets) == 2
    said = " ".join(sheet.extract_text() for sheet in sheets)
    assert "Nobody can know these prices." in said
    assert "All together: exchange" in said
    assert "Work it out" not in said
