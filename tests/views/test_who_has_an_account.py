"""Nobody learns who has an account: same page, same questions, same work, whoever is named.

How long it takes, `python -m bench pages` measures; here is what the time is made of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from elections import account_forms
from elections.accounts import AccountAdapter, AuthenticationBackend
from elections.models import Offer, User
from elections.views import signing_in
from tests.factory import make_employee, make_user
from tests.mails import account_mails

PASSWORD = "three-quarters-rounded-up"
LOGIN, CODE, CONFIRM, RESET = (
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/login/code/confirm/",
    "/accounts/password/reset/",
)
WHO = ("known", "without-password", "disabled")


class CountingHasher(MD5PasswordHasher):
    """Counts what production's hasher would spend a tenth of a second on."""

    algorithm = "counting"
    hashed: ClassVar[list[str]] = []

    def encode(self, password: str, salt: str) -> str:
        self.hashed.append("one")
        return super().encode(password, salt)


@dataclass
class Work:
    """What an answer says, and what was done for it; values that differ anyway are left out."""

    status: int
    where: str
    page: str
    cookies: set[str]
    questions: list[str]
    hashes: int
    mails_written: list[str] = field(default_factory=list)


@pytest.fixture(autouse=True)
def written(offer: Offer, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The mails that are written, sent or not."""
    cache.clear()  # the limits of attempts, which the tests before have used up
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    CountingHasher.hashed.clear()
    for name in WHO:
        password = None if name == "without-password" else PASSWORD
        user = make_user(f"{name}@example.com", password=password, is_active=name != "disabled")
        make_employee(user=user)
    kinds: list[str] = []
    render = AccountAdapter.render_mail

    def noted(self: AccountAdapter, template_prefix: str, *rest: Any, **more: Any) -> Any:
        kinds.append(template_prefix)
        return render(self, template_prefix, *rest, **more)

    monkeypatch.setattr(AccountAdapter, "render_mail", noted)
    yield kinds
    account_mails()


@pytest.fixture
def work(written: list[str]) -> Callable[[Callable[[], HttpResponse], str], Work]:
    def do(ask: Callable[[], HttpResponse], name: str) -> Work:
        CountingHasher.hashed.clear()
        written.clear()
        with CaptureQueriesContext(connection) as captured:
            response = ask()
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())
        return Work(
            status=response.status_code,
            where=response.headers.get("Location", ""),
            page=page.replace(name, "WHO"),
            cookies=set(response.cookies),
            questions=[shape(query["sql"]) for query in captured],
            hashes=len(CountingHasher.hashed),
            mails_written=[*written],
        )

    return do


def shape(sql: str) -> str:
    """A statement without its values."""
    return re.sub(r"'[^']*'|\"s\d+_x\d+\"|\b\d+\b", "?", sql)


Doing = Callable[[Callable[[], HttpResponse], str], Work]


def signing_in_wrongly(work: Doing, name: str, password: str = "wrong") -> list[Work]:
    sent = {"login": f"{name}@example.com", "password": password}
    return [work(lambda: Client().post(LOGIN, sent), name)]


def asking_for_a_code(work: Doing, name: str) -> list[Work]:
    """And trying one, and having another mailed, and trying once more."""
    browser = Client()
    return [
        work(lambda: browser.post(CODE, {"email": f"{name}@example.com"}), name),
        work(lambda: browser.get(CONFIRM), name),
        work(lambda: browser.post(CONFIRM, {"code": "wrong"}), name),
        work(lambda: browser.post(CONFIRM, {"action": "resend"}), name),
        work(lambda: browser.get(CONFIRM), name),
        work(lambda: browser.post(CONFIRM, {"code": "wrong"}), name),
    ]


def asking_for_a_link(work: Doing, name: str) -> list[Work]:
    browser = Client()
    return [
        work(lambda: browser.post(RESET, {"email": f"{name}@example.com"}), name),
        work(lambda: browser.get(f"{RESET}done/"), name),
    ]


@pytest.mark.parametrize("name", WHO)
@pytest.mark.parametrize("door", [signing_in_wrongly, asking_for_a_code, asking_for_a_link])
def test_an_unknown_address_is_answered_as_a_known_one(work: Doing, door: Any, name: str):
    assert door(work, "nobody") == door(work, name)


def test_a_disabled_account_does_not_show_that_its_password_was_right(work: Doing):
    assert signing_in_wrongly(work, "disabled", PASSWORD) == signing_in_wrongly(work, "nobody")


def test_each_try_of_a_password_costs_one_hash(work: Doing):
    for name in (*WHO, "nobody"):
        assert signing_in_wrongly(work, name)[0].hashes == 1


def test_a_mail_goes_out_to_somebody_alone(work: Doing, mailoutbox: list[Any]):
    for name in (*WHO, "nobody"):
        asking_for_a_code(work, name)
        asking_for_a_link(work, name)
    sent = [address for mail in account_mails() for address in mail.to]
    assert sorted(set(sent)) == ["known@example.com", "without-password@example.com"]
    assert len(sent) == 2 * 3


# Each guard, switched off


def test_without_nobodys_hash_an_unknown_address_would_be_answered_at_once(
    work: Doing, monkeypatch: pytest.MonkeyPatch
):
    def hasty(self: AuthenticationBackend, request: object, *, email: str, password: str) -> Any:
        account = User.objects.filter(email=email).first()
        return account if account and account.check_password(password) else None

    monkeypatch.setattr(AuthenticationBackend, "authenticate", hasty)
    known, unknown = (signing_in_wrongly(work, name)[0] for name in ("known", "nobody"))
    assert (known.hashes, unknown.hashes) == (1, 0)


def test_without_nobodys_mail_the_links_would_differ(work: Doing, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(account_forms.ResetPasswordForm, "save")
    known, unknown = (asking_for_a_link(work, name)[0] for name in ("known", "nobody"))
    assert (known.mails_written, unknown.mails_written) == (
        ["account/email/password_reset_key"],
        [],
    )


def test_without_nobodys_mail_the_codes_would_differ(work: Doing, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(AccountAdapter, "add_message")
    known, unknown = (asking_for_a_code(work, name)[0] for name in ("known", "nobody"))
    assert (known.mails_written, unknown.mails_written) == (["account/email/login_code"], [])


def test_without_nobodys_question_the_page_for_the_code_would_differ(
    work: Doing, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(signing_in, "LOGIN_SESSION_KEY", "of nothing")
    known, unknown = (asking_for_a_code(work, name)[1] for name in ("known", "nobody"))
    assert len(known.questions) == len(unknown.questions) + 1
