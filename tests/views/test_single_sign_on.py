"""Single sign-on, against a real OpenID provider and against one that lies."""

from __future__ import annotations

import hashlib
import html
import json
import re
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from allauth.account.models import Login
from allauth.socialaccount.models import SocialAccount, SocialToken
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings as django_settings
from django.test import Client

from elections import openid
from elections.models import AuditEntry, BrowserSession, Employee, Offer, User
from elections.models.audit import Act
from elections.services.sign_on import Identity
from elections.single_sign_on import CompanyLogin, SocialAccountAdapter
from tests.factory import make_employee, make_offer, make_user
from tests.portal import SetClock
from tests.provider import DISCOVERY, TOKEN, Provider
from tests.views.pages import words

BACK = "/sign-on/back/"


class Browser:
    """Someone at a browser: goes to the provider, says who they are there, and comes back."""

    def __init__(self, portal: str, provider: Provider) -> None:
        self.portal, self.provider = portal, provider
        self.session = requests.Session()

    def begin(self, query: str = "") -> str:
        """Press the button; the provider's address that it leads to."""
        response = self.get(f"{self.portal}/sign-on/{query}")
        assert response.status_code == 302, text(response)
        return response.headers["Location"]

    def answer(self, address: str, subject: str) -> str:
        """Be `subject` at the provider; the portal's address that it leads back to."""
        response = self.session.post(address, data={"sub": subject}, allow_redirects=False)
        assert response.status_code == 302, response.text
        return response.headers["Location"]

    def get(self, address: str) -> requests.Response:
        return self.session.get(address, allow_redirects=False, timeout=10)

    def sign_in(self, subject: str, query: str = "") -> requests.Response:
        """All of it; the portal's last answer."""
        return self.get(self.answer(self.begin(query), subject))

    @property
    def signed_in(self) -> bool:
        return self.get(f"{self.portal}/election/").status_code != 302


def text(response: requests.Response) -> str:
    body = response.text.partition("<body")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


@pytest.fixture
def pat(transactional_db: None, portal_clock: SetClock) -> Employee:
    make_offer()
    user = make_user("pat@example.com", name="Pat Example")
    return make_employee(user=user, email="pat@example.com", number="E-0042")


@pytest.fixture
def browser(pat: Employee, provider: Provider, live_server: Any) -> Browser:
    provider.knows("pat", email="Pat@Example.com", email_verified=True, employee_number="E-0042")
    return Browser(live_server.url, provider)


def users() -> int:
    return User.objects.count()


# The way in


def test_the_button_leads_there_and_back_to_where_one_wanted_to_go(browser: Browser, pat: Employee):
    page = browser.get(f"{browser.portal}/accounts/login/?next=/submissions/").text
    link = re.search(r'href="(/sign-on/[^"]*)"[^>]*>Sign in with Example Corporation<', page)
    assert link is not None

    response = browser.sign_in("pat", html.unescape(link[1]).removeprefix("/sign-on/"))

    assert (response.status_code, response.headers["Location"]) == (302, "/submissions/")
    assert browser.signed_in
    assert "Pat Example" in browser.get(f"{browser.portal}/").text
    tie = SocialAccount.objects.get()
    assert (tie.provider, tie.uid, tie.user, tie.extra_data) == (
        browser.provider.issuer,
        "pat",
        pat.user,
        {},
    )


def test_one_comes_back_as_often_as_one_likes_and_is_tied_once(browser: Browser):
    browser.sign_in("pat")
    browser.sign_in("pat")
    assert browser.signed_in
    assert SocialAccount.objects.count() == 1


def test_the_session_key_changes_as_one_signs_in(browser: Browser):
    at_provider = browser.begin()
    before = browser.session.cookies[django_settings.SESSION_COOKIE_NAME]
    browser.get(browser.answer(at_provider, "pat"))
    after = browser.session.cookies[django_settings.SESSION_COOKIE_NAME]
    assert after != before
    assert not BrowserSession.objects.filter(session_key=before).exists()


def test_the_code_is_bound_to_this_browser_by_a_challenge(browser: Browser):
    asked = parse_qs(urlsplit(browser.begin()).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{browser.portal}{BACK}"]
    assert set(asked["scope"][0].split()) == {"openid", "email"}

    browser.sign_in("pat")

    asked = browser.provider.asked["/oauth2/authorize"]
    verifier = browser.provider.asked[TOKEN]["code_verifier"]
    digest = hashlib.sha256(verifier.encode()).digest()
    assert urlsafe_b64encode(digest).decode().rstrip("=") == asked["code_challenge"]


def test_nothing_in_the_address_changes_what_is_asked_of_the_provider(browser: Browser):
    forged = "?process=connect&scope=phone&auth_params=nonce%3Dmine%26prompt%3Dnone"
    asked = parse_qs(urlsplit(browser.begin(forged)).query)
    assert "phone" not in asked["scope"][0]
    assert asked["nonce"] != ["mine"]
    assert "prompt" not in asked


def test_nobody_is_led_to_another_site(browser: Browser):
    response = browser.sign_in("pat", "?next=https://elsewhere.example/")
    assert response.headers["Location"] == "/"


# Whose account


def test_an_address_that_is_not_verified_opens_nothing(browser: Browser):
    for verified in (False, None, "true", 1):
        browser.provider.knows("pat", email="pat@example.com", email_verified=verified)
        response = browser.sign_in("pat")
        assert response.status_code == 403
        assert "No account was found" in text(response)
    assert not browser.signed_in


def test_somebody_who_is_not_on_the_roster_is_told_so_and_gets_no_account(browser: Browser):
    before = users()
    browser.provider.knows("eve", email="eve@example.com", email_verified=True)

    response = browser.sign_in("eve")

    assert response.status_code == 403
    assert "none was made now" in text(response)
    assert users() == before
    assert not SocialAccount.objects.exists()


def test_a_disabled_account_looks_like_none(browser: Browser):
    browser.provider.knows("eve", email="eve@example.com", email_verified=True)
    unknown = text(browser.sign_in("eve"))
    User.objects.update(is_active=False)

    disabled = browser.sign_in("pat")

    assert (disabled.status_code, text(disabled)) == (403, unknown)
    assert not browser.signed_in


def test_an_address_changed_at_the_provider_opens_nobody_elses_account(
    browser: Browser, live_server: Any
):
    sam = make_employee(user=make_user("sam@example.com"), email="sam@example.com")
    browser.sign_in("pat")
    browser.provider.knows("pat", email="sam@example.com", email_verified=True)

    response = Browser(live_server.url, browser.provider).sign_in("pat")

    assert response.status_code == 403
    assert not SocialAccount.objects.filter(user=sam.user).exists()


def test_an_address_given_to_somebody_new_does_not_open_its_former_owners_account(
    browser: Browser, live_server: Any
):
    browser.sign_in("pat")
    browser.provider.knows("new", email="pat@example.com", email_verified=True)

    other = Browser(live_server.url, browser.provider)

    assert other.sign_in("new").status_code == 403
    assert not other.signed_in


def test_the_tie_to_the_subject_is_what_refuses_it(browser: Browser, live_server: Any):
    browser.sign_in("pat")
    browser.provider.knows("new", email="pat@example.com", email_verified=True)
    SocialAccount.objects.all().delete()

    other = Browser(live_server.url, browser.provider)
    other.sign_in("new")

    assert other.signed_in


def test_known_by_the_number_the_address_does_not_matter(browser: Browser, settings: Any):
    settings.PORTAL_OIDC_EMPLOYEE_NUMBER_CLAIM = "employee_number"
    make_employee(user=make_user("sam@example.com"), email="sam@example.com", number="E-0043")
    browser.provider.knows(
        "pat", email="sam@example.com", email_verified=True, employee_number="E-0042"
    )

    browser.sign_in("pat")

    assert "Pat Example" in browser.get(f"{browser.portal}/").text


@pytest.mark.parametrize("number", [None, "", "E-9999", 42, True, ["E-0042"]])
def test_known_by_the_number_the_address_of_somebody_on_the_roster_opens_nothing(
    browser: Browser, settings: Any, number: object
):
    settings.PORTAL_OIDC_EMPLOYEE_NUMBER_CLAIM = "employee_number"
    claims = {} if number is None else {"employee_number": number}
    browser.provider.knows("pat", email="pat@example.com", email_verified=True, **claims)

    assert browser.sign_in("pat").status_code == 403
    assert not browser.signed_in


def test_a_number_may_come_as_a_number(browser: Browser, settings: Any):
    settings.PORTAL_OIDC_EMPLOYEE_NUMBER_CLAIM = "employee_number"
    make_employee(user=make_user("kim@example.com", name="Kim Counted"), number="43")
    browser.provider.knows("kim", employee_number=43)
    browser.sign_in("kim")
    assert "Kim Counted" in browser.get(f"{browser.portal}/").text


def test_known_by_the_number_staff_without_one_are_known_by_their_address(
    browser: Browser, settings: Any
):
    settings.PORTAL_OIDC_EMPLOYEE_NUMBER_CLAIM = "employee_number"
    make_user("law@example.com", is_staff=True)
    browser.provider.knows("law", email="law@example.com", email_verified=True)

    assert browser.sign_in("law").headers["Location"] == "/"
    assert AuditEntry.objects.get(act=Act.SIGN_IN).actor_email == "law@example.com"


def test_a_refused_sign_in_at_an_account_of_staff_is_in_the_audit_log(browser: Browser):
    make_user("law@example.com", is_staff=True, is_active=False)
    browser.provider.knows("law", email="law@example.com", email_verified=True)
    browser.sign_in("law")
    assert AuditEntry.objects.get().act == Act.SIGN_IN_FAILED


def test_what_the_id_token_does_not_say_is_asked_of_userinfo(browser: Browser):
    browser.provider.changes(email=None, email_verified=None)
    browser.sign_in("pat")
    assert browser.signed_in


def test_a_userinfo_that_speaks_of_somebody_else_is_not_believed(browser: Browser):
    browser.provider.changes(email=None, email_verified=None)
    browser.provider.lies["/userinfo"] = lambda said: said | {"sub": "eve"}
    assert browser.sign_in("pat").status_code == 502
    assert not browser.signed_in


@pytest.mark.parametrize("path", ["/oauth2/token", "/userinfo", "/jwks"])
def test_no_redirect_of_the_providers_is_followed(browser: Browser, path: str):
    browser.provider.changes(email=None, email_verified=None)
    browser.provider.moved[path] = f"{browser.provider.issuer}/elsewhere"

    response = browser.sign_in("pat")

    assert response.status_code == 502
    assert path in browser.provider.asked
    assert "/elsewhere" not in browser.provider.asked
    assert not browser.signed_in


# A provider, or somebody in between, that lies

SOMEBODYS_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://elsewhere.example"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "another-portal"},
    "several audiences, none of them named as ours": {"aud": ["portal", "another-portal"]},
    "another party": {"azp": "another-portal"},
    "another nonce": {"nonce": "x" * 32},
    "no nonce": {"nonce": None},
    "worn out": {"exp": 1_000_000_000},
    "never worn out": {"exp": None},
    "not made yet": {"iat": 4_000_000_000},
    "no subject": {"sub": None},
    "another key": {"key": SOMEBODYS_KEY},
    "another key, named": {"key": SOMEBODYS_KEY, "header": {"kid": "mine"}},
    "no signature": {"key": "", "header": {"alg": "none"}},
    "the client secret for a key": {"key": "s" * 32, "header": {"alg": "HS256"}},
}


@pytest.mark.parametrize("lie", LIES)
def test_an_id_token_that_lies_signs_nobody_in(browser: Browser, lie: str):
    browser.provider.changes(**LIES[lie])

    response = browser.sign_in("pat")

    assert response.status_code == 502
    assert "could not be accepted" in text(response)
    assert not browser.signed_in
    assert not SocialAccount.objects.exists()


def test_a_token_made_anew_by_the_provider_itself_is_accepted(browser: Browser):
    browser.provider.changes(aud=["portal", "another-portal"], azp="portal")
    browser.sign_in("pat")
    assert browser.signed_in


@pytest.mark.parametrize("lie", ["another key", "no signature", "another nonce"])
def test_it_is_the_check_of_the_token_that_refuses_it(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, lie: str
):
    browser.provider.changes(**LIES[lie])
    believing = lambda token, **_: jwt.decode(token, options={"verify_signature": False})  # noqa: E731
    monkeypatch.setattr(openid, "verified_claims", believing)

    browser.sign_in("pat")

    assert browser.signed_in


def test_an_answer_without_an_id_token_signs_nobody_in(browser: Browser):
    browser.provider.lies[TOKEN] = lambda said: {"access_token": said["access_token"]}
    assert browser.sign_in("pat").status_code == 502


@pytest.mark.parametrize(
    "lie",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "ftp://elsewhere.example/"},
        {"jwks_uri": None},
        {"userinfo_endpoint": "ftp://elsewhere.example/"},
    ],
)
def test_a_discovery_document_that_lies_leads_nowhere(browser: Browser, lie: dict[str, Any]):
    browser.provider.lies[DISCOVERY] = lambda said: said | lie
    response = browser.get(f"{browser.portal}/sign-on/")
    assert response.status_code == 502
    assert "could not be accepted" in text(response)


def test_a_key_that_is_new_is_fetched_and_the_old_one_forgotten(browser: Browser):
    browser.sign_in("pat")
    address = f"{browser.provider.issuer}/jwks"
    openid.documents.set(address, {"keys": []})
    browser.session.cookies.clear()
    browser.sign_in("pat")
    assert browser.signed_in
    assert len(openid.documents.get(address)["keys"]) == 1


# The way back


def test_a_code_is_good_once(browser: Browser, live_server: Any):
    back = browser.answer(browser.begin(), "pat")
    browser.get(back)
    browser.get(f"{browser.portal}/accounts/logout/")
    replayed = browser.get(back)
    stolen = Browser(live_server.url, browser.provider).get(back)
    assert (replayed.status_code, stolen.status_code) == (400, 400)
    assert "begun in another browser" in text(stolen)


def test_a_code_of_somebody_elses_sign_in_is_refused(browser: Browser, live_server: Any):
    """A link that would sign the victim in as the attacker, or the other way round."""
    other = Browser(live_server.url, browser.provider)
    code = parse_qs(urlsplit(other.answer(other.begin(), "pat")).query)["code"][0]
    own = parse_qs(urlsplit(browser.begin()).query)["state"][0]

    response = browser.get(f"{browser.portal}{BACK}?code={code}&state={own}")

    assert response.status_code == 502
    assert not browser.signed_in


@pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=", "?code=x&state=unknown"])
def test_without_a_state_of_ours_nothing_happens(browser: Browser, query: str):
    browser.begin()
    response = browser.get(f"{browser.portal}{BACK}{query}")
    assert response.status_code == 400
    assert TOKEN not in browser.provider.asked


def test_an_answer_that_names_another_issuer_is_not_looked_at(browser: Browser):
    back = browser.answer(browser.begin(), "pat")
    response = browser.get(f"{back}&iss=https://elsewhere.example")
    assert response.status_code == 400
    assert TOKEN not in browser.provider.asked


def test_whoever_calls_it_off_is_told_so_and_keeps_their_way(browser: Browser):
    at_provider = browser.begin("?next=/submissions/")
    state = parse_qs(urlsplit(at_provider).query)["state"][0]
    page = browser.get(f"{browser.portal}{BACK}?error=access_denied&state={state}")
    assert page.status_code == 403
    assert "was called off" in text(page)
    assert 'href="/sign-on/?next=/submissions/"' in page.text


def test_a_provider_that_is_away_keeps_nobody_from_the_other_ways(browser: Browser):
    begun = browser.begin()
    back = browser.answer(begun, "pat")
    browser.provider.away = True
    openid.documents.clear()
    for address in (f"{browser.portal}/sign-on/", back):
        page = browser.get(address)
        assert page.status_code == 503
        assert "Single sign-on does not answer" in text(page)
        assert 'href="/accounts/login/"' in page.text


# Before a second factor


def test_a_sign_in_that_waits_for_more_keeps_neither_password_nor_token(
    browser: Browser, pat: Employee, rf: Any
):
    login = CompanyLogin(
        user=pat.user,
        account=SocialAccount(provider=browser.provider.issuer, uid="pat"),
        provider=SocialAccountAdapter().get_provider(rf.get("/"), browser.provider.issuer),
    )
    login.token = SocialToken(token="bearer-of-much")
    login.identity = Identity(
        issuer=browser.provider.issuer, subject="pat", address="pat@example.com", number=None
    )
    login.lookup()
    waiting = Login(user=pat.user, signal_kwargs={"sociallogin": login}).serialize()

    kept = json.dumps(waiting)

    assert "bearer-of-much" not in kept
    assert pat.user.password not in kept
    again = Login.deserialize(json.loads(kept))
    assert again.user == pat.user
    assert login.user.password == pat.user.password


# Off


@pytest.mark.parametrize("path", ["/sign-on/", BACK])
def test_where_there_is_no_provider_there_is_no_such_page_and_no_button(offer: Offer, path: str):
    assert Client().get(path).status_code == 404
    assert Client().post(path).status_code == 404
    assert "/sign-on/" not in Client().get("/accounts/login/").content.decode()
    assert "Sign in with" not in words(Client().get("/accounts/login/"))
