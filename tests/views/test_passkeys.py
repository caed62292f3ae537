"""A passkey as the second factor: set up, shown, and not taken away as the last one."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.http import HttpResponse
from django.test import Client

from elections.models import AuditEntry, Offer, User
from elections.models.audit import Act
from elections.services.factors import WRONG_AT_MOST
from tests.factory import make_user
from tests.passkeys import Passkey, options_on
from tests.totp import set_up_app
from tests.views.pages import words

PASSWORD = "three-quarters-rounded-up"
ADD, SHOW = "/accounts/2fa/webauthn/add/", "/accounts/2fa/authenticate/"


@pytest.fixture
def law(offer: Offer) -> User:
    return make_user("law@example.com", is_staff=True, password=PASSWORD)


@pytest.fixture
def browser(law: User) -> Client:
    """Lou's browser, signed in by password alone."""
    return start(Client())


def start(browser: Client) -> Client:
    browser.post("/accounts/login/", {"login": "law@example.com", "password": PASSWORD})
    return browser


def add(browser: Client, passkey: Passkey, name: str = "Laptop") -> HttpResponse:
    made = passkey.made(options_on(browser.get(ADD)))
    return browser.post(ADD, {"name": name, "credential": json.dumps(made)})


def show(browser: Client, passkey: Passkey) -> HttpResponse:
    shown = passkey.shown(options_on(browser.get(SHOW)))
    return browser.post(SHOW, {"credential": json.dumps(shown)})


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session and browser.get("/admin/").status_code == 200


def test_it_opens_the_portal_and_comes_with_recovery_codes(browser: Client) -> None:
    response = add(browser, Passkey())

    assert response["Location"] == "/accounts/2fa/recovery-codes/"
    assert is_in(browser)
    (entry,) = AuditEntry.objects.filter(act=Act.FACTOR)
    assert entry.details == {"added": "passkey"}


def test_a_name_that_is_too_long_is_cut_off(browser: Client) -> None:
    add(browser, Passkey(), name="x" * 1000)

    kept = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    assert kept.data["name"] == "x" * 60


def test_it_is_asked_for_at_the_next_sign_in(browser: Client) -> None:
    passkey, other = Passkey(), Client()
    add(browser, passkey)

    start(other)

    assert not is_in(other)
    show(other, passkey)
    assert is_in(other)


def test_somebody_elses_passkey_is_a_failed_attempt(browser: Client) -> None:
    add(browser, Passkey())
    other = start(Client())

    page = show(other, Passkey())

    assert "This passkey was not taken." in words(page)
    assert not is_in(other)
    assert AuditEntry.objects.filter(act=Act.FACTOR_FAILED).count() == 1


def test_with_wrong_codes_used_up_a_passkey_lets_one_in_and_the_page_says_so(
    browser: Client,
) -> None:
    passkey = Passkey()
    add(browser, passkey)
    other = start(Client())
    for _ in range(WRONG_AT_MOST + 1):
        page = other.post(SHOW, {"code": "000000"})
    assert "a passkey if you have one, lets you in right away." in words(page)

    show(other, passkey)

    assert is_in(other)


def test_wrong_passkeys_are_not_shown_without_end_and_leave_the_codes_alone(
    browser: Client,
) -> None:
    add(browser, Passkey())
    codes = RecoveryCodes(Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES))
    other = start(Client())
    for _ in range(10):
        assert "This passkey was not taken." in words(show(other, Passkey()))

    page = show(other, Passkey())

    assert "Too many passkeys were wrong. Please try again in 5 minutes, or" in words(page)
    assert AuditEntry.objects.filter(act=Act.FACTOR_FAILED).count() == 10
    other.post(SHOW, {"code": codes.get_unused_codes()[0]})
    assert is_in(other)


def test_who_has_nothing_to_type_a_code_of_is_told_that_it_is_wrong(browser: Client) -> None:
    add(browser, Passkey())
    Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES).delete()
    other = start(Client())

    for code in ("000000", "0000 0000", "é", "١٢٣٤٥٦"):
        assert "This is not the right code." in words(other.post(SHOW, {"code": code}))
    assert not is_in(other)


def test_right_passkeys_do_not_count(browser: Client) -> None:
    passkey = Passkey()
    add(browser, passkey)
    for _ in range(11):
        other = start(Client())
        show(other, passkey)
        assert is_in(other)


def test_an_answer_is_good_once(browser: Client) -> None:
    passkey = Passkey()
    add(browser, passkey)
    first, second = start(Client()), start(Client())
    shown = json.dumps(passkey.shown(options_on(first.get(SHOW))))
    second.get(SHOW)

    first.post(SHOW, {"credential": shown})
    second.post(SHOW, {"credential": shown})

    assert is_in(first)
    assert not is_in(second)


@pytest.mark.parametrize("credential", ["", "no JSON", "{}", "[]", '"x"', '{"id": 1}', "null"])
def test_what_is_no_answer_is_refused_in_words(browser: Client, credential: str) -> None:
    add(browser, Passkey())
    other = start(Client())

    for at, path in ((browser, ADD), (other, SHOW)):
        at.get(path)
        response = at.post(path, {"name": "x", "credential": credential})
        assert response.status_code == 200
        assert "That did not work" in words(response)
    assert not is_in(other)
    assert Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).count() == 1


def test_the_last_one_stays(browser: Client) -> None:
    add(browser, Passkey())
    kept = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)

    page = browser.post(f"/accounts/2fa/webauthn/keys/{kept.pk}/remove/", follow=True)

    assert "This is your only second factor" in words(page)
    assert Authenticator.objects.filter(pk=kept.pk).exists()


def test_one_of_two_can_be_removed_and_the_other_stays(browser: Client, committed) -> None:
    add(browser, Passkey())
    set_up_app(browser, committed)
    kept = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)

    browser.post(f"/accounts/2fa/webauthn/keys/{kept.pk}/remove/")
    browser.post("/accounts/2fa/totp/deactivate/")

    left = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
    assert [one.type for one in left] == [Authenticator.Type.TOTP]
    details = AuditEntry.objects.filter(act=Act.FACTOR).order_by("pk").values_list("details")
    assert details.last() == ({"removed": "passkey"},)


def test_a_colleagues_passkey_is_not_there(browser: Client, law: User) -> None:
    add(browser, Passkey())
    other = make_user("hr@example.com", is_staff=True)
    theirs = other.authenticator_set.create(type="webauthn", data={"name": "Theirs"})

    address = f"/accounts/2fa/webauthn/keys/{theirs.pk}/remove/"

    assert browser.get(address).status_code == 404
    assert browser.post(address).status_code == 404
    assert other.authenticator_set.exists()
