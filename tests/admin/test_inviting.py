"""HR's pages for inviting people: who is new, what they get, and that it is said who was."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from elections.models import Employee, Invitation, OutboxMessage, User
from tests.admin.pages import words
from tests.factory import make_employee
from tests.roster_files import employee as row
from tests.roster_files import grant
from tests.roster_uploads import applied

EVERYBODY = "/admin/elections/employee/invite/"


def page_of(person: Employee) -> str:
    return f"/admin/elections/employee/{person.pk}/invite/"


@pytest.fixture
def new(employee: Employee) -> Employee:
    return employee


def test_hr_sees_who_is_new_and_what_they_get_and_invites_them(
    hr_client: Client, new: Employee
) -> None:
    page = words(hr_client.get(EVERYBODY))
    assert "1 person on the roster has not been told yet how to sign in." in page
    assert f"{new.name} ({new.number}), {new.email}" in page
    assert "How to sign in for the" in page

    page = words(hr_client.post(EVERYBODY, follow=True))

    assert "1 person is being invited." in page
    assert "Everybody on the roster who can sign in was invited" in page
    assert OutboxMessage.objects.get().recipient == new.email


def test_law_looks_and_invites_nobody(law_client: Client, new: Employee) -> None:
    for address in (EVERYBODY, page_of(new)):
        assert '<form method="post" action="/admin/elections' not in (
            law_client.get(address).content.decode()
        )
        assert law_client.post(address).status_code == 403
    assert not OutboxMessage.objects.exists()


def test_one_person_is_invited_again_and_the_page_says_when_by_whom_and_how_far(
    hr_client: Client, hr: User, new: Employee
) -> None:
    hr_client.post(EVERYBODY)

    page = hr_client.post(page_of(new), {"seen": "1"}, follow=True)

    assert f"{new.name} is being invited." in words(page)
    assert words(page).count("Hanna Resources Not sent yet") == 2
    assert Invitation.objects.filter(employee=new, invited_by=hr).count() == 2


def test_pressing_twice_is_said_and_sends_one(hr_client: Client, new: Employee) -> None:
    hr_client.post(page_of(new), {"seen": "0"})
    for seen in ("0", "", "x", "²", "9" * 30):
        page = hr_client.post(page_of(new), {"seen": seen})
        assert page.status_code == 422
        assert "was invited since you opened this page" in words(page)
    assert Invitation.objects.count() == 1


def test_a_persons_page_and_the_list_lead_there(hr_client: Client, new: Employee) -> None:
    person = hr_client.get(f"/admin/elections/employee/{new.pk}/change/").content.decode()
    assert f'href="{page_of(new)}"' in person
    assert f'href="{EVERYBODY}"' in hr_client.get("/admin/elections/employee/").content.decode()


def test_an_applied_roster_says_who_was_not_invited_and_leads_there(
    hr_client: Client, hr: User
) -> None:
    upload = applied(hr, [row(), row("000124")], [grant()])
    address = f"/admin/elections/rosterupload/{upload.pk}/change/"

    assert "2 people have not been told yet how to sign in. Invite them" in words(
        hr_client.get(address)
    )

    hr_client.post(EVERYBODY)
    assert "not been told" not in words(hr_client.get(address))


def test_somebody_who_has_signed_in_is_shown_with_the_time(
    hr_client: Client, new: Employee
) -> None:
    User.objects.filter(employee=new).update(last_login=datetime(2003, 1, 15, 18, 4, tzinfo=UTC))
    page = words(hr_client.get(page_of(new)))
    assert "Signed in last January 15, 2003, 10:04:00 AM PST" in page


@pytest.mark.parametrize("people", [1, 3])
def test_the_page_takes_as_many_queries_for_three_as_for_one(
    hr_client: Client, people: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(people):
        make_employee()
    with django_assert_num_queries(9):
        hr_client.get(EVERYBODY)


def test_the_mail_leads_to_the_person_in_the_list_of_mails(
    hr_client: Client, new: Employee
) -> None:
    hr_client.post(EVERYBODY)
    mail = OutboxMessage.objects.get()
    page = hr_client.get(f"/admin/elections/outboxmessage/{mail.pk}/change/").content.decode()
    assert f'href="/admin/elections/employee/{new.pk}/change/">{new}</a>' in page
    assert str(new) in words(hr_client.get("/admin/elections/outboxmessage/"))
