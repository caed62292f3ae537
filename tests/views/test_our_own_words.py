"""Around signing in, people read our words: none that django-allauth has for everybody."""

from __future__ import annotations

import gettext
import re
from functools import cache
from pathlib import Path
from typing import Any

import allauth
import pytest
from django.http import HttpResponse
from django.test import Client

from elections.models import Employee, Offer, User
from tests.factory import make_employee, make_user
from tests.gallery import employees, factors
from tests.gallery.conftest import scene  # noqa: F401  (a fixture)
from tests.gallery.picture import Picture
from tests.gallery.scene import Scene
from tests.mails import account_mails
from tests.views.pages import signed_in, words

PASSWORD = "three-quarters-rounded-up"
# What we say in the same words, since there are no better ones.
OURS_TOO = {"Forgot your password?", "You have signed out.", "Recovery codes"}
PICTURES = {
    one.name: one
    for one in (*employees.ACCOUNT, *factors.PICTURES)
    if not one.page.startswith("admin:")
}


@cache
def said_by_allauth() -> frozenset[str]:
    """Its sentences, up to the first name that is filled in; of two words or more."""
    file = Path(allauth.__file__).parent / "locale/de/LC_MESSAGES/django.mo"
    with file.open("rb") as catalog:
        known = gettext.GNUTranslations(catalog)._catalog  # type: ignore[attr-defined]
    begun = {
        " ".join(re.split(r"%[(a-z]", one if isinstance(one, str) else one[0])[0].split())
        for one in known
    }
    return frozenset(one for one in begun - OURS_TOO if one.count(" ") >= 1)


def of_allauth(response: HttpResponse) -> list[str]:
    """What of it stands on this page."""
    shown = words(response)
    page = response.content.decode()
    attributes = re.findall(r'(?:placeholder|title|aria-label)="([^"]*)"', page)
    return sorted(one for one in said_by_allauth() if one in shown or one in attributes)


@pytest.fixture
def pat(offer: Offer) -> Employee:
    return make_employee(user=make_user("pat@example.com", name="Pat Example", password=PASSWORD))


def test_what_django_allauth_says_is_known() -> None:
    assert len(said_by_allauth()) > 200
    assert {"Account Inactive", "Successfully signed in as"} <= said_by_allauth()


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES.keys())
def test_each_page_around_signing_in_is_in_our_words(scene: Scene, picture: Picture) -> None:  # noqa: F811
    _, response = picture.answer(scene)

    assert of_allauth(response) == []


def test_its_own_page_in_place_of_ours_would_be_noticed(offer: Offer, settings: Any) -> None:
    assert of_allauth(Client().get("/accounts/inactive/")) == []

    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": []}]

    found = of_allauth(Client().get("/accounts/inactive/"))
    assert {"Account Inactive", "This account is inactive."} <= {*found}


def test_each_step_is_told_in_our_words(pat: Employee) -> None:
    browser = Client()
    signing_in = {"login": "pat@example.com", "password": PASSWORD}

    page = browser.post("/accounts/login/", signing_in, follow=True)
    assert "You are signed in as pat@example.com." in words(page)
    assert of_allauth(page) == []

    new = {"oldpassword": PASSWORD, "password1": "a-long-new-password"}
    differing = browser.post("/accounts/password/change/", new | {"password2": "another-password"})
    assert "This is not the password above." in words(differing)
    wrong = browser.post("/accounts/password/change/", new | {"oldpassword": "x"})
    assert "This is not the password that you have now." in words(wrong)
    changed = browser.post(
        "/accounts/password/change/", new | {"password2": "a-long-new-password"}, follow=True
    )
    assert "Your new password is set." in words(changed)
    page = browser.post("/accounts/logout/", follow=True)
    assert "You have signed out." in words(page)
    assert [*map(of_allauth, (differing, wrong, changed, page))] == [[], [], [], []]


def test_a_password_by_mail_is_told_in_our_words(pat: Employee) -> None:
    browser = Client()
    browser.post("/accounts/password/reset/", {"email": "pat@example.com"})
    link = re.search(r"http://testserver(/\S+)", account_mails()[-1].body)
    assert link is not None
    form = browser.get(link[1]).headers["Location"]
    new = {"password1": "a-long-new-password", "password2": "a-long-new-password"}

    page = browser.post(form, new, follow=True)

    assert page.redirect_chain == [("/accounts/password/reset/key/done/", 302)]
    assert "Your new password is set." in words(page)
    assert of_allauth(page) == []


def test_whoever_is_signed_in_already_is_told_of_the_shorter_way(pat: Employee) -> None:
    browser = signed_in(pat)
    page = browser.get("/accounts/password/reset/")
    assert "You are signed in as pat@example.com. If you know your password" in words(page)
    assert 'href="/accounts/password/change/"' in page.content.decode()
    assert pat.user is not None
    pat.user.set_unusable_password()
    pat.user.save()
    page = signed_in(pat).get("/accounts/password/reset/")
    assert 'href="/accounts/password/set/"' in page.content.decode()


def test_an_account_that_is_switched_off_meanwhile_is_told_so_and_not_let_in(pat: Employee) -> None:
    browser = Client()
    browser.post("/accounts/login/code/", {"email": "pat@example.com"})
    mail = account_mails()[-1].body
    code = re.search(r"^\S{4,}$", mail.split("signing in on")[1], re.MULTILINE)
    assert code is not None
    User.objects.update(is_active=False)

    page = browser.post("/accounts/login/code/confirm/", {"code": code[0]}, follow=True)

    assert page.redirect_chain == [("/accounts/inactive/", 302)]
    assert "This account is switched off" in words(page)
    assert browser.get("/election/").status_code == 302


@pytest.mark.parametrize("address", ["/accounts/confirm-email/", "/accounts/confirm-email/MQ:x/"])
def test_nobody_confirms_an_address_here(pat: Employee, address: str) -> None:
    assert [browser.get(address).status_code for browser in (Client(), signed_in(pat))] == [404] * 2
