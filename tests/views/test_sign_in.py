"""Signing in: our own pages around it, no sign-up, and back to where one wanted to go."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from elections.models import Employee, Offer, User
from tests.factory import make_employee, make_user
from tests.mails import account_mails
from tests.views.pages import signed_in, title, words

PASSWORD = "three-quarters-rounded-up"


@pytest.fixture
def account(offer: Offer) -> User:
    return make_user("pat@example.com", password=PASSWORD)


def test_one_signs_in_with_the_address_however_capitalised(account: User):
    client = Client()
    response = client.post("/accounts/login/", {"login": "Pat@Example.com", "password": PASSWORD})
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(account.pk)


def test_after_signing_in_one_is_where_one_wanted_to_go(account: User):
    response = Client().post(
        "/accounts/login/?next=/submissions/",
        {"login": "pat@example.com", "password": PASSWORD, "next": "/submissions/"},
    )
    assert response.headers["Location"] == "/submissions/"


def test_nobody_is_led_to_another_site(account: User):
    response = Client().post(
        "/accounts/login/",
        {"login": "pat@example.com", "password": PASSWORD, "next": "https://elsewhere.example/"},
    )
    assert response.headers["Location"] == "/"


def test_a_wrong_password_is_said_above_the_form_and_the_address_is_kept(account: User):
    response = Client().post("/accounts/login/", {"login": "pat@example.com", "password": "x"})
    page = response.content.decode()
    assert title(response).startswith("Error: ")
    assert 'class="error-summary"' in page
    assert 'value="pat@example.com"' in page
    assert "This address and this password do not go together." in words(response)


def test_nobody_signs_up(offer: Offer):
    response = Client().get("/accounts/signup/")
    assert "No sign-up needed" in words(response)
    sent = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    Client().post("/accounts/signup/", sent)
    assert not User.objects.filter(email="new@example.com").exists()


def test_signing_out_takes_a_form_and_ends_the_session(offer: Offer):
    employee = make_employee()
    client = signed_in(employee)
    assert "Sign out" in words(client.get("/accounts/logout/"))
    assert client.get("/election/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/election/").status_code == 302


def test_a_disabled_account_cannot_go_on(offer: Offer):
    employee: Employee = make_employee()
    client = signed_in(employee)
    User.objects.update(is_active=False)
    assert client.get("/election/").status_code == 302


def test_who_has_no_password_can_choose_one_by_mail(offer: Offer):
    employee = make_employee()
    client = Client()
    response = client.post("/accounts/password/reset/", {"email": employee.email}, follow=True)
    assert "Look at your mail" in words(response)
    (sent,) = account_mails()
    assert sent.to == [employee.email]
    assert "choose a password" in sent.subject.lower()
    link = re.search(r"http://testserver(/\S+)", sent.body)
    assert link is not None
    page = client.get(link[1], follow=True)
    chosen = {"password1": "a-long-new-password", "password2": "a-long-new-password"}
    client.post(page.redirect_chain[-1][0], chosen)
    employee.user.refresh_from_db()  # type: ignore[union-attr]
    assert employee.user.check_password("a-long-new-password")  # type: ignore[union-attr]


def test_an_unknown_address_is_answered_the_same_and_mailed_nothing(offer: Offer):
    response = Client().post(
        "/accounts/password/reset/", {"email": "nobody@example.com"}, follow=True
    )
    assert "Look at your mail" in words(response)
    assert account_mails() == []


def test_nobody_changes_the_address_that_the_roster_keeps(account: User):
    browser = Client()
    browser.force_login(account)

    page = browser.post("/accounts/email/", {"email": "else@example.com", "action_add": ""})

    assert page.status_code == 404
    assert not EmailAddress.objects.filter(email="else@example.com").exists()
