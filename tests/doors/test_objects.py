"""Every address of the portal, as everybody, about what is theirs, another's, and nobody's."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, path

from elections.models import Employee, Offer, Submission, User
from elections.views import submissions
from exchange_portal import urls
from tests.admin import access as of_admin
from tests.admin.record import make_rows
from tests.admin.walking import Visitor, addresses
from tests.factory import elect, make_employee, make_grant
from tests.mails import account_mails
from tests.views.access import ACCESS, OWNER, ROLES, STRANGER
from tests.views.pages import choices, fill_in

FAR = "999999999999999999999999"  # further than any database counts


def portal_addresses(
    patterns: Sequence[URLPattern | URLResolver] = urls.urlpatterns, before: str = ""
) -> Iterator[str]:
    """The name (where it has none, the route) of each address outside the admin."""
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if not isinstance(pattern, URLResolver):
            yield pattern.name or route
        elif pattern.namespace != "admin":  # test_access.py walks its addresses
            yield from portal_addresses(pattern.url_patterns, route)


@pytest.fixture
def people(
    employee: Employee, hr: User, law: User, auditor: User, superuser: User
) -> dict[str, User | None]:
    """Somebody of each role."""
    stranger = make_employee(name="Somebody Else")
    make_grant(stranger)
    users = (None, employee.user, stranger.user, hr, law, auditor, superuser)
    return dict(zip(ROLES, users, strict=True))


@pytest.fixture
def visitors(people: dict[str, User | None]) -> dict[str, Visitor]:
    """Their browsers."""
    return {role: Visitor(user) for role, user in people.items()}


@pytest.fixture
def owned(employee: Employee, visitors: dict[str, Visitor]) -> dict[str, str]:
    """What belongs to the owner, by the names that the table uses."""
    grant = make_grant(employee)
    form = elect(employee, grant)
    browser = visitors[OWNER].browser()
    drafts = {
        "election": fill_in(browser, choices(exchange=(grant,))),
        "withdrawal": fill_in(browser, {f"withdraw-{grant.number}": "on"}, "withdrawal"),
    }
    Client().post("/accounts/password/reset/", {"email": employee.email})
    link = re.search(r"http://testserver(/\S+)", account_mails()[-1].body)
    assert link is not None
    return drafts | {"receipt": form.receipt, "link": link[1], "missing": str(uuid.uuid4())}


def test_every_address_has_its_rows() -> None:
    assert set(portal_addresses()) == ACCESS.keys()


def test_an_address_that_nobody_thought_of_would_be_noticed() -> None:
    new = path("left-open/", lambda request: None, name="left-open")
    assert set(portal_addresses([*urls.urlpatterns, new])) - ACCESS.keys() == {"left-open"}


@pytest.mark.parametrize("role", ROLES)
def test_each_finds_what_is_theirs_and_nothing_of_anybody_else(
    role: str, visitors: dict[str, Visitor], owned: dict[str, str]
) -> None:
    place = min(ROLES.index(role), ROLES.index(STRANGER) + 1)  # the last is staff's, of every kind
    found, expected = {}, {}
    for rows in ACCESS.values():
        for _, address, get, post in rows:
            visited = address.format(**owned)
            expected[address] = int(get.split()[place]), int(post.split()[place])
            found[address] = tuple(visitors[role].status(m, visited) for m in ("get", "post"))

    assert {address: was for address, was in found.items() if was != expected[address]} == {}


@pytest.mark.parametrize(
    ("role", "key"),
    [*((role, "999999999") for role in of_admin.ROLES), ("superuser", FAR), ("superuser", "x")],
)
def test_a_row_that_is_not_there_is_not_found_by_those_who_would_see_it(
    role: str, key: str, people: dict[str, User | None]
) -> None:
    visitor, place = Visitor(people.get(role, people[OWNER])), of_admin.ROLES.index(role)
    routes = dict(addresses())
    wrong = {}
    for name, (about, *expected) in of_admin.ACCESS.items():
        if not about or about.startswith("/"):
            continue
        route = routes[name]
        # An address of ours that no key fits is read as one of Django's, which leads on.
        led_on = route.endswith("<path:object_id>/") or ("<key:" in route and key == "x")
        address = "/admin/" + re.sub("<[^>]+>", key, route)
        for method, statuses in zip(("get", "post"), expected, strict=True):
            there = int(statuses.split()[place])
            found = visitor.status(method, address)
            if found not in missing(there) | ({301, 302} if led_on else set()):
                wrong[f"{method} {address}"] = there, found

    assert wrong == {}


def missing(there: int) -> set[int]:
    """What may come in place of the status that a row gets which is there."""
    if there in (302, 403):  # led to the sign-in, or refused
        return {there, 404}
    return {404, 405} if there == 405 else {404}


def test_an_address_that_leads_on_ends_at_nothing(super_client: Client, offer: Offer) -> None:
    response = super_client.get("/admin/elections/submission/x/scan/", follow=True)
    assert response.status_code == 404


def test_nobody_learns_which_rows_there_are_of_those_not_for_them(
    people: dict[str, User | None], law: User, offer: Offer
) -> None:
    rows, visitor = make_rows(law), Visitor(people["hr"])
    for key in (rows["auditentry"], 999999999):
        for page in ("change", "history", "delete"):
            assert visitor.status("get", f"/admin/elections/auditentry/{key}/{page}/") == 403


def test_without_the_owner_in_the_question_a_stranger_would_find_the_receipt(
    visitors: dict[str, Visitor], owned: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/submissions/{owned['receipt']}.pdf"
    assert visitors[STRANGER].status("get", address) == 404

    monkeypatch.setattr(
        submissions, "_own_submission", lambda request, code: Submission.objects.get(receipt=code)
    )
    assert visitors[STRANGER].status("get", address) == 200
