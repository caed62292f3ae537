"""Staff sign in with a second factor: setting it up, showing it, losing the phone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.signals import setting_changed
from django.http import HttpResponse
from django.test import Client

from elections.factor_guard import SecondFactorMiddleware
from elections.factors import FactorAdapter
from elections.models import AuditEntry, Employee, Offer, User
from elections.models.audit import Act
from elections.services.factors import WRONG_AT_MOST, end_sessions, reset_factor
from tests.factory import make_employee, make_user
from tests.mails import account_mails
from tests.totp import STEP, code_of, set_up_app
from tests.views.pages import words

PASSWORD = "three-quarters-rounded-up"
START = "/accounts/2fa/"
Committed = Callable[[], AbstractContextManager[object]]


@pytest.fixture
def law(offer: Offer) -> User:
    return make_user("law@example.com", name="Lou Law", is_staff=True, password=PASSWORD)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The clock of the phone and of the portal, in the test's hands: it stands at a whole step."""
    with time_machine.travel(1_800_000_000, tick=False) as hands:
        yield hands


def by_password(browser: Client, user: User, **more: str) -> HttpResponse:
    fields = {"login": user.email, "password": PASSWORD} | more
    return browser.post("/accounts/login/", fields)


def by_mailed_code(browser: Client, user: User) -> HttpResponse:
    browser.post("/accounts/login/code/", {"email": user.email})
    found = re.search(r"^\S{4,}$", account_mails()[-1].body.split("signing in on")[1], re.MULTILINE)
    assert found is not None
    return browser.post("/accounts/login/code/confirm/", {"code": found[0]})


def give(browser: Client, code: str) -> HttpResponse:
    return browser.post("/accounts/2fa/authenticate/", {"code": code})


def is_in(browser: Client) -> bool:
    """Whether the portal's pages open: signed in is not enough for staff."""
    return "_auth_user_id" in browser.session and browser.get("/").status_code == 200


@pytest.fixture
def enrolled(law: User, committed: Committed, clock: time_machine.Traveller) -> tuple[str, list]:
    """Lou has an app: its key and the recovery codes. The next code has not been used."""
    browser = Client()
    by_password(browser, law)
    found = set_up_app(browser, committed)
    clock.shift(STEP)
    return found


@pytest.mark.parametrize("door", [by_password, by_mailed_code])
def test_whoever_has_none_yet_goes_nowhere_but_to_setting_one_up(
    law: User, door: Callable[[Client, User], HttpResponse]
) -> None:
    browser = Client()
    door(browser, law)

    for path in ("/", "/election/", "/admin/", "/admin/exports/", "/accounts/password/change/"):
        response = browser.get(path)
        assert response.status_code == 302
        assert response["Location"].startswith(f"{START}?")
    assert "Nothing else opens until this is set up" in words(browser.get(START))
    assert browser.post("/accounts/logout/").status_code == 302
    assert "_auth_user_id" not in browser.session


def test_without_the_guard_such_a_session_would_open_everything(
    law: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SecondFactorMiddleware, "process_view", lambda *view: None)
    browser = Client()
    by_password(browser, law)

    assert browser.get("/admin/").status_code == 200


def test_setting_up_an_app_opens_the_portal_and_gives_ten_recovery_codes(
    law: User, committed: Committed
) -> None:
    browser = Client()
    by_password(browser, law)

    secret, codes = set_up_app(browser, committed)

    assert len(set(codes)) == 10
    assert is_in(browser)
    kept = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert secret not in str(kept.data)  # whoever reads a backup cannot make codes of it


def test_recovery_codes_are_shown_once(law: User, committed: Committed) -> None:
    browser = Client()
    by_password(browser, law)
    _, codes = set_up_app(browser, committed)

    again = browser.get("/accounts/2fa/recovery-codes/").content.decode()

    assert "cannot be shown again" in again
    assert not any(code[:4] in again for code in codes)
    assert browser.get("/accounts/2fa/recovery-codes/download/").status_code == 404


def test_a_wrong_code_sets_up_nothing_and_keeps_the_key(law: User) -> None:
    browser = Client()
    by_password(browser, law)
    page = browser.get("/accounts/2fa/totp/activate/")
    key = re.search(r'id="secret">(.*?)</p>', page.content.decode())

    response = browser.post("/accounts/2fa/totp/activate/", {"code": "000000"})

    assert "This is not the right code." in words(response)
    assert key is not None
    assert key[1] in response.content.decode()
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("door", [by_password, by_mailed_code])
def test_after_either_sign_in_the_app_is_asked_for_and_lets_one_in(
    law: User, enrolled: tuple[str, list], door: Callable[[Client, User], HttpResponse]
) -> None:
    browser = Client()

    assert door(browser, law)["Location"] == "/accounts/2fa/authenticate/"
    assert not is_in(browser)
    page = browser.get("/accounts/2fa/authenticate/")
    assert 'autocomplete="one-time-code"' in page.content.decode()
    give(browser, code_of(enrolled[0]))

    assert is_in(browser)
    (entry,) = AuditEntry.objects.filter(act=Act.SIGN_IN)[:1]
    assert entry.details["by"][-1] == "totp"


def test_where_one_wanted_to_go_survives_the_second_step(
    law: User, enrolled: tuple[str, list]
) -> None:
    browser = Client()
    by_password(browser, law, next="/admin/exports/")

    assert give(browser, code_of(enrolled[0]))["Location"] == "/admin/exports/"


def test_a_new_password_by_mail_does_not_lead_around_the_second_factor(
    law: User, enrolled: tuple[str, list]
) -> None:
    browser = Client()
    browser.post("/accounts/password/reset/", {"email": law.email})
    link = re.search(r"http://testserver(/\S+)", account_mails()[-1].body)
    assert link is not None
    form = browser.get(link[1], follow=True).redirect_chain[-1][0]
    browser.post(form, {"password1": "a-long-new-password", "password2": "a-long-new-password"})
    assert not is_in(browser)

    fields = {"login": law.email, "password": "a-long-new-password"}
    assert browser.post("/accounts/login/", fields)["Location"] == "/accounts/2fa/authenticate/"
    assert not is_in(browser)


@pytest.mark.parametrize(("seconds", "good"), [(0, True), (STEP - 1, True), (STEP, False)])
def test_a_code_is_good_for_thirty_seconds(
    law: User,
    enrolled: tuple[str, list],
    clock: time_machine.Traveller,
    seconds: int,
    good: bool,
) -> None:
    browser = Client()
    by_password(browser, law)
    code = code_of(enrolled[0])
    clock.shift(seconds)

    give(browser, code)

    assert is_in(browser) is good


def test_a_code_is_good_once(law: User, enrolled: tuple[str, list]) -> None:
    first, second = Client(), Client()
    by_password(first, law)
    by_password(second, law)

    give(first, code_of(enrolled[0]))
    response = give(second, code_of(enrolled[0]))

    assert is_in(first)
    assert not is_in(second)
    assert response.status_code == 200


def test_a_code_is_good_once_also_where_processes_share_no_cache(
    law: User, enrolled: tuple[str, list], settings
) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    setting_changed.send(sender=None, setting="CACHES", value=settings.CACHES, enter=True)
    first, second = Client(), Client()
    by_password(first, law)
    by_password(second, law)

    give(first, code_of(enrolled[0]))
    response = give(second, code_of(enrolled[0]))

    assert not is_in(second)
    assert "This code was used already." in words(response)


def test_the_code_with_which_an_app_was_set_up_signs_nobody_in(
    law: User, committed: Committed
) -> None:
    first, second = Client(), Client()
    by_password(first, law)
    secret, _ = set_up_app(first, committed)

    by_password(second, law)
    give(second, code_of(secret))

    assert not is_in(second)


def test_the_phone_is_lost_and_a_recovery_code_lets_one_in_once(
    law: User, enrolled: tuple[str, list]
) -> None:
    first, second = Client(), Client()
    spaced = f"{enrolled[1][3][:4]} {enrolled[1][3][4:]}"
    account_mails().clear()

    by_password(first, law)
    give(first, spaced)
    by_password(second, law)
    give(second, spaced)

    assert is_in(first)
    assert not is_in(second)
    (entry,) = AuditEntry.objects.filter(act=Act.RECOVERY_CODE)
    assert (entry.actor, entry.details) == (law, {"left": 9})
    (told,) = account_mails()
    assert told.to == [law.email]
    assert "A recovery code was used" in told.body
    assert "You have 9 of 10 left" in words(first.get(START))


def test_then_another_app_takes_the_place_of_the_lost_one(
    law: User, enrolled: tuple[str, list], committed: Committed, clock: time_machine.Traveller
) -> None:
    browser, other = Client(), Client()
    by_password(browser, law)
    give(browser, enrolled[1][0])
    assert "takes the place of the app" in words(browser.get("/accounts/2fa/totp/activate/"))

    secret, _ = set_up_app(browser, committed)
    clock.shift(STEP)

    by_password(other, law)
    give(other, code_of(enrolled[0]))
    assert not is_in(other)
    give(other, code_of(secret))
    assert is_in(other)


def test_the_last_factor_cannot_be_removed(law: User, enrolled: tuple[str, list]) -> None:
    browser = Client()
    by_password(browser, law)
    give(browser, code_of(enrolled[0]))

    response = browser.post("/accounts/2fa/totp/deactivate/")

    assert "This is your only second factor" in words(response)
    assert Authenticator.objects.filter(type=Authenticator.Type.TOTP).exists()


def test_codes_are_not_tried_without_end(
    law: User, enrolled: tuple[str, list], portal_clock
) -> None:
    browser = Client()
    by_password(browser, law)
    for _ in range(WRONG_AT_MOST):
        give(browser, "000000")

    refused = give(browser, code_of(enrolled[0]))

    assert "Too many codes were wrong." in words(refused)
    assert not is_in(browser)
    failed = AuditEntry.objects.filter(act=Act.FACTOR_FAILED)
    assert {(entry.actor, entry.subject) for entry in failed} == {(None, law.email)}
    assert failed.count() == WRONG_AT_MOST
    assert AuditEntry.objects.filter(act=Act.LOCKED_OUT).count() == 1
    assert "000000" not in str(list(failed.values_list("details")))

    portal_clock.tick(minutes=15)
    give(browser, code_of(enrolled[0]))
    assert is_in(browser)


def test_with_the_apps_codes_used_up_a_recovery_code_lets_one_in_and_the_page_says_so(
    law: User, enrolled: tuple[str, list]
) -> None:
    browser = Client()
    by_password(browser, law)
    for _ in range(WRONG_AT_MOST):
        give(browser, "000000")
    page = words(give(browser, "000000"))
    assert "One of your recovery codes, or a passkey if you have one, lets you in" in page

    give(browser, enrolled[1][0])

    assert is_in(browser)


def test_recovery_codes_are_not_tried_without_end_and_the_app_goes_on_meanwhile(
    law: User, enrolled: tuple[str, list]
) -> None:
    browser = Client()
    by_password(browser, law)
    for _ in range(WRONG_AT_MOST):
        assert "This is not the right code." in words(give(browser, "0000 0000"))

    page = words(give(browser, enrolled[1][0]))

    assert "Too many recovery codes were wrong." in page
    assert "Your app's code, or a passkey if you have one, lets you in right away." in page
    (entry,) = AuditEntry.objects.filter(act=Act.LOCKED_OUT)
    assert entry.details == {"second_factor": "recovery codes: 10 wrong in 15 minutes"}
    give(browser, code_of(enrolled[0]))
    assert is_in(browser)


def test_a_session_from_before_the_app_was_set_up_has_to_show_it(
    law: User, committed: Committed, clock: time_machine.Traveller
) -> None:
    earlier, browser = Client(), Client()
    by_password(earlier, law)
    by_password(browser, law)
    secret, _ = set_up_app(browser, committed)
    clock.shift(STEP)

    # Not to setting up one of its own, either; and the password is no second factor.
    for path in ("/admin/", START, "/accounts/2fa/webauthn/add/", "/accounts/reauthenticate/"):
        assert earlier.get(path)["Location"].startswith("/accounts/2fa/reauthenticate/?")
    assert "Use my password" not in words(earlier.get("/accounts/2fa/reauthenticate/"))
    earlier.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret)})
    assert is_in(earlier)


def test_an_employee_who_becomes_staff_is_held_to_it_at_once(offer: Offer) -> None:
    employee: Employee = make_employee()
    browser = Client()
    browser.force_login(employee.user)
    assert browser.get("/election/").status_code == 200

    User.objects.update(is_staff=True)

    assert browser.get("/election/")["Location"].startswith(START)


def test_employees_are_not_asked_and_find_no_such_pages(offer: Offer) -> None:
    employee: Employee = make_employee()
    browser = Client()
    browser.force_login(employee.user)

    assert browser.get("/election/").status_code == 200
    for path in ("", "totp/activate/", "webauthn/add/", "recovery-codes/", "reauthenticate/"):
        assert browser.get(f"{START}{path}").status_code == 404


def test_an_employee_costs_no_query_for_it(offer: Offer, django_assert_num_queries) -> None:
    user = make_employee().user
    with django_assert_num_queries(0):
        assert not FactorAdapter().is_mfa_enabled(user)
    # What the pages of employees and their sign-ins cost is pinned in test_query_counts.py.


def test_every_change_is_noted_and_mailed_without_a_secret(
    law: User, committed: Committed, clock: time_machine.Traveller
) -> None:
    browser = Client()
    by_password(browser, law)
    secret, codes = set_up_app(browser, committed)
    with committed():
        browser.post("/accounts/2fa/recovery-codes/generate/")

    entries = AuditEntry.objects.filter(act=Act.FACTOR).order_by("pk")
    assert [entry.details for entry in entries] == [
        {"added": "authenticator app", "replaced": False},
        {"renewed": "recovery codes"},
    ]
    assert {(entry.actor, entry.subject) for entry in entries} == {(law, law.email)}
    told = "".join(mail.body for mail in account_mails())
    assert "A second factor was set up for your account: authenticator app." in told
    assert "New recovery codes were made for your account" in told
    everything = told + str(list(AuditEntry.objects.values_list("details", "subject")))
    assert not any(kept in everything for kept in (secret, *codes))


def test_an_administrator_resets_it_for_whoever_lost_everything(
    law: User, enrolled: tuple[str, list]
) -> None:
    browser = Client()
    by_password(browser, law)
    give(browser, code_of(enrolled[0]))
    admin = make_user("root@example.com", is_staff=True)

    assert reset_factor(actor=admin, user=law, reason="Seen in person.")

    assert not is_in(browser)
    by_password(browser, law)
    assert browser.get("/admin/")["Location"].startswith(f"{START}?")
    entry = AuditEntry.objects.filter(act=Act.FACTOR).first()
    assert (entry.actor, entry.subject) == (admin, law.email)
    assert entry.details["reason"] == "Seen in person."
    with pytest.raises(ValueError, match="own"):
        reset_factor(actor=admin, user=admin, reason="")


def test_ending_the_sessions_of_one_leaves_those_of_others(law: User) -> None:
    mine, theirs = Client(), Client()
    mine.force_login(law)
    theirs.force_login(make_user("hr@example.com"))

    end_sessions(law)

    assert mine.session.get("_auth_user_id") is None
    assert theirs.get("/submissions/").status_code == 403  # signed in, and not on the roster


def test_after_a_change_of_the_portals_key_no_code_is_right_and_nothing_breaks(
    law: User, enrolled: tuple[str, list], settings
) -> None:
    before = settings.SECRET_KEY
    settings.SECRET_KEY = "another-key-of-some-length-for-this-test-alone-1234567890"
    browser = Client()
    by_password(browser, law)

    for code in (code_of(enrolled[0]), enrolled[1][0], code_of("")):
        assert "This is not the right code." in words(give(browser, code))

    settings.SECRET_KEY_FALLBACKS = [before]
    give(browser, code_of(enrolled[0]))
    assert is_in(browser)


def test_a_mailed_code_that_is_mistyped_is_a_failed_sign_in(law: User) -> None:
    browser = Client()
    browser.post("/accounts/login/code/", {"email": law.email})
    browser.post("/accounts/login/code/confirm/", {"code": "WRONG"})

    (entry,) = AuditEntry.objects.filter(act=Act.SIGN_IN_FAILED)
    assert (entry.actor, entry.subject, entry.details) == (None, law.email, {"by": "code"})


def test_a_lockout_of_passwords_is_noted_once(law: User, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed": "2/300s/key"}
    for _ in range(5):
        Client().post("/accounts/login/", {"login": law.email, "password": "a guess"})

    assert AuditEntry.objects.filter(act=Act.SIGN_IN_FAILED).count() == 2
    (entry,) = AuditEntry.objects.filter(act=Act.LOCKED_OUT)
    assert (entry.actor, entry.subject) == (None, law.email)


def test_a_lockout_of_passwords_is_noted_again_once_the_limit_begins_anew(
    law: User, settings, portal_clock
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {
        "login_failed": "1/m/ip,2/7m/key"
    }

    def noted(*, minutes: float) -> int:
        portal_clock.tick(minutes=minutes)
        Client().post("/accounts/login/", {"login": law.email, "password": "a guess"})
        return AuditEntry.objects.filter(act=Act.LOCKED_OUT).count()

    assert [noted(minutes=m) for m in (0, 0, 6.5, 0.5, 6.5)] == [0, 1, 1, 2, 2]


def test_in_a_demo_staff_go_without_and_the_banner_says_so(law: User, settings) -> None:
    settings.PORTAL_SECOND_FACTOR, settings.PORTAL_DEMO = False, True
    browser = Client()
    by_password(browser, law)

    for page in ("/", "/admin/"):
        assert "Staff sign in without a second step." in words(browser.get(page))
    assert browser.get(START).status_code == 404


def test_seconds_pass_between_sign_in_and_code(law: User, enrolled: tuple[str, list]) -> None:
    """The sign-in that waits for its code is given up after a quarter of an hour."""
    browser = Client()
    by_password(browser, law)
    with time_machine.travel(time.time() + 16 * 60, tick=False):
        give(browser, code_of(enrolled[0]))
        assert not is_in(browser)
