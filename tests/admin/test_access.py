"""Who may open which page of the admin, and that none of them changes or deletes the record."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.apps import apps
from django.test import Client

from elections.models import (
    Employee,
    Extension,
    InformationSession,
    Offer,
    Submission,
    User,
)
from elections.services.extend import Extended, extend_offer
from tests.admin.pages import decide, page
from tests.admin.people import signed_in
from tests.factory import DURING_OFFER, EXPIRATION, elect, make_grant

DAY = DURING_OFFER - DURING_OFFER.replace(day=14)
READ_ONLY = (
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
# Each page with the status for: nobody signed in, an employee, HR, Law, a superuser. A 302 leads
# to the sign-in, where an employee, signed in already, is refused.
ACCESS = [
    ("", 302, 302, 200, 200, 200),
    ("elections/", 302, 302, 200, 200, 200),
    *[(f"elections/{model}/", 302, 302, 200, 200, 200) for model in READ_ONLY],
    *[(f"elections/{model}/{{{model}}}/change/", 302, 302, 200, 200, 200) for model in READ_ONLY],
    *[(f"elections/{model}/add/", 302, 302, 403, 403, 403) for model in READ_ONLY],
    *[(f"elections/{model}/{{{model}}}/delete/", 302, 302, 403, 403, 403) for model in READ_ONLY],
    ("elections/submission/{submission}/decide/", 302, 302, 405, 405, 405),
    ("elections/offer/{offer}/extend/", 302, 302, 200, 403, 200),
    ("elections/user/", 302, 302, 403, 403, 200),
    ("elections/user/add/", 302, 302, 403, 403, 200),
    ("elections/user/{user}/change/", 302, 302, 403, 403, 200),
    ("elections/user/{user}/password/", 302, 302, 403, 403, 200),
    ("elections/user/{user}/delete/", 302, 302, 403, 403, 403),
    ("auth/group/", 302, 302, 403, 403, 200),
    ("auth/group/add/", 302, 302, 403, 403, 200),
    ("auth/group/{group}/change/", 302, 302, 403, 403, 200),
    ("auth/group/{group}/delete/", 302, 302, 403, 403, 403),
    ("account/emailaddress/", 302, 302, 403, 403, 200),
]
ROLES = ("nobody", "employee", "hr", "law", "superuser")


@pytest.fixture
def record(offer: Offer, employee: Employee, hr: User) -> dict[str, int]:
    """One row of everything, by the name of its model."""
    submission = elect(employee, make_grant(employee))
    outcome = extend_offer(
        actor=hr, offer=offer, expected=EXPIRATION, expiration=EXPIRATION + DAY, reason="A storm."
    )
    assert isinstance(outcome, Extended)
    InformationSession.objects.create(
        offer=offer, starts_at=DURING_OFFER, ends_at=DURING_OFFER + DAY / 24, place="Irvine"
    )
    rows = {name: apps.get_model("elections", name).objects.first() for name in READ_ONLY}
    rows |= {"submission": submission, "user": hr, "group": hr.groups.get()}
    return {name: row.pk for name, row in rows.items()}


@pytest.fixture
def browsers(employee: Employee, hr: User, law: User, superuser: User) -> dict[str, Client]:
    people = {"employee": employee.user, "hr": hr, "law": law, "superuser": superuser}
    return {"nobody": Client()} | {role: signed_in(user) for role, user in people.items()}


def test_each_page_opens_for_those_it_is_for_and_nobody_else(
    record: dict[str, int], browsers: dict[str, Client]
) -> None:
    expected = {row[0]: dict(zip(ROLES, row[1:], strict=True)) for row in ACCESS}

    found = {
        address: {
            role: browser.get(f"/admin/{address.format(**record)}").status_code
            for role, browser in browsers.items()
        }
        for address in expected
    }

    assert found == expected


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


@pytest.mark.parametrize("role", ["nobody", "employee", "hr"])
def test_a_decision_is_taken_from_law_alone(
    role: str, record: dict[str, int], browsers: dict[str, Client]
) -> None:
    submission = Submission.objects.get()

    response = browsers[role].post(decide(submission), {"verdict": "valid", "seen": "0"})

    assert response.status_code == (403 if role == "hr" else 302)
    assert not submission.decisions.exists()


@pytest.mark.parametrize("role", ["nobody", "employee", "law"])
def test_an_extension_is_taken_from_hr_alone(
    role: str, record: dict[str, int], browsers: dict[str, Client]
) -> None:
    form = {
        "step": "confirm",
        "day": "2003-02-03",
        "time": "21:00",
        "reason": "Why not.",
        "expected": (EXPIRATION + DAY).isoformat(),
    }

    response = browsers[role].post(f"/admin/elections/offer/{record['offer']}/extend/", form)

    assert response.status_code == (403 if role == "law" else 302)
    assert Extension.objects.count() == 1


def test_only_a_token_of_the_page_itself_lets_a_decision_through(
    record: dict[str, int], law: User
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(law)
    submission = Submission.objects.get()

    response = browser.post(decide(submission), {"verdict": "valid", "seen": "0"})

    assert response.status_code == 403
    assert not submission.decisions.exists()


@pytest.mark.parametrize("role", ["hr", "law", "superuser"])
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
        # The list, and no action; where the list has actions of its own, back to it.
        taken = 302 if model == "outboxmessage" else 200
        assert browsers[role].post(pages, chosen).status_code == taken

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
