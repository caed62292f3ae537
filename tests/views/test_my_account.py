"""My account: where I am signed in, signing out there, and what signs everyone out by itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpResponse
from django.test import Client

from elections import browser_sessions
from elections.models import BrowserSession, Employee, Grant, Offer, User
from elections.user_agents import browser_in_words
from tests.factory import make_employee, make_user
from tests.mails import account_mails
from tests.views.pages import signed_in, words

PASSWORD = "three-quarters-rounded-up"
NEW = {"password1": "a-long-new-password", "password2": "a-long-new-password"}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1"


@pytest.fixture
def pat(offer: Offer) -> User:
    user = make_user("pat@example.com", name="Pat Example", password=PASSWORD)
    make_employee(user=user, name="Pat Example")
    return user


def browser(user: User, agent: str = FIREFOX, address: str = "192.0.2.1") -> Client:
    """One in which they have signed in."""
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    sent = {"login": user.email, "password": PASSWORD}
    assert client.post("/accounts/login/", sent).status_code == 302
    return client


def end(client: Client, what: str) -> HttpResponse:
    """Press one of the buttons, and prove who one is where that is asked."""
    answer = client.post("/account/", {"end": what})
    if "/reauthenticate/" not in answer.headers["Location"]:
        return client.get(answer.headers["Location"])
    return client.post(answer.headers["Location"], {"password": PASSWORD}, follow=True)


def is_in(client: Client) -> bool:
    return client.get("/election/").status_code == 200


def names(client: Client) -> list[str]:
    return re.findall(
        r'name="end" value="([0-9a-f]{16})"', client.get("/account/").content.decode()
    )


def test_it_lists_each_browser_with_when_and_where_and_marks_this_one(pat: User) -> None:
    browser(pat, IPHONE, "2001:db8::7")
    page = words(browser(pat).get("/account/"))
    assert "You are signed in as pat@example.com." in page
    assert re.search(r"Firefox on Linux \(this one\) .* on .* 192\.0\.2\.1", page)
    assert re.search(r"Safari on iPhone .* 2001:db8::7", page)
    assert page.count("(this one)") == 2  # beside the browser, and in the words of its button


def test_what_the_browser_calls_itself_is_not_repeated(pat: User) -> None:
    hostile = browser(pat, "<script>alert(1)</script>é\x7f" + "x" * 5000)
    page = hostile.get("/account/").content.decode()
    assert "alert(1)" not in page
    assert "Another browser" in page


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (FIREFOX, "Firefox on Linux"),
        (IPHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Chrome/140.0 Safari", "Chrome on Mac"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari", "Chrome on Android"),
        ("Mozilla/5.0 (X11; CrOS x86_64) Chrome/140.0 Safari", "Chrome on ChromeOS"),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) CriOS/140 Safari", "Chrome on iPad"),
        ("curl/8", "Another browser"),
        ("", "Another browser"),
    ],
)
def test_browsers_have_names_that_people_know(agent: str, expected: str) -> None:
    assert browser_in_words(agent) == expected


def test_signing_out_everywhere_else_leaves_this_browser_in(pat: User) -> None:
    mine, others = browser(pat), [browser(pat), browser(pat)]
    page = end(mine, "others")
    assert "You are signed out there." in words(page)
    assert [is_in(client) for client in (mine, *others)] == [True, False, False]
    assert BrowserSession.objects.filter(user=pat).count() == 1


def test_signing_out_everywhere_leaves_none_in(pat: User) -> None:
    mine, other = browser(pat), browser(pat)
    page = end(mine, "all")
    assert "You have signed out." in words(page)
    assert (is_in(mine), is_in(other)) == (False, False)
    assert not BrowserSession.objects.filter(user=pat).exists()


def test_one_browser_can_be_signed_out_by_itself(pat: User) -> None:
    first, second, mine = browser(pat), browser(pat), browser(pat)
    end(mine, browser_sessions.public_name(first.session.session_key))
    assert [is_in(client) for client in (first, second, mine)] == [False, True, True]


def test_signing_out_this_one_is_signing_out(pat: User) -> None:
    mine, other = browser(pat), browser(pat)
    mine.post("/account/", {"end": browser_sessions.public_name(mine.session.session_key)})
    assert (is_in(mine), is_in(other)) == (False, True)


def test_who_finds_a_browser_open_signs_nobody_out_elsewhere_without_the_password(
    pat: User,
) -> None:
    found, other = browser(pat), browser(pat)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        asked = found.post("/account/", {"end": "all"})
        assert asked.headers["Location"] == "/accounts/reauthenticate/?next=%2Faccount%2F"
        page = found.post(asked.headers["Location"], {"password": "a guess"}, follow=True)
        assert "This is not your password." in words(page)
    assert (is_in(found), is_in(other)) == (True, True)


def test_who_has_no_password_is_not_asked_for_one(pat: User) -> None:
    pat.set_unusable_password()
    pat.save()
    mine, other = signed_in(pat), signed_in(pat)
    mine.post("/account/", {"end": "others"})
    assert (is_in(mine), is_in(other)) == (True, False)


def test_nobody_sees_or_ends_the_sessions_of_anybody_else(pat: User, offer: Offer) -> None:
    mine = browser(pat)
    stranger = signed_in(make_employee())
    theirs = browser_sessions.public_name(mine.session.session_key)
    assert theirs not in names(stranger)
    for end in (theirs, mine.session.session_key, "others", "", "x"):
        stranger.post("/account/", {"end": end})
    assert is_in(mine)
    stranger.post("/account/", {"end": "all"})
    assert is_in(mine)


def test_no_page_holds_what_one_gets_into_a_session_with(pat: User) -> None:
    mine, other = browser(pat), browser(pat)
    page = mine.get("/account/").content.decode()
    assert len(names(mine)) == 2
    for client in (mine, other):
        assert client.session.session_key not in page


def test_it_is_there_for_staff_and_before_any_offer_and_for_nobody_signed_out(db: None) -> None:
    staff = signed_in(make_user("law@example.com", is_staff=True))
    assert staff.get("/account/").status_code == 200
    assert Client().get("/account/").headers["Location"] == "/accounts/login/?next=/account/"
    assert Client().post("/account/", {"end": "all"}).status_code == 302


def test_the_list_costs_the_same_for_any_number_of_browsers(
    pat: User, django_assert_num_queries
) -> None:
    mine = browser(pat)
    mine.get("/account/")  # which says "You are signed in", once
    for _ in range(3):
        with django_assert_num_queries(4):  # session, account, the list, the offer
            mine.get("/account/")
        browser(pat)


def test_changing_the_password_signs_out_everywhere_else_at_once(pat: User) -> None:
    mine, other = browser(pat), browser(pat)
    mine.post("/accounts/password/change/", {"oldpassword": PASSWORD, **NEW})
    assert (is_in(mine), is_in(other)) == (True, False)
    assert len(names(mine)) == 1


def test_a_password_set_by_a_mailed_link_signs_out_everywhere(pat: User) -> None:
    others = [browser(pat), browser(pat)]
    by_mail = Client()
    by_mail.post("/accounts/password/reset/", {"email": pat.email})
    link = re.search(r"http://testserver(/\S+)", account_mails()[-1].body)
    assert link
    page = by_mail.get(link[1], follow=True)
    by_mail.post(page.redirect_chain[-1][0], NEW)
    assert [is_in(client) for client in others] == [False, False]
    assert not BrowserSession.objects.filter(user=pat).exists()


def test_a_password_that_an_administrator_sets_signs_out_everywhere(pat: User) -> None:
    mine = browser(pat)
    pat.set_password("another-long-password")
    pat.save()
    assert not is_in(mine)


def test_being_disabled_signs_out_everywhere_for_good(pat: User) -> None:
    browsers = [browser(pat), browser(pat)]
    pat.is_active = False
    pat.save()
    assert [is_in(client) for client in browsers] == [False, False]
    pat.is_active = True
    pat.save()
    assert [is_in(client) for client in browsers] == [False, False]


def test_where_their_sessions_were_left_they_would_be_in_again(
    pat: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = browser(pat)
    User.objects.filter(pk=pat.pk).update(is_active=False)  # past `User.save`
    assert BrowserSession.objects.filter(user=pat).exists()
    User.objects.filter(pk=pat.pk).update(is_active=True)
    assert is_in(mine)


def test_a_session_that_was_ended_meanwhile_is_not_brought_back(pat: User, iso: Grant) -> None:
    mine = browser(pat)
    session = mine.session
    session["said"] = "late"  # read while it was still there
    browser_sessions.end_sessions(pat)
    with pytest.raises(UpdateError):
        session.save()
    assert not BrowserSession.objects.filter(user=pat).exists()


def test_sessions_whose_time_is_over_are_thrown_away(pat: User) -> None:
    mine, other = browser(pat), browser(pat)
    past = BrowserSession.objects.get(pk=other.session.session_key)
    BrowserSession.objects.filter(pk=past.pk).update(expire_date=past.started_at)
    browser_sessions.throw_away_ended()
    assert [row.pk for row in BrowserSession.objects.filter(user=pat)] == [mine.session.session_key]


def test_the_header_leads_there(client: Client, employee: Employee) -> None:
    assert 'href="/account/"' in client.get("/submissions/").content.decode()
