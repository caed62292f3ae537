"""Who may open which page of the admin, and that none of them changes or deletes the record."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import path

from elections.models import Employee, Extension, Offer, Submission, User
from tests.admin.access import ACCESS, ROLES
from tests.admin.pages import decide, page
from tests.admin.people import signed_in
from tests.admin.record import LATER, make_rows
from tests.admin.walking import Visitor, addresses
from tests.factory import EXPIRATION
from tests.signing_in import sign_in

READ_ONLY = (
    "auditentry",
    "document",
    "employee",
    "extension",
    "grant",
    "informationsession",
    "offer",
    "outboxmessage",
    "plan",
    "submission",
)


@pytest.fixture
def record(offer: Offer, employee: Employee, hr: User, law: User) -> dict[str, int]:
    """One row of everything, by the name of its model."""
    return make_rows(law) | {"user": hr.pk, "group": hr.groups.get().pk}


@pytest.fixture
def people(
    employee: Employee, hr: User, law: User, auditor: User, superuser: User
) -> dict[str, User | None]:
    """Somebody of each role."""
    users = (None, employee.user, hr, law, auditor, superuser)
    return dict(zip(ROLES, users, strict=True))


@pytest.fixture
def browsers(people: dict[str, User | None]) -> dict[str, Client]:
    return {role: signed_in(user) if user else Client() for role, user in people.items()}


def test_every_page_of_the_admin_has_a_row_in_the_table_of_access() -> None:
    names = {name for name, _ in addresses()}

    assert names - ACCESS.keys() == set(), "a page that nobody has said who may see"
    assert ACCESS.keys() - names == set(), "a row without a page"


def test_a_page_that_nobody_thought_of_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    urls = [path("left-open/", lambda request: None, name="left_open"), *admin.site.get_urls()]
    monkeypatch.setattr(admin.site, "get_urls", lambda: urls)

    assert {name for name, _ in addresses()} - ACCESS.keys() == {"left_open"}


@pytest.mark.parametrize("role", ROLES)
def test_each_page_opens_for_those_it_is_for_and_nobody_else(
    role: str, record: dict[str, int], people: dict[str, User | None]
) -> None:
    visitor, place = Visitor(people[role]), ROLES.index(role)
    routes = dict(addresses())
    expected = {
        name: (int(get.split()[place]), int(post.split()[place]))
        for name, (_, get, post) in ACCESS.items()
        if name in routes
    }

    found = {}
    for name in expected:
        about = ACCESS[name][0]
        address = about if about.startswith("/") else filled(routes[name], record.get(about))
        found[name] = (visitor.status("get", address), visitor.status("post", address))

    assert {name: was for name, was in found.items() if was != expected[name]} == {}


def filled(route: str, key: int | None) -> str:
    """The address of a route, its place for a key filled in."""
    return "/admin/" + re.sub("<[^>]+>", str(key), route)


def test_nobody_signed_in_is_taken_to_the_portals_sign_in_and_back(
    record: dict[str, int], client: Client
) -> None:
    target = f"/admin/elections/submission/{record['submission']}/change/"

    response = client.get(target, follow=True)

    assert response.redirect_chain[-1] == (f"/accounts/login/?next={quote(target, safe='')}", 302)


def test_an_employee_is_refused_at_the_door(employee: Employee) -> None:
    response = signed_in(employee.user).get("/admin/", follow=True)

    assert response.redirect_chain == [("/admin/login/?next=/admin/", 302)]
    assert response.status_code == 403


def test_a_password_sent_to_the_admins_own_form_signs_nobody_in(superuser: User) -> None:
    superuser.set_password("a long enough password")
    superuser.save()
    client = Client()

    response = client.post(
        "/admin/login/", {"username": superuser.email, "password": "a long enough password"}
    )

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("role", ["nobody", "employee", "hr", "auditor"])
def test_a_decision_is_taken_from_law_alone(
    role: str, record: dict[str, int], browsers: dict[str, Client]
) -> None:
    submission = Submission.objects.get()

    response = browsers[role].post(decide(submission), {"verdict": "valid", "seen": "1"})

    # Who is not signed in gets the form back, to be sent again.
    assert response.status_code == (302 if role == "employee" else 403)
    assert submission.decisions.count() == 1


@pytest.mark.parametrize("role", ["nobody", "employee", "law", "auditor"])
def test_an_extension_is_taken_from_hr_alone(
    role: str, record: dict[str, int], browsers: dict[str, Client]
) -> None:
    form = {
        "step": "confirm",
        "day": "2003-02-03",
        "time": "21:00",
        "reason": "Why not.",
        "expected": (EXPIRATION + LATER).isoformat(),
    }

    response = browsers[role].post(f"/admin/elections/offer/{record['offer']}/extend/", form)

    assert response.status_code == (302 if role == "employee" else 403)
    assert Extension.objects.count() == 1


def test_only_a_token_of_the_page_itself_lets_a_decision_through(
    record: dict[str, int], law: User
) -> None:
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, law)
    submission = Submission.objects.get()

    response = browser.post(decide(submission), {"verdict": "valid", "seen": "1"})

    assert response.status_code == 403
    assert submission.decisions.count() == 1


@pytest.mark.parametrize("role", ["hr", "law", "auditor", "superuser"])
def test_no_hand_made_post_changes_or_deletes_a_row(
    role: str, record: dict[str, int], browsers: dict[str, Client]
) -> None:
    before = everything()

    for model in READ_ONLY:
        pages = f"/admin/elections/{model}/"
        row = f"{pages}{record[model]}"
        sent = {"name": "Changed", "kind": "withdrawal", "number": "1", "reason": "Changed"}
        assert browsers[role].post(f"{row}/change/", sent).status_code == 403
        assert browsers[role].post(f"{row}/change/", sent | {"_saveasnew": "1"}).status_code == 403
        assert browsers[role].post(f"{row}/delete/", {"post": "yes"}).status_code == 403
        assert browsers[role].post(f"{pages}add/", sent).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": record[model], "post": "yes"}
        # The list, and no such action; or back to it, where it has actions of its own.
        assert browsers[role].post(pages, chosen).status_code in (200, 302, 403)

    assert everything() == before


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of the read-only models, with every column."""
    models = [apps.get_model("elections", name) for name in READ_ONLY]
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in models}


def test_an_account_is_switched_off_and_never_deleted(
    record: dict[str, int], hr: User, super_client: Client
) -> None:
    account = f"/admin/elections/user/{hr.pk}/"

    assert super_client.post(f"{account}delete/", {"post": "yes"}).status_code == 403
    response = super_client.post(f"{account}change/", {"name": hr.name, "is_staff": "on"})

    assert response.status_code == 302
    hr.refresh_from_db()
    assert (hr.is_active, hr.is_staff) == (False, True)
    assert hr.email == "hr@example.com"


def test_no_page_offers_to_delete_anything(
    record: dict[str, int], browsers: dict[str, Client]
) -> None:
    addresses = [f"elections/{model}/{record[model]}/change/" for model in READ_ONLY]
    addresses += [f"elections/{model}/" for model in READ_ONLY]
    addresses += [f"elections/user/{record['user']}/change/", "elections/user/"]

    for address in addresses:
        content = browsers["superuser"].get(f"/admin/{address}").content.decode()
        assert "deletelink" not in content, address
        assert "delete_selected" not in content, address


@pytest.mark.parametrize("key", ["0", "999999999999999999999999"])
def test_a_submission_that_does_not_exist_is_not_found(law_client: Client, key: str) -> None:
    submission = f"/admin/elections/submission/{key}/"

    assert law_client.get(f"{submission}change/").status_code == 404
    assert law_client.get(f"{submission}confirmation.pdf").status_code == 404
    assert law_client.post(f"{submission}decide/", {"verdict": "valid"}).status_code == 404
    assert law_client.get("/admin/elections/submission/x/change/").status_code == 404


def test_the_page_of_a_submission_offers_its_decision_form_to_law_alone(
    record: dict[str, int], browsers: dict[str, Client]
) -> None:
    submission = Submission.objects.get()

    offered = {
        role: decide(submission) in browsers[role].get(page(submission)).content.decode()
        for role in ("hr", "law", "superuser")
    }

    assert offered == {"hr": False, "law": True, "superuser": True}
