"""Announcing, changing and canceling information sessions, and what employees see of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from elections.models import Employee, InformationSession, Offer
from tests.admin.pages import words
from tests.admin.people import signed_in

LIST = "/admin/elections/informationsession/"
FORM = {
    "day": "2003-01-16",
    "starts": "15:30",
    "ends": "4:30 PM",
    "place": "E-Net conference room",
    "how_to_join": "Dial in.",
}
STARTS = datetime(2003, 1, 16, 23, 30, tzinfo=UTC)
# Session, account, two of permissions, the number found, the number of all, the rows, the frame's
# offer.
QUERIES = 8


def add(client: Client, offer: Offer, **changes: str) -> HttpResponse:
    return client.post(f"{LIST}new/{offer.pk}/", FORM | changes)


@pytest.fixture
def session(hr_client: Client, offer: Offer) -> InformationSession:
    assert add(hr_client, offer).status_code == 302
    return InformationSession.objects.get()


def edit(client: Client, session: InformationSession, **changes: str) -> HttpResponse:
    """Send the form as the page of this moment shows it, with `changes`."""
    page = client.get(f"{LIST}{session.pk}/edit/")
    form = FORM | {"seen": page.context["seen"], "step": "save"}
    return client.post(f"{LIST}{session.pk}/edit/", form | changes)


def test_a_session_is_announced_in_the_offers_own_zone(
    session: InformationSession, employee: Employee
) -> None:
    assert (session.starts_at, session.ends_at) == (STARTS, STARTS + timedelta(hours=1))
    shown = words(signed_in(employee.user).get("/"))
    assert "January 16, 2003, 3:30 PM PST to 4:30 PM PST E-Net conference room Dial in." in shown


def test_a_session_is_changed(hr_client: Client, session: InformationSession) -> None:
    assert edit(hr_client, session, place="Room 4", ends="17:00").status_code == 302

    session.refresh_from_db()
    assert (session.place, session.ends_at) == ("Room 4", STARTS + timedelta(minutes=90))


def test_a_canceled_session_is_marked_for_employees_and_offers_no_change(
    hr_client: Client, session: InformationSession, employee: Employee
) -> None:
    assert edit(hr_client, session, step="cancel").status_code == 302

    session.refresh_from_db()
    assert session.canceled
    shown = words(signed_in(employee.user).get("/"))
    assert "3:30 PM PST to 4:30 PM PST Canceled" in shown
    assert "Dial in." not in shown
    assert "Canceled" in words(hr_client.get(LIST))
    assert "Change or cancel" not in words(hr_client.get(f"{LIST}{session.pk}/change/"))
    assert edit(hr_client, session, step="cancel").status_code == 422


def test_a_page_that_shows_an_older_state_changes_nothing(
    hr_client: Client, session: InformationSession
) -> None:
    stale = hr_client.get(f"{LIST}{session.pk}/edit/").context["seen"]
    edit(hr_client, session, place="Room 4")

    response = edit(hr_client, session, place="Room 5", seen=stale)

    assert response.status_code == 422
    assert "This session was changed since you opened this page." in words(response)
    assert 'value="Room 5"' in response.content.decode()
    session.refresh_from_db()
    assert session.place == "Room 4"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ends": "15:30"}, "The session must end after it starts."),
        ({"day": ""}, "Please give the day."),
        ({"starts": "noon"}, "Please give the time as 21:00 or 9:00 PM."),
        ({"place": "  "}, "Please say where it takes place."),
        ({"day": "2003-04-06", "starts": "02:30"}, "Clocks are set forward that night"),
    ],
)
def test_what_is_no_session_is_refused_with_the_words_kept(
    hr_client: Client, offer: Offer, changes: dict[str, str], sentence: str
) -> None:
    response = add(hr_client, offer, **changes)

    assert response.status_code == 422
    assert sentence in words(response)
    assert ">\nDial in.</textarea>" in response.content.decode()
    assert not InformationSession.objects.exists()


def test_two_sessions_do_not_start_at_one_time(
    hr_client: Client, offer: Offer, session: InformationSession
) -> None:
    response = add(hr_client, offer, place="Elsewhere")

    assert response.status_code == 422
    assert "Another information session starts at this very time." in words(response)


def test_the_list_takes_as_many_queries_for_three_as_for_one(
    law_client: Client,
    hr_client: Client,
    offer: Offer,
    session: InformationSession,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(QUERIES):
        law_client.get(LIST)

    for day in ("2003-01-17", "2003-01-18"):
        add(hr_client, offer, day=day)

    with django_assert_num_queries(QUERIES):
        assert len(law_client.get(LIST).context["cl"].result_list) == 3


def test_an_auditor_changes_no_session(
    auditor_client: Client, offer: Offer, session: InformationSession
) -> None:
    assert add(auditor_client, offer).status_code == 403
    assert auditor_client.get(f"{LIST}{session.pk}/edit/").status_code == 403
    assert InformationSession.objects.count() == 1
