"""The roster in the admin: looked at, searched, filtered; and accounts, for superusers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from elections.models import Employee, Grant, Offer, User
from tests.admin.pages import words
from tests.factory import make_employee, make_grant, make_user

EMPLOYEES = "/admin/elections/employee/"
GRANTS = "/admin/elections/grant/"
# Session, account, two of permissions, the number found, the number of all, the rows, what one
# filter has to offer (countries, plans), the offer and its extensions for the frame.
LIST_QUERIES = {EMPLOYEES: 9, GRANTS: 9}


def shown(client: Client, address: str) -> list[object]:
    response = client.get(address)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


@pytest.mark.parametrize("address", [EMPLOYEES, GRANTS])
def test_a_list_takes_as_many_queries_for_three_as_for_one(
    law_client: Client,
    employee: Employee,
    address: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_grant(employee)
    with django_assert_num_queries(LIST_QUERIES[address]):
        assert len(shown(law_client, address)) == 1

    for _ in range(2):
        make_grant(make_employee())
    with django_assert_num_queries(LIST_QUERIES[address]):
        assert len(shown(law_client, address)) == 3


@pytest.mark.parametrize("count", [1, 3])
def test_a_persons_page_shows_every_grant_in_the_same_number_of_queries(
    law_client: Client,
    employee: Employee,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(count):
        make_grant(employee, f"G-{n}", exercise_price=Decimal("4.125"), exercised=400, vested=100)

    law_client.get(f"{EMPLOYEES}{employee.pk}/change/")  # Django keeps the content types it read
    with django_assert_num_queries(9):
        response = law_client.get(f"{EMPLOYEES}{employee.pk}/change/")

    for n in range(count):
        assert f"G-{n} 2000 Stock Plan ISO April 2, 2001 $4.125 600 100" in words(response)


@pytest.mark.parametrize("term", ["0815", "nuñez", "ines@example.com", "GR-77"])
def test_search_finds_a_person_once_by_number_name_address_or_grant(
    law_client: Client, offer: Offer, term: str
) -> None:
    wanted = make_employee(number="0815", name="Inés Nuñez", email="ines@example.com")
    make_grant(wanted, "GR-771")
    make_grant(wanted, "GR-772")
    make_grant(make_employee())

    assert shown(law_client, f"{EMPLOYEES}?q={term}") == [wanted]


def test_people_are_filtered_by_what_decides_whether_they_may_take_part(
    law_client: Client, employee: Employee
) -> None:
    abroad = make_employee(country="DE")
    temporary = make_employee(employment="temporary")
    officer = make_employee(is_executive_officer=True)

    assert shown(law_client, f"{EMPLOYEES}?country=DE") == [abroad]
    assert shown(law_client, f"{EMPLOYEES}?employment__exact=temporary") == [temporary]
    assert shown(law_client, f"{EMPLOYEES}?is_executive_officer__exact=1") == [officer]


def test_grants_are_found_by_their_holder_and_filtered_by_plan(
    law_client: Client, employee: Employee
) -> None:
    grant = make_grant(employee, "A-1")
    other = make_grant(make_employee(), "B-1", kind="NSO")

    assert shown(law_client, f"{GRANTS}?q={employee.number}") == [grant]
    assert shown(law_client, f"{GRANTS}?q=b-1") == [other]
    assert shown(law_client, f"{GRANTS}?kind__exact=NSO") == [other]
    assert shown(law_client, f"{GRANTS}?plan__id__exact={grant.plan_id}") == [grant, other]


def test_a_grants_page_shows_what_was_exercised_and_what_is_left(
    law_client: Client, employee: Employee
) -> None:
    grant = make_grant(employee, granted=1500, exercised=200, canceled=100, vested=50)

    page = words(law_client.get(f"{GRANTS}{grant.pk}/change/"))

    assert "Outstanding shares: 1,200" in page
    assert "Of these vested: 50" in page


def test_hr_may_import_the_roster_and_still_types_nothing_in_here(
    hr_client: Client, hr: User, employee: Employee
) -> None:
    assert hr.has_perm("elections.change_employee")

    response = hr_client.post(f"{EMPLOYEES}{employee.pk}/change/", {"name": "Changed"})

    assert response.status_code == 403
    assert hr_client.get(f"{EMPLOYEES}add/").status_code == 403
    employee.refresh_from_db()
    assert employee.name != "Changed"
    assert employee.hired_on == date(2001, 3, 1)
    assert not Grant.objects.exists()


def test_a_superuser_makes_an_account_whose_address_is_kept_in_lower_case(
    super_client: Client, offer: Offer
) -> None:
    password = "calm-legal-humane-7"

    response = super_client.post(
        "/admin/elections/user/add/",
        {
            "email": "New.Lawyer@Example.com",
            "name": "New Lawyer",
            "usable_password": "true",
            "password1": password,
            "password2": password,
        },
    )

    assert response.status_code == 302
    account = User.objects.get(email="new.lawyer@example.com")
    assert account.check_password(password)
    assert (account.is_staff, account.is_superuser) == (False, False)


def test_an_account_whose_address_is_taken_is_refused_however_it_is_capitalised(
    super_client: Client, offer: Offer
) -> None:
    make_user("taken@example.com")

    response = super_client.post(
        "/admin/elections/user/add/",
        {"email": "TAKEN@example.com", "usable_password": "false"},
    )

    assert response.status_code == 200
    assert "already exists" in words(response)
    assert User.objects.filter(email__iexact="taken@example.com").count() == 1


def test_the_address_of_an_account_does_not_change_here(
    super_client: Client, employee: Employee
) -> None:
    account = employee.user
    assert account is not None

    super_client.post(
        f"/admin/elections/user/{account.pk}/change/",
        {"email": "other@example.com", "name": "Renamed", "is_active": "on"},
    )

    before = account.email
    account.refresh_from_db()
    assert (account.email, account.name) == (before, "Renamed")
