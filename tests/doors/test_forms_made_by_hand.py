"""What no form of ours sends: a place elsewhere to go to, a field that is not on it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from elections.models import (
    Draft,
    Employee,
    Grant,
    Line,
    Offer,
    OutboxMessage,
    Submission,
    User,
)
from tests.doors.production import HOST
from tests.factory import make_employee, make_grant, make_user
from tests.signing_in import sign_in
from tests.views.pages import choices, fill_in, signed_in

PASSWORD = "three-quarters-rounded-up"
ELSEWHERE = (
    "https://elsewhere.example/",
    "//elsewhere.example/",
    "///elsewhere.example/",
    "/\\elsewhere.example/",
    "\\\\elsewhere.example/",
    "/\t/elsewhere.example/",
    "https:elsewhere.example/",
    "https:///elsewhere.example/",
    "http://testserver@elsewhere.example/",
    "http://testserver.elsewhere.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    " https://elsewhere.example/",
    "\x00//elsewhere.example/",
    "ftp://testserver/",
    f"https://{HOST}/",
)


def leads_here(response: Any) -> bool:
    """Whether a redirect stays at this host, as a browser would read it."""
    place = response.headers.get("Location", "/")
    return place.startswith("/") and place[1:2] not in ("/", "\\", "\t", "\n")


@pytest.mark.parametrize("place", ELSEWHERE)
def test_nobody_is_led_elsewhere_by_what_stands_after_next(offer: Offer, place: str) -> None:
    user = make_user("pat@example.com", password=PASSWORD)
    for name in ("next", "redirect_to", "url", "success_url"):
        browser = Client()
        sent = {"login": "pat@example.com", "password": PASSWORD, name: place}
        assert leads_here(browser.get("/accounts/login/", {name: place}))
        assert leads_here(browser.post(f"/accounts/login/?{name}=/", sent))
        for address in (
            "/accounts/login/", "/accounts/login/code/", "/accounts/signup/",
            "/accounts/password/change/", "/accounts/password/set/", "/accounts/reauthenticate/",
            "/admin/login/", "/admin/logout/", "/accounts/logout/",
        ):  # fmt: skip
            sign_in(browser, user)
            assert leads_here(browser.get(address, {name: place})), address
            assert leads_here(browser.post(address, {name: place})), address


@pytest.mark.parametrize("address", ["//elsewhere.example/", "//elsewhere.example", "/\\x", "//"])
def test_an_address_that_begins_with_another_host_is_none_of_ours(
    offer: Offer, address: str
) -> None:
    response = Client().get("/", PATH_INFO=address)
    assert response.status_code == 404
    assert "Location" not in response


def test_without_the_check_of_the_host_one_would_be_led_away(
    offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user("pat@example.com", password=PASSWORD)
    from elections.accounts import AccountAdapter

    monkeypatch.setattr(AccountAdapter, "is_safe_url", lambda self, url: True)
    sent = {"login": "pat@example.com", "password": PASSWORD, "next": ELSEWHERE[0]}
    assert not leads_here(Client().post("/accounts/login/", sent))


@pytest.fixture
def grant(employee: Employee) -> Grant:
    return make_grant(employee)


def columns_of(*models: type[Model]) -> dict[str, str]:
    """A field for each column of these models, with something in it that is not so."""
    return {
        field.attname: "2099-01-01T00:00:00Z" if "_at" in field.name else "1"
        for model in models
        for field in model._meta.concrete_fields
    }


FORGED = columns_of(Submission, Draft, Line, Employee, Grant, User) | {
    "channel": "paper", "timely": "true", "received_at": "2003-01-01T00:00:00Z", "kind": "decline",
    "employee": "1", "employee_name": "Somebody Else", "digest": "0" * 64, "is_superuser": "on",
    "is_staff": "on", "on_behalf_of": "1", "receipt": "7K3MQ-9WD4X-14",
}  # fmt: skip


def test_a_form_sets_what_stands_on_it_and_nothing_else(employee: Employee, grant: Grant) -> None:
    stranger = make_employee()
    make_grant(stranger)
    browser = signed_in(employee)
    wanted = choices(exchange=(grant,))
    token = fill_in(browser, FORGED | wanted)
    signing = {"form_token": token, "signature": "Pat Example", "agree": "on"}
    response = browser.post("/election/check/", FORGED | signing)
    assert response.status_code == 303

    form = Submission.objects.get()
    assert (form.employee, form.submitted_by, form.kind, form.channel) == (
        employee, employee.user, "election", "web",
    )  # fmt: skip
    assert form.employee_name == employee.name
    assert (form.signature, form.timely) == ("Pat Example", True)
    assert form.received_at.year == 2003
    assert [line.grant_number for line in form.lines.all()] == [grant.number]
    assert OutboxMessage.objects.get().recipient == employee.email
    user = User.objects.get(pk=employee.user_id)
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert not Submission.objects.filter(employee=stranger).exists()


def test_a_grant_of_somebody_else_cannot_be_elected(employee: Employee, grant: Grant) -> None:
    theirs = make_grant(make_employee())
    browser = signed_in(employee)
    response = browser.post("/election/", choices(exchange=(grant, theirs)))
    assert response.status_code == 422
    assert Submission.objects.count() == 0


def test_an_account_changes_in_what_its_page_offers_and_nothing_else(
    super_client: Client, employee: Employee, law: User
) -> None:
    account = f"/admin/elections/user/{law.pk}/change/"
    before = User.objects.values().get(pk=law.pk)
    sent = FORGED | {
        "email": "mine@example.com", "password": "x", "last_login": "2099-01-01",
        "date_joined": "2099-01-01", "user_permissions": "1", "id": str(employee.user_id),
        "name": "Lou Law-Lawless", "is_active": "on", "groups": [g.pk for g in law.groups.all()],
    }  # fmt: skip
    del sent["is_superuser"]

    assert super_client.post(account, sent).status_code == 302

    changed = {"name": "Lou Law-Lawless"}
    assert User.objects.values().get(pk=law.pk) == before | changed
    assert User.objects.get(pk=law.pk).user_permissions.count() == 0


@pytest.mark.parametrize("role", ["law", "hr", "auditor"])
def test_nobody_makes_themselves_more_than_they_are(
    role: str, request: pytest.FixtureRequest, offer: Offer
) -> None:
    user = request.getfixturevalue(role)
    sent = {"is_superuser": "on", "is_staff": "on", "is_active": "on", "name": user.name}
    for address in (f"/admin/elections/user/{user.pk}/change/", "/admin/elections/user/add/"):
        assert signed_in(user).post(address, sent).status_code == 403
    assert not User.objects.get(pk=user.pk).is_superuser
