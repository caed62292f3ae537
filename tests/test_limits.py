"""Limits: so many tries and not one more, by whom they count, and what is said beyond them."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
import time_machine
from allauth.core.internal import ratelimit
from django.db.models import F
from django.test import Client, RequestFactory
from structlog.testing import capture_logs

from elections import known_browser, limits
from elections.models import Offer, Tries, User
from tests.factory import make_user
from tests.mails import account_mails
from tests.views.pages import title, words

pytestmark = pytest.mark.django_db

PASSWORD = "three-quarters-rounded-up"
WRONG = "Too many wrong passwords were typed"


@pytest.fixture
def account(offer: Offer) -> User:
    return make_user("pat@example.com", password=PASSWORD)


def tried(action: str, rates: str, *, address: str = "192.0.2.1", **by: Any) -> bool:
    """Whether one more try of `action` is let through."""
    request = RequestFactory().post("/", REMOTE_ADDR=address)
    return bool(limits.consume(request, app="tests", action=action, config={action: rates}, **by))


def sign_in(password: str, *, browser: Client | None = None, address: str = "192.0.2.1") -> Any:
    sent = {"login": "pat@example.com", "password": password}
    return (browser or Client()).post("/accounts/login/", sent, REMOTE_ADDR=address)


def time_passes(seconds: float) -> None:
    """As far as the counters can tell."""
    Tries.objects.update(until=F("until") - seconds)


def test_django_allauth_counts_with_these() -> None:
    assert (ratelimit.consume, ratelimit.clear) == (limits.consume, limits.clear)


def test_so_many_are_let_through_and_not_one_more_until_the_time_is_over() -> None:
    assert [tried("knock", "3/m/ip") for _ in range(5)] == [True, True, True, False, False]
    time_passes(59)
    assert not tried("knock", "3/m/ip")
    time_passes(1)
    assert [tried("knock", "3/m/ip") for _ in range(4)] == [True, True, True, False]


def test_one_try_costs_one_statement(django_assert_num_queries: Any) -> None:
    for _ in range(2):
        with django_assert_num_queries(1):
            tried("knock", "3/m/ip")


def test_what_is_refused_by_one_limit_is_not_counted_by_another() -> None:
    rates = "3/m/ip,1/m/key"
    assert [tried("knock", rates, key="pat") for _ in range(5)] == [
        True,
        False,
        False,
        False,
        False,
    ]
    assert [tried("knock", rates, key=name) for name in ("lou", "sam", "kim")] == [
        True,
        True,
        False,
    ]


def test_each_address_counts_for_itself_and_of_ipv6_each_network() -> None:
    assert tried("knock", "1/m/ip", address="192.0.2.1")
    assert tried("knock", "1/m/ip", address="192.0.2.2")
    assert tried("knock", "1/m/ip", address="2001:db8:1:2::1")
    assert not tried("knock", "1/m/ip", address="2001:db8:1:2:ffff::9")
    assert tried("knock", "1/m/ip", address="2001:db8:1:3::1")


def test_a_page_that_is_only_looked_at_counts_for_nothing() -> None:
    for method in ("get", "head", "options"):
        request = getattr(RequestFactory(), method)("/")
        assert limits.consume(request, app="tests", action="knock", config={"knock": "1/m/ip"})
    assert not Tries.objects.exists()


def test_looking_whether_a_try_is_left_takes_none() -> None:
    assert all(tried("knock", "1/m/ip", dry_run=True) for _ in range(3))
    assert tried("knock", "1/m/ip")
    assert not tried("knock", "1/m/ip", dry_run=True)


def test_counters_whose_time_is_over_are_thrown_away() -> None:
    tried("knock", "3/m/ip")
    tried("ring", "3/h/ip")
    time_passes(61)
    assert limits.throw_away_expired() == 1
    assert [row.counter for row in Tries.objects.all()] == ["tests.ring|3/3600/ip|192.0.2.1"]


def test_after_ten_wrong_passwords_the_page_says_how_long_to_wait_and_what_works(account: User):
    for _ in range(10):
        assert WRONG not in words(sign_in("wrong"))
    page = sign_in(PASSWORD)
    assert title(page).startswith("Error: ")
    assert (
        f"{WRONG} for this address or from your network. Please try again in 5 minutes, or have"
        " a sign-in code mailed to you: that works right away."
    ) in words(page)
    assert 'value="pat@example.com"' in page.content.decode()
    time_passes(300)
    assert sign_in(PASSWORD).status_code == 302


def test_an_address_that_nobody_has_is_refused_in_the_same_words(account: User):
    sent = {"login": "nobody@example.com", "password": "wrong"}
    for _ in range(10):
        Client().post("/accounts/login/", sent)
    assert WRONG in words(Client().post("/accounts/login/", sent))


def test_right_passwords_do_not_count(account: User):
    for _ in range(12):
        assert sign_in(PASSWORD).status_code == 302


def test_a_lockout_leaves_a_line_that_names_no_account_and_no_password(account: User):
    with capture_logs() as logs:
        for _ in range(11):
            sign_in("wrong-and-secret")
    (line,) = [line for line in logs if line["event"] == "too_many_tries"]
    assert line["log_level"] == "warning"
    assert (line["action"], line["limit"]) == ("login_failed", "10/300.0/place")
    assert line["address"] == "192.0.2.1"
    assert 298 <= line["again_in"] <= 300
    assert "pat@example.com" not in str(line)
    assert "secret" not in str(line)


def test_who_uses_up_the_tries_elsewhere_does_not_keep_the_owner_out(account: User):
    for _ in range(11):
        sign_in("wrong", address="203.0.113.7")
    assert WRONG in words(sign_in(PASSWORD, address="203.0.113.7"))
    assert sign_in(PASSWORD).status_code == 302


def test_many_strangers_together_are_stopped_and_a_browser_that_is_known_gets_in(account: User):
    mine = Client()
    mine.cookies["known"] = cookie_of(account)
    for place in range(10):
        for _ in range(10):
            sign_in("wrong", address=f"203.0.113.{place}")
    assert WRONG in words(sign_in(PASSWORD, address="198.51.100.1"))
    assert WRONG in words(sign_in(PASSWORD))  # the owner's own address, in a strange browser
    assert sign_in(PASSWORD, browser=mine).status_code == 302


def cookie_of(account: User) -> str:
    """What signing in leaves in a browser."""
    browser = Client()
    sign_in(PASSWORD, browser=browser)
    cookie = browser.cookies["known"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    return cookie.value


def test_a_browser_that_is_known_has_its_own_ten_tries_and_no_more(account: User):
    mine = Client()
    mine.cookies["known"] = cookie_of(account)
    for place in range(10):
        assert WRONG not in words(sign_in("wrong", browser=mine, address=f"203.0.113.{place}"))
    assert WRONG in words(sign_in(PASSWORD, browser=mine))


@pytest.mark.parametrize("cookie", ["", "x", "a:b:c", "é\x00", "W10:1:x"])
def test_a_made_up_cookie_makes_no_browser_known(account: User, cookie: str):
    request = RequestFactory().post("/")
    request.COOKIES["known"] = cookie
    assert known_browser.name_for(request, account.email) is None


def test_a_browser_is_known_for_the_account_that_signed_in_alone(account: User):
    request = RequestFactory().post("/")
    request.COOKIES["known"] = cookie_of(account)
    assert known_browser.name_for(request, "Pat@Example.com")
    assert known_browser.name_for(request, "law@example.com") is None


def test_whose_browser_it_is_cannot_be_read_in_the_cookie(account: User):
    first, second = cookie_of(account), cookie_of(account)
    name, signed_at, signature = first.split(":")
    assert re.fullmatch("[0-9a-f]{16}", name)  # drawn by lot
    assert re.fullmatch("[0-9A-Za-z]{6}", signed_at)
    assert not re.search(b"pat|example", base64.urlsafe_b64decode(f"{signature}="), re.IGNORECASE)
    # Nor are two browsers of one person seen to be that.
    assert not {*first.split(":")} & {*second.split(":")} - {signed_at}


def test_whose_it_is_cannot_be_tried_out_without_the_secret_key(account: User, settings: Any):
    request = RequestFactory().post("/")
    request.COOKIES["known"] = cookie_of(account)
    settings.SECRET_KEY, kept = (
        "another-key-of-fifty-characters-for-this-test-alone",
        settings.SECRET_KEY,
    )
    assert known_browser.name_for(request, account.email) is None
    # While a key is exchanged, the former one still counts.
    settings.SECRET_KEY_FALLBACKS = [kept]
    assert known_browser.name_for(request, account.email)


def test_a_browser_is_known_for_120_days(account: User):
    request = RequestFactory().post("/")
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        request.COOKIES["known"] = cookie_of(account)
        clock.shift(known_browser.KEPT)
        assert known_browser.name_for(request, account.email)
        clock.shift(1)
        assert known_browser.name_for(request, account.email) is None


def ask_for_code(address: str = "192.0.2.1") -> Any:
    sent = {"email": "pat@example.com"}
    return Client().post("/accounts/login/code/", sent, REMOTE_ADDR=address)


def test_three_codes_a_minute_from_one_place_and_others_can_still_ask(account: User):
    assert [ask_for_code().status_code for _ in range(3)] == [302, 302, 302]
    assert "Too many codes were asked for" in words(ask_for_code())
    assert ask_for_code("198.51.100.1").status_code == 302
    assert len(account_mails()) == 4


def test_nobodys_mailbox_is_flooded_from_many_places(account: User):
    answers = [ask_for_code(f"203.0.113.{n}").status_code for n in range(31)]
    assert answers.count(302) == len(account_mails()) == 30


def test_with_wrong_passwords_used_up_a_mailed_code_still_gets_in(account: User):
    for _ in range(11):
        sign_in("wrong")
    browser = Client()
    browser.post("/accounts/login/code/", {"email": "pat@example.com"}, REMOTE_ADDR="192.0.2.1")
    code = browser.session["account_login"]["state"]["stages"]["login_by_code"]["data"]["code"]
    done = browser.post("/accounts/login/code/confirm/", {"code": code})
    assert browser.session["_auth_user_id"] == str(account.pk)
    assert done.status_code == 302


def test_too_many_links_end_in_a_page_that_says_how_long_and_what_else_works(account: User):
    sent = {"email": "pat@example.com"}
    answers = [Client().post("/accounts/password/reset/", sent) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
    assert "Too many tries" in words(answers[3])
    assert "wait 1 minute, go back" in words(answers[3])
    assert 55 <= int(answers[3].headers["Retry-After"]) <= 60
    assert len(account_mails()) == 3
