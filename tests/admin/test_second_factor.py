"""Every page is shut to staff who have not shown a second factor: walked from the addresses."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLResolver, get_resolver

from elections.checks import staff_show_a_second_factor
from elections.factor_guard import ENROL, SHOW, WAY_OUT, WITHOUT_ACCOUNT, SecondFactorMiddleware
from elections.models import AuditEntry, Employee, Offer, User
from tests.admin.access import ACCESS
from tests.admin.record import make_rows
from tests.admin.test_access import filled
from tests.admin.walking import addresses
from tests.factory import make_user

ENROLMENT = "/accounts/2fa/?next="


@pytest.fixture
def record(law: User, hr: User, employee: Employee) -> dict[str, int]:
    return make_rows(law) | {"user": hr.pk, "group": hr.groups.get().pk}


@pytest.fixture
def half_in(superuser: User) -> Client:
    """A superuser's browser, in which only the first step of signing in is done."""
    browser = Client(raise_request_exception=False)
    browser.force_login(superuser)
    return browser


def admin_addresses(record: dict[str, int]) -> dict[str, str]:
    """Each address of the admin, filled in with a row that exists."""
    found = {}
    for name, route in addresses():
        about = ACCESS[name][0]
        found[name] = about if about.startswith("/") else filled(route, record.get(about))
    return found


def answers(browser: Client, record: dict[str, int], but: str = "") -> dict[str, list[str]]:
    """Where a GET and a POST of each address lead; for one that opens, its status."""
    found = {}
    for name, address in admin_addresses(record).items():
        if name == but:
            continue
        responses = [browser.get(address), browser.post(address)]
        found[name] = [
            response.get("Location", str(response.status_code)) for response in responses
        ]
    return found


def test_no_page_of_the_admin_opens_before_a_second_factor_was_shown(
    half_in: Client, record: dict[str, int]
) -> None:
    found = answers(half_in, record)

    assert len(found) > 80
    assert {
        name: led_to
        for name, led_to in found.items()
        if not all(to.startswith(ENROLMENT) for to in led_to)
    } == {}


def test_with_the_guard_off_the_walk_would_see_open_pages(
    half_in: Client, record: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SecondFactorMiddleware, "process_view", lambda *view: None)

    found = answers(half_in, record, but="logout")

    open_pages = [name for name, (get, _) in found.items() if get == "200"]
    assert {"index", "elections_submission_change", "elections_user_changelist", "review"} <= set(
        open_pages
    )


def portal_addresses(resolver: URLResolver, before: str = "/") -> dict[str, str]:
    """Each address outside the admin by its name or route, with anything in its places."""
    found = {}
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                found |= portal_addresses(pattern, route)
        else:
            plain = re.sub(r"<int:\w+>", "1", route.replace("^", ""))
            plain = re.sub(r"<\w+:\w+>|\(\?P<key>.*?\)", "7K3MQ-9WD4X-81", plain)
            plain = plain.replace("(?P<uidb36>[0-9A-Za-z]+)-7K3MQ-9WD4X-81", "1-abc").strip("$")
            found[pattern.name or route] = plain.replace("$", "")
    return found


def test_nor_does_any_other_page_but_those_to_set_one_up(half_in: Client) -> None:
    found = portal_addresses(get_resolver(settings.ROOT_URLCONF))
    # The pages of signing in tell whoever has signed in that they have, and lead on.
    expected = {*ENROL, WAY_OUT, *WITHOUT_ACCOUNT}

    opened = set()
    for name, address in found.items():
        if name == WAY_OUT:
            opened.add(name)
            continue
        response = half_in.get(address)
        if not response.get("Location", "").startswith(ENROLMENT):
            opened.add(name)

    assert len(found) > 40
    assert opened - expected == set()
    assert set(ENROL) <= opened


def test_whoever_has_one_opens_nothing_but_showing_it(half_in: Client, superuser: User) -> None:
    superuser.authenticator_set.create(type="totp", data={})
    found = portal_addresses(get_resolver(settings.ROOT_URLCONF))

    opened = {
        name
        for name, address in found.items()
        if name != WAY_OUT
        and not half_in.get(address).get("Location", "").startswith("/accounts/2fa/reauthenticate/")
    }

    assert opened - {*SHOW, *WITHOUT_ACCOUNT} == set()


def test_a_form_sent_without_one_changes_nothing(
    half_in: Client, record: dict[str, int], superuser: User
) -> None:
    half_in.post("/admin/elections/user/add/", {"email": "new@example.com", "usable_password": ""})

    assert not User.objects.filter(email="new@example.com").exists()


def test_resetting_takes_a_reason_and_is_for_superusers_and_not_for_themselves(
    super_client: Client, law_client: Client, hr: User, superuser: User
) -> None:
    hr.authenticator_set.create(type="totp", data={})
    address = f"/admin/elections/user/{hr.pk}/second-factor/"

    assert super_client.post(address, {"reason": ""}).status_code == 422
    assert law_client.post(address, {"reason": "Please"}).status_code == 403
    assert hr.authenticator_set.exists()
    own = f"/admin/elections/user/{superuser.pk}/second-factor/"
    assert super_client.get(own).status_code == 403
    assert super_client.post(address, {"reason": "Seen."})["Location"].endswith("/change/")
    assert not hr.authenticator_set.exists()


def test_an_account_says_what_it_has_and_shows_no_secret(super_client: Client, hr: User) -> None:
    hr.authenticator_set.create(type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})

    page = super_client.get(f"/admin/elections/user/{hr.pk}/change/").content.decode()

    assert "authenticator app, since" in page
    assert "JBSWY3DPEHPK3PXP" not in page
    assert super_client.get("/admin/mfa/authenticator/").status_code == 404


def test_a_superuser_at_work_is_reminded_of_what_that_is_for(
    super_client: Client, law_client: Client
) -> None:
    assert "signed in as a superuser" in super_client.get("/admin/").content.decode()
    assert "signed in as a superuser" not in law_client.get("/admin/").content.decode()


def test_the_sign_in_of_a_superuser_is_noted_as_one(offer: Offer, superuser: User) -> None:
    Client().force_login(superuser)
    Client().force_login(make_user("law2@example.com", is_staff=True))

    noted = AuditEntry.objects.order_by("pk").values_list("details", flat=True)
    assert [entry.get("as") for entry in noted] == ["superuser", None]


@pytest.mark.parametrize(
    ("off", "value"),
    [("PORTAL_SECOND_FACTOR", False), ("MIDDLEWARE", [])],
    ids=["setting", "guard"],
)
def test_a_portal_without_it_does_not_start(settings, off: str, value: object) -> None:
    assert staff_show_a_second_factor() == []
    setattr(settings, off, value)
    assert [error.id for error in staff_show_a_second_factor()] == ["elections.E002"]
    settings.PORTAL_DEMO = True
    assert staff_show_a_second_factor() == []
