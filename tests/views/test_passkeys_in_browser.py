"""A passkey in headless Chromium, which plays the security key too (WebAuthn)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from elections.models import User
from tests.browser import note_faults
from tests.factory import make_offer, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "three-quarters-rounded-up"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def law(transactional_db: None) -> User:
    make_offer()
    return make_user("law@example.com", name="Lou Law", is_staff=True, password=PASSWORD)


@pytest.fixture
def page(law: User, chromium: Browser, live_server) -> Iterator[Page]:
    """A tab in which Lou typed the password; browsers take passkeys on localhost without TLS."""
    context = chromium.new_context(base_url=live_server.url.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    faults: list[str] = []
    note_faults(page, faults)
    page.goto("/accounts/login/")
    type_password(page)
    yield page
    context.close()
    assert not faults


def type_password(page: Page) -> None:
    page.get_by_label("Email").fill("law@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_it_is_set_up_and_lets_one_in_again(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})

    page.get_by_role("link", name="Set up a passkey").click()
    page.get_by_role("button", name="Set up the passkey").click()
    expect(page.locator("h1")).to_have_text("Your recovery codes")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    page.get_by_role("link", name="go on to the administration").click()
    expect(page.locator("#site-name")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/?next=/admin/exports/")
    type_password(page)
    expect(page.locator("h1")).to_have_text("One more step")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(lambda url: url.endswith("/admin/exports/"))


def test_a_browser_that_gets_no_answer_says_so(page: Page) -> None:
    page.get_by_role("link", name="Set up a passkey").click()
    page.evaluate("navigator.credentials.create = () => Promise.reject(new Error('given up'))")

    page.get_by_role("button", name="Set up the passkey").click()

    expect(page.get_by_text("The passkey gave no answer.")).to_be_visible()


def test_the_file_of_recovery_codes_holds_all_ten(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    page.get_by_role("link", name="Set up a passkey").click()
    page.get_by_role("button", name="Set up the passkey").click()

    with page.expect_download() as waiting:
        page.get_by_role("link", name="Keep them as a file").click()

    assert waiting.value.suggested_filename == "recovery-codes.txt"
    assert len(waiting.value.path().read_text().split()) == 10
