"""Passwords: which are taken, how they are changed, and how they are kept."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from argon2 import extract_parameters
from bs4 import BeautifulSoup
from django.conf import settings as portal
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.core.cache import cache
from django.test import Client

from elections.models import Offer, User
from elections.passwords import WORDS
from tests.factory import make_user
from tests.views.pages import words

PASSWORD = "three-quarters-rounded-up"
FIELDS = {
    "/accounts/login/": {"password": "current-password"},
    "/accounts/password/change/": {
        "oldpassword": "current-password",
        "password1": "new-password",
        "password2": "new-password",
    },
}


@pytest.fixture
def account(offer: Offer) -> User:
    cache.clear()  # what earlier tests tried is not counted against this one
    return make_user("pat@example.com", password=PASSWORD)


@pytest.fixture
def browser(account: User) -> Client:
    client = Client()
    client.force_login(account)
    return client


def change(browser: Client, new: str, *, old: str = PASSWORD, again: str | None = None) -> bool:
    """Whether the password is the new one afterwards."""
    sent = {"oldpassword": old, "password1": new, "password2": new if again is None else again}
    browser.post("/accounts/password/change/", sent)
    return User.objects.get(email="pat@example.com").check_password(new)


def signs_in(password: str) -> bool:
    client = Client()
    client.post("/accounts/login/", {"login": "pat@example.com", "password": password})
    return "_auth_user_id" in client.session


def test_eleven_characters_are_too_few_and_twelve_are_enough(browser: Client) -> None:
    assert not change(browser, "kvartsblott"[:11])
    assert change(browser, "kvartsblottq"[:12])


def test_a_password_is_changed_with_the_old_one_and_not_without(browser: Client) -> None:
    assert not change(browser, "seven-quiet-herons", old="")
    assert not change(browser, "seven-quiet-herons", old="not-the-old-one")
    assert not change(browser, "seven-quiet-herons", again="seven-quiet-heron")
    assert change(browser, "seven-quiet-herons")
    assert signs_in("seven-quiet-herons")
    assert not signs_in(PASSWORD)


@pytest.mark.parametrize("common", ["1qaz2wsx3edc", "123456789123", "qwertyqwerty"])
def test_a_common_password_is_refused(browser: Client, common: str) -> None:
    assert not change(browser, common)


def test_without_that_check_a_common_password_would_be_taken(
    browser: Client, settings: object
) -> None:
    settings.AUTH_PASSWORD_VALIDATORS = [
        check for check in portal.AUTH_PASSWORD_VALIDATORS if "Common" not in check["NAME"]
    ]
    assert change(browser, "qwertyqwerty")


@pytest.mark.parametrize(
    "password",
    [
        "alllowercaseletters",
        "ALLUPPERCASELETTERS",
        "8203749582017364",
        "        a lot of spaces",
        "п’ять тихих чапель",
        "🦆🦆 quack quack 🦆🦆",
        "'; DROP TABLE users; --",
        "<script>alert(1)</script>",
        "x9 " * 30,
        "long enough for anyone " * 40,
    ],
)
def test_a_password_may_be_of_any_characters_and_long(browser: Client, password: str) -> None:
    assert change(browser, password)
    assert signs_in(password)


def test_a_password_is_taken_to_the_letter(browser: Client) -> None:
    password = " Seven quiet Herons, standing by the water on one leg each, and none of them asks "
    assert change(browser, password)
    assert signs_in(password)
    for other in (password.strip(), password.lower(), password[:72], password + " "):
        assert not signs_in(other), other


@pytest.mark.parametrize(
    "password",
    [
        "StockOption2003!",
        "lantronix-lantronix",
        "exchange-offer-elect",
        "Welcome!Welcome!1",
        "voluntary.stock.option",
        "hr-law-portal-1",
    ],
)
def test_a_password_made_of_the_words_around_here_is_refused(
    browser: Client, offer: Offer, password: str
) -> None:
    sent = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    page = words(browser.post("/accounts/password/change/", sent))
    assert "This password is made of words that everybody here knows" in page
    assert not User.objects.get().check_password(password)


def test_such_words_beside_ones_own_are_no_reason(browser: Client) -> None:
    assert change(browser, "seven stock herons elect")


def test_the_words_are_written_down() -> None:
    written = (Path(portal.BASE_DIR) / "docs" / "security.md").read_text()
    for word in WORDS:
        assert f"`{word}`" in written, word


@pytest.mark.parametrize("password", ["pat@example.com", "Featherstonehaugh", "featherstonehaugh1"])
def test_ones_own_name_or_address_is_refused(account: User, browser: Client, password: str) -> None:
    User.objects.update(name="Pat Featherstonehaugh")
    assert not change(browser, password)


def test_a_password_is_good_however_old_it_is(account: User) -> None:
    with time_machine.travel(timedelta(days=3650), tick=True):
        assert signs_in(PASSWORD)


@pytest.mark.parametrize("path", FIELDS)
def test_password_fields_hide_what_is_typed_and_let_a_manager_fill_them(
    browser: Client, path: str
) -> None:
    client = Client() if "login" in path else browser
    page = BeautifulSoup(client.get(path).content, "html.parser")
    for name, filled in FIELDS[path].items():
        field = page.find("input", {"name": name})
        assert field["type"] == "password"
        assert field["autocomplete"] == filled
        assert not {"maxlength", "onpaste", "readonly", "pattern"} & set(field.attrs)


def test_nothing_but_a_mail_helps_whoever_forgot(offer: Offer) -> None:
    page = BeautifulSoup(Client().get("/accounts/password/reset/").content, "html.parser")
    main = page.find("main")
    fields = [field["name"] for field in main.find_all("input") if field["type"] != "hidden"]
    assert fields == ["email"]
    assert not re.search("hint|question", " ".join(f.name for f in User._meta.get_fields()))


def test_passwords_are_hashed_with_argon2_as_owasp_advises() -> None:
    hasher = Argon2PasswordHasher()
    parameters = extract_parameters(hasher.encode(PASSWORD, hasher.salt()).removeprefix("argon2"))
    assert parameters.type.name == "ID"
    assert parameters.memory_cost >= 19 * 1024  # KiB
    assert parameters.time_cost >= 2
    assert parameters.salt_len >= 16


def test_an_older_hash_is_renewed_at_the_next_sign_in(account: User, settings: object) -> None:
    settings.PASSWORD_HASHERS = [
        name for name in portal.PASSWORD_HASHERS if "MD5" not in name
    ]  # those of production
    account.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    account.save()
    assert signs_in(PASSWORD)
    account.refresh_from_db()
    assert account.password.startswith("argon2$argon2id$")
