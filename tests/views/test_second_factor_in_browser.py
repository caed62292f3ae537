"""Second factors in headless Chromium, which plays the security key too (WebAuthn)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from elections.models import User
from tests.browser import note_faults
from tests.factory import make_offer, make_user
from tests.totp import code_of

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_app_scans_the_key_from_the_page_and_shows_the_code(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.get_by_role("link", name="Set up an app").click()
    (scanned,) = zxingcpp.read_barcodes(Image.open(BytesIO(page.locator(".qr").screenshot())))
    secret = page.locator("#secret").inner_text().replace(" ", "")
    assert scanned.text.startswith("otpauth://totp/law%40example.com?secret=" + secret)

    page.get_by_label("The code that the app shows now").fill(code_of(secret))
    page.get_by_role("button", name="Set up").click()

    expect(page.locator("h1")).to_have_text("Your recovery codes")


def test_a_passkey_is_set_up_and_lets_one_in_again(page: Page) -> None:
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
    page.goto("/accounts/login/?next=/submissions/")
    type_password(page)
    expect(page.locator("h1")).to_have_text("One more step")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/submissions/")


def test_a_browser_that_gets_no_answer_says_so(page: Page) -> None:
    page.get_by_role("link", name="Set up a passkey").click()
    page.evaluate(
        "() => { navigator.credentials.create = () => Promise.reject(new Error('given up')) }"
    )

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
