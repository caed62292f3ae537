"""Every form that is refused: a summary that leads to each field, where the same words stand."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Page, expect

from elections.models import Employee, Grant, Offer, Submission, User
from tests.factory import elect, make_user
from tests.mails import account_mails
from tests.views.pages import choices, fill_in, sign, signed_in, title, words

LINK = re.compile(r'<li><a href="#([^"]*)">(.*?)</a></li>', re.S)
# A form's name, and how it is got wrong.
Refused = Callable[[], HttpResponse]


def summary(response: HttpResponse) -> list[tuple[str, str]]:
    """What the error summary says, as (id of the field, sentence)."""
    box = response.content.decode().partition('class="error-summary"')[2].partition("</div>")[0]
    found = [(anchor, html.unescape(text)) for anchor, text in LINK.findall(box)]
    assert len(found) == box.count("<li>"), f"something in it leads nowhere: {box}"
    return found


def assert_refused_well(response: HttpResponse, *anchors: str) -> None:
    """It says "Error:" in the title, leads to these fields, and says the same at each."""
    page = response.content.decode()
    assert title(response).startswith("Error: ")
    assert 'role="alert" aria-labelledby="error-summary-title" tabindex="-1" data-focus' in page
    said = summary(response)
    assert [anchor for anchor, _ in said] == list(anchors)
    for anchor, sentence in said:
        assert f'id="{anchor}"' in page
        assert words(response).count(sentence) == 2, sentence


@pytest.fixture
def account(offer: Offer) -> User:
    return make_user("pat@example.com", password="three-quarters-rounded-up")


def test_the_sign_in(account: User):
    client = Client()
    empty = client.post("/accounts/login/", {})
    assert_refused_well(empty, "id_login", "id_password")
    assert "Please type your company mail address." in words(empty)
    assert_refused_well(
        client.post("/accounts/login/", {"login": "pat"}), "id_login", "id_password"
    )
    wrong = client.post("/accounts/login/", {"login": "pat@example.com", "password": "x"})
    assert_refused_well(wrong, "id_login")
    assert 'value="pat@example.com"' in wrong.content.decode()


def test_signing_in_by_a_mailed_code(account: User):
    client = Client()
    assert_refused_well(client.post("/accounts/login/code/", {"email": ""}), "id_email")
    client.post("/accounts/login/code/", {"email": account.email})
    account_mails()
    assert_refused_well(client.post("/accounts/login/code/confirm/", {"code": ""}), "id_code")
    assert_refused_well(client.post("/accounts/login/code/confirm/", {"code": "X"}), "id_code")


def test_asking_for_a_link_to_set_a_password(offer: Offer):
    client = Client()
    assert_refused_well(client.post("/accounts/password/reset/", {"email": ""}), "id_email")
    wrong = client.post("/accounts/password/reset/", {"email": "pat"})
    assert_refused_well(wrong, "id_email")
    assert 'value="pat"' in wrong.content.decode()


def test_choosing_a_password_by_such_a_link(account: User):
    client = Client()
    client.post("/accounts/password/reset/", {"email": account.email})
    link = re.search(r"http://testserver(/\S+)", account_mails()[0].body)
    assert link is not None
    path = client.get(link[1], follow=True).redirect_chain[-1][0]
    assert_refused_well(client.post(path, {}), "id_password1", "id_password2")
    short = {"password1": "short", "password2": "short"}
    assert_refused_well(client.post(path, short), "id_password1")
    differ = {"password1": "three-quarters", "password2": "three-halves"}
    assert_refused_well(client.post(path, differ), "id_password2")


def test_a_link_that_was_used_says_what_to_do(offer: Offer):
    page = Client().get("/accounts/password/reset/key/1-set-password/", follow=True)
    assert "This link cannot be used" in words(page)
    assert 'href="/accounts/password/reset/"' in page.content.decode()


def test_changing_a_password(account: User):
    client = signed_in(account)
    empty = client.post("/accounts/password/change/", {})
    assert_refused_well(empty, "id_oldpassword", "id_password1", "id_password2")


def test_the_election(client: Client, iso: Grant, nso: Grant):
    some = client.post("/election/", {"grant-0002": "keep"})
    assert_refused_well(some, "exchange-1")
    assert 'name="grant-0002" value="keep" checked' in some.content.decode()
    assert_refused_well(client.post("/election/", {}), "exchange-1", "exchange-2")


def test_an_election_of_nothing(client: Client, iso: Grant, nso: Grant):
    nothing = client.post("/election/", choices(keep=(iso, nso)))
    assert_refused_well(nothing, "exchange-1")
    assert 'aria-describedby="error-general' in nothing.content.decode()
    assert 'name="grant-0001" value="keep" checked' in nothing.content.decode()


def test_the_check_of_an_election(client: Client, iso: Grant):
    token = fill_in(client, choices(exchange=(iso,)))
    assert_refused_well(sign(client, token, signature="", agree=""), "id_agree", "id_signature")
    changed = sign(client, token, **{"grant-0001": "keep"})
    assert_refused_well(changed, "id_agree")
    assert 'value="Pat Example"' in changed.content.decode()


def test_the_withdrawal_and_its_check(client: Client, employee: Employee, iso: Grant, nso: Grant):
    elect(employee, iso, nso)
    nothing = client.post("/withdrawal/", {})
    assert_refused_well(nothing, "withdraw-all")
    assert 'aria-invalid="true" aria-describedby="error-withdraw"' in nothing.content.decode()
    token = fill_in(client, {"withdraw-0001": "on"}, "withdrawal")
    assert_refused_well(sign(client, token, "withdrawal", signature=""), "id_signature")


def test_the_decline(client: Client, iso: Grant):
    page = client.get("/election/decline/").content.decode()
    token = re.search(r'name="form_token" value="([^"]*)"', page)
    assert token is not None
    refused = client.post("/election/decline/", {"form_token": token[1], "signature": " "})
    assert_refused_well(refused, "id_signature")
    assert Submission.objects.count() == 0


def test_the_comparison(client: Client, iso: Grant):
    wrong = client.get("/compare/?new_price=much&prices=")
    assert_refused_well(wrong, "id_new_price", "id_prices")
    assert 'value="much"' in wrong.content.decode()


def test_verifying_a_receipt(offer: Offer):
    assert_refused_well(Client().get("/verify/?receipt="), "id_receipt")
    wrong = Client().get("/verify/?receipt=7K3MQ-9WD4X-00")
    assert_refused_well(wrong, "id_receipt")
    assert 'value="7K3MQ-9WD4X-00"' in wrong.content.decode()


def press_in_vain(page: Page, path: str, button: str) -> None:
    page.goto(path)
    page.locator("main").get_by_role("button", name=button).click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    focused = page.evaluate("document.activeElement.matches('input[aria-invalid=true]')")
    assert focused, page.evaluate("document.activeElement.outerHTML")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_summary_takes_the_focus_and_leads_to_the_first_field(
    visit: Callable[..., Page], employee: Employee, iso: Grant, nso: Grant, live_server
):
    page = visit("/")
    press_in_vain(page, "/election/", "Check my answers")
    press_in_vain(page, "/compare/", "Work it out")
    press_in_vain(page, "/verify/", "Look it up")
    press_in_vain(page, "/election/decline/", "Record that I do not take part")
    page.goto("/election/")
    page.check('[name="grant-0001"][value="exchange"]')
    page.check('[name="grant-0002"][value="keep"]')
    page.click("text=Check my answers")
    press_in_vain(page, page.url, "Submit my election")
    elect(employee, iso, keep=(nso,))
    press_in_vain(page, "/withdrawal/", "Check my withdrawal")
    page.context.clear_cookies()
    press_in_vain(page, "/accounts/login/", "Sign in")
    press_in_vain(page, "/accounts/password/reset/", "Mail me the link")
