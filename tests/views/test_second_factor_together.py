"""Second factors under requests at once, on a real PostgreSQL; each guard also switched off."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.signals import setting_changed
from django.db.models import QuerySet
from django.test import Client

from elections.factors import FACTORS, FactorAdapter
from elections.models import AuditEntry, User
from elections.models.audit import Act
from elections.services import factors
from elections.services.factors import WRONG_AT_MOST
from tests.concurrency import PATIENCE, at_once
from tests.factory import make_offer, make_user
from tests.signing_in import sign_in
from tests.totp import code_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PASSWORD, SECRET = "three-quarters-rounded-up", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SHOW = "/accounts/2fa/authenticate/"


@pytest.fixture
def law(settings) -> User:
    """Lou, with an app; and processes that share no cache, as the portal's do, nor any limit."""
    settings.ACCOUNT_RATE_LIMITS = False
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    setting_changed.send(sender=None, setting="CACHES", value=settings.CACHES, enter=True)
    make_offer()
    user = make_user("law@example.com", is_staff=True, password=PASSWORD)
    TOTP.activate(user, SECRET)
    return user


@pytest.fixture
def nothing_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard off: no row is locked."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)


def together(wrapped: Callable[..., Any], count: int) -> Callable[..., Any]:
    """The same, but everyone has asked before anyone goes on."""
    everyone = threading.Barrier(count)

    def asked(*args: Any, **kwargs: Any) -> Any:
        found = wrapped(*args, **kwargs)
        everyone.wait(PATIENCE)
        return found

    return asked


def signing_in(law: User, count: int) -> list[Client]:
    """Browsers in which the password was typed."""
    browsers = [Client() for _ in range(count)]
    for browser in browsers:
        browser.post("/accounts/login/", {"login": law.email, "password": PASSWORD})
    return browsers


def give(browsers: list[Client], code: str) -> None:
    at_once([partial(browser.post, SHOW, {"code": code}) for browser in browsers])


def let_in(browsers: list[Client]) -> int:
    return sum("_auth_user_id" in browser.session for browser in browsers)


def test_one_code_lets_one_in(law: User) -> None:
    browsers = signing_in(law, 6)

    give(browsers, code_of(SECRET))

    assert let_in(browsers) == 1


def test_without_the_account_held_one_code_would_let_several_in(
    law: User, nothing_is_held: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factors, "too_many_wrong", lambda *asked: False)
    monkeypatch.setattr("elections.factor_forms.use_time", lambda app: True)
    browsers = signing_in(law, 6)

    give(browsers, code_of(SECRET))

    assert let_in(browsers) > 1


def test_of_many_wrong_codes_just_so_many_are_tried(law: User) -> None:
    give(signing_in(law, 2 * WRONG_AT_MOST), "000000")

    assert AuditEntry.objects.filter(act=Act.FACTOR_FAILED).count() == WRONG_AT_MOST
    assert AuditEntry.objects.filter(act=Act.LOCKED_OUT).count() == 1


def test_without_the_account_held_more_would_be_tried(
    law: User, nothing_is_held: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    browsers = signing_in(law, WRONG_AT_MOST + 5)
    counted = together(factors.too_many_wrong, len(browsers))
    monkeypatch.setattr(factors, "too_many_wrong", counted)

    give(browsers, "000000")

    assert AuditEntry.objects.filter(act=Act.FACTOR_FAILED).count() == len(browsers)


def remove_both(law: User) -> None:
    """The app in one browser and the passkey in another, at the same moment."""
    passkey = law.authenticator_set.create(type="webauthn", data={"name": "Laptop"})
    app, key = sign_in(Client(), law), sign_in(Client(), law)
    at_once(
        [
            partial(app.post, "/accounts/2fa/totp/deactivate/"),
            partial(key.post, f"/accounts/2fa/webauthn/keys/{passkey.pk}/remove/"),
        ]
    )


def test_of_the_last_two_factors_one_stays(law: User) -> None:
    remove_both(law)

    assert Authenticator.objects.filter(type__in=FACTORS).count() == 1


def test_without_the_account_held_both_would_be_gone(
    law: User, nothing_is_held: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = together(FactorAdapter.can_delete_authenticator, 2)
    monkeypatch.setattr(FactorAdapter, "can_delete_authenticator", asked)

    remove_both(law)

    assert not Authenticator.objects.filter(type__in=FACTORS).exists()
