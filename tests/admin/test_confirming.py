"""Before sensitive acts staff show again who they are; what they typed outlives it."""

from __future__ import annotations

from html import unescape

import pytest
from allauth.socialaccount.models import SocialAccount
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.test import Client

from elections.admin import confirming
from elections.models import AuditEntry, BrowserSession, Extension, ExtensionProposal, Offer, User
from elections.models.audit import Act
from elections.services.groups import LAW_DEPARTMENT
from elections.services.propose import propose_extension
from tests.admin.pages import extend, words
from tests.factory import EXPIRATION, make_user
from tests.signing_in import sign_in

FRESH, OLD = 5 * 60 - 5, 5 * 60 + 5  # seconds since the last sign-in
PASSWORD = "three-quarters-rounded-up"
CONFIRM = "/accounts/reauthenticate/"
REASON = 'The filing took "longer" & longer.'


@pytest.fixture(autouse=True)
def passwords(hr: User, superuser: User) -> None:
    for user in (hr, superuser):
        user.set_password(PASSWORD)
        user.save()


def extension(**changes: str) -> dict[str, str]:
    """HR's form, a week later."""
    typed = {"day": "2003-01-27", "time": "21:00", "reason": REASON, "step": "confirm"}
    return typed | {"expected": EXPIRATION.isoformat()} | changes


def confirm(browser: Client, response: HttpResponse, password: str = PASSWORD) -> HttpResponse:
    """Type the password on the page to which `response` leads, and follow to where it ends."""
    page = browser.get(response["Location"])
    assert "Nothing that you typed is lost." in words(page)
    back = BeautifulSoup(page.content, "html.parser").find("input", {"name": "next"})
    assert back is not None
    return browser.post(CONFIRM, {"password": password, "next": str(back["value"])}, follow=True)


def waiting(page: HttpResponse) -> tuple[str, list[tuple[str, str]]]:
    """Where the page's waiting form is sent, and its fields."""
    form = BeautifulSoup(page.content, "html.parser").select_one("#content-main form")
    assert form is not None
    hidden = [(str(field["name"]), str(field["value"])) for field in form.select("input")]
    return str(form["action"]), [pair for pair in hidden if pair[0] != "csrfmiddlewaretoken"]


def test_within_five_minutes_of_signing_in_nothing_is_asked(hr: User, offer: Offer) -> None:
    browser = sign_in(Client(), hr, ago=FRESH)

    assert browser.get(extend(offer)).status_code == 200
    assert browser.post(extend(offer), extension())["Location"].endswith("/change/")


def test_after_five_minutes_the_page_asks_before_it_opens(hr: User, offer: Offer) -> None:
    browser = sign_in(Client(), hr, ago=OLD)

    response = browser.get(extend(offer))

    assert response["Location"].startswith(f"{CONFIRM}?next=")
    page = confirm(browser, response)
    assert page.redirect_chain[-1][0] == extend(offer)
    assert "New deadline" in words(page)


def test_a_wrong_password_does_not_go_on(hr: User, offer: Offer) -> None:
    browser = sign_in(Client(), hr, ago=OLD)

    page = confirm(browser, browser.get(extend(offer)), "a guess")

    assert page.redirect_chain == []
    assert browser.get(extend(offer)).status_code == 302
    assert AuditEntry.objects.filter(act=Act.SIGN_IN_FAILED, subject=hr.email).exists()


def test_what_was_typed_meanwhile_waits_and_is_sent_by_one_press(hr: User, offer: Offer) -> None:
    browser = sign_in(Client(), hr, ago=OLD)

    page = confirm(browser, browser.post(extend(offer), extension()))

    assert page.redirect_chain[-1][0] == "/admin/confirmed/"
    assert not Extension.objects.exists()
    action, typed = waiting(page)
    assert (action, dict(typed)) == (extend(offer), extension())
    browser.get("/admin/confirmed/")  # loaded again, it does nothing and loses nothing
    browser.post(action, dict(typed))
    (extended,) = Extension.objects.all()
    assert extended.reason == REASON
    assert confirming.KEPT not in browser.session


def test_with_the_guard_off_an_old_session_would_extend(
    hr: User, offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("elections.admin.extending.ask_again", lambda request: None)
    browser = sign_in(Client(), hr, ago=OLD)

    browser.post(extend(offer), extension())

    assert Extension.objects.count() == 1


def test_the_confirmation_is_noted_and_gives_the_session_another_key(
    hr: User, offer: Offer
) -> None:
    browser = sign_in(Client(), hr, ago=OLD)
    before = browser.session.session_key

    confirm(browser, browser.get(extend(offer)))

    assert browser.session.session_key != before
    assert not BrowserSession.objects.filter(session_key=before).exists()

    (entry,) = AuditEntry.objects.filter(act=Act.CONFIRMED)
    assert (entry.actor, entry.details) == (hr, {"by": "password"})


def test_whoever_may_not_is_refused_and_not_asked(law: User, offer: Offer) -> None:
    browser = sign_in(Client(), law, ago=OLD)

    assert browser.get(extend(offer)).status_code == 403


def test_a_proposal_is_approved_after_confirming(hr: User, offer: Offer, settings) -> None:
    settings.PORTAL_EXTENSION_NEEDS_APPROVAL = True
    colleague = make_user("second@example.com", is_staff=True)
    wish = {"expected": EXPIRATION, "expiration": EXPIRATION.replace(day=28), "reason": REASON}
    propose_extension(actor=colleague, offer=offer, **wish)
    proposal = ExtensionProposal.objects.get()
    address = f"/admin/elections/extensionproposal/{proposal.pk}/decide/"
    browser = sign_in(Client(), hr, ago=OLD)

    page = confirm(browser, browser.post(address, {"decision": "approve", "reason": ""}))

    assert not Extension.objects.exists()
    action, typed = waiting(page)
    browser.post(action, dict(typed))
    assert Extension.objects.count() == 1


def test_an_export_is_asked_for_again(law: User, offer: Offer) -> None:
    law.set_password(PASSWORD)
    law.save()
    browser = sign_in(Client(), law, ago=OLD)
    wanted = {"table": "register", "day": "", "time": "", "file_format": "csv"}

    assert browser.get("/admin/exports/").status_code == 302
    page = confirm(browser, browser.post("/admin/exports/", wanted))

    assert not AuditEntry.objects.filter(act=Act.EXPORT).exists()
    action, typed = waiting(page)
    assert dict(typed) == wanted
    file = browser.post(action, dict(typed))
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    file.close()


@pytest.mark.parametrize(
    "address",
    [
        "user/add/",
        "user/{pk}/change/",
        "user/{pk}/password/",
        "user/{pk}/second-factor/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_changes_accounts_is_asked_for_again(
    superuser: User, hr: User, address: str, method: str
) -> None:
    browser = sign_in(Client(), superuser, ago=OLD)

    response = getattr(browser, method)(f"/admin/elections/{address.format(pk=hr.pk)}")

    assert response["Location"].startswith(f"{CONFIRM}?next=")


def test_groups_and_addresses_are_too(superuser: User, law: User) -> None:
    browser = sign_in(Client(), superuser, ago=OLD)
    group = Group.objects.get(name=LAW_DEPARTMENT)

    for address in (
        f"auth/group/{group.pk}/change/",
        "auth/group/add/",
        "account/emailaddress/add/",
    ):
        for method in (browser.get, browser.post):
            assert method(f"/admin/{address}")["Location"].startswith(CONFIRM)


def test_taking_off_a_tie_to_the_provider_is_too(superuser: User, hr: User) -> None:
    browser = sign_in(Client(), superuser, ago=OLD)
    tie = SocialAccount.objects.create(user=hr, provider="https://login.example.com", uid="1")

    for method in (browser.get, browser.post):
        response = method(f"/admin/socialaccount/socialaccount/{tie.pk}/delete/")
        assert response["Location"].startswith(CONFIRM)
    assert SocialAccount.objects.exists()


def test_an_auditor_who_only_looks_is_not_asked(auditor: User, hr: User) -> None:
    browser = sign_in(Client(), auditor, ago=OLD)

    assert browser.get(f"/admin/elections/user/{hr.pk}/change/").status_code == 200


def test_a_password_that_was_typed_is_not_kept(superuser: User) -> None:
    browser = sign_in(Client(), superuser, ago=OLD)
    secret = "a password for somebody new"
    sent = {"email": "new@example.com", "name": "New", "usable_password": "true"}

    page = confirm(
        browser,
        browser.post(
            "/admin/elections/user/add/", sent | {"password1": secret, "password2": secret}
        ),
    )

    assert secret not in str(dict(browser.session))
    action, typed = waiting(page)
    form = browser.post(action, dict(typed)).content.decode()
    assert 'value="new@example.com"' in unescape(form)  # the rest is there, to go on with


def test_several_values_of_one_name_are_all_kept(superuser: User, hr: User, law: User) -> None:
    browser = sign_in(Client(), superuser, ago=OLD)
    groups = [str(group.pk) for group in Group.objects.all()]
    sent = {"name": "Hanna", "is_active": "on", "is_staff": "on", "groups": groups}

    page = confirm(browser, browser.post(f"/admin/elections/user/{hr.pk}/change/", sent))

    _, typed = waiting(page)
    assert [value for name, value in typed if name == "groups"] == groups


def test_by_mailed_code_one_has_no_password_and_shows_the_app(hr: User, offer: Offer) -> None:
    hr.set_unusable_password()
    hr.save()
    hr.authenticator_set.create(type="totp", data={})
    browser = sign_in(Client(), hr, ago=OLD)

    assert browser.get(extend(offer))["Location"].startswith("/accounts/2fa/reauthenticate/?next=")


def test_in_a_demo_nothing_is_asked_again(hr: User, offer: Offer, settings) -> None:
    settings.PORTAL_SECOND_FACTOR = False
    browser = sign_in(Client(), hr, ago=OLD)

    assert browser.get(extend(offer)).status_code == 200


def test_a_page_to_go_on_without_a_form_that_waits_leads_home(hr: User, offer: Offer) -> None:
    assert sign_in(Client(), hr).get("/admin/confirmed/")["Location"] == "/admin/"
