"""The calendar file: the deadline in force, the sessions, and what a newer copy changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from icalendar import Calendar, Component
from pytest_django import DjangoAssertNumQueries

from elections.models import Employee, InformationSession, Offer
from elections.services.sessions import Meeting, cancel_session, change_session, version_of
from tests.factory import EXPIRATION, make_user
from tests.views.pages import extend, signed_in

START = datetime(2003, 1, 8, 23, 30, tzinfo=UTC)
# Session, account, the offer, its extensions, the sessions. The clock is the test's.
QUERIES = 5


@pytest.fixture
def session(offer: Offer) -> InformationSession:
    return InformationSession.objects.create(
        offer=offer, starts_at=START, ends_at=START + timedelta(hours=1),
        place="E-Net conference room, Irvine", how_to_join="(877) 314-3187, pass code 394843#",
    )  # fmt: skip


def taken(client: Client) -> dict[str, Component]:
    """The events of a copy taken now, by the first word of their UID."""
    response = client.get("/calendar.ics")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    whole = Calendar.from_ical(response.content)
    assert (str(whole["version"]), str(whole["method"])) == ("2.0", "PUBLISH")
    return {str(event["uid"]).partition("-")[0]: event for event in whole.walk("VEVENT")}


def test_the_deadline_stands_at_its_very_instant(client: Client, offer: Offer):
    deadline = taken(client)["deadline"]

    assert deadline["dtstart"].dt == EXPIRATION
    assert "dtend" not in deadline
    assert "before 9:00 PM PST on January 20, 2003 (midnight Eastern)" in deadline["description"]
    assert [alarm["trigger"].dt for alarm in deadline.walk("VALARM")] == [
        timedelta(days=-1),
        timedelta(hours=-1),
    ]


def test_a_copy_taken_after_an_extension_moves_the_deadline_of_the_first(
    client: Client, offer: Offer
):
    first = taken(client)["deadline"]
    extend(offer)
    second = taken(client)["deadline"]

    assert second["uid"] == first["uid"]
    assert (int(first["sequence"]), int(second["sequence"])) == (0, 1)
    assert second["dtstart"].dt == EXPIRATION + timedelta(days=7)


def test_a_session_says_when_where_and_how_to_join(client: Client, session: InformationSession):
    event = taken(client)["session"]

    assert (event["dtstart"].dt, event["dtend"].dt) == (START, START + timedelta(hours=1))
    assert event["location"] == "E-Net conference room, Irvine"
    assert event["description"] == "(877) 314-3187, pass code 394843#"
    assert event["status"] == "CONFIRMED"


def test_a_session_that_is_moved_and_canceled_stays_one_event_of_rising_sequence(
    client: Client, session: InformationSession
):
    staff = make_user(is_staff=True)
    copies = [taken(client)["session"]]
    later = Meeting(starts_at=START + timedelta(days=1), ends_at=START + timedelta(days=1, hours=1),
                    place="Irvine")  # fmt: skip
    change_session(actor=staff, session=session, seen=version_of(session), meeting=later)
    copies.append(taken(client)["session"])
    cancel_session(actor=staff, session=session)
    copies.append(taken(client)["session"])

    assert len({str(copy["uid"]) for copy in copies}) == 1
    assert [int(copy["sequence"]) for copy in copies] == [0, 1, 2]
    assert copies[1]["dtstart"].dt == START + timedelta(days=1)
    assert [str(copy["status"]) for copy in copies] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


def test_text_that_looks_like_a_calendars_own_lines_stays_text(
    client: Client, session: InformationSession
):
    session.place = "Irvine; room 1, left\nEND:VEVENT\nBEGIN:VEVENT"
    session.save()

    assert taken(client)["session"]["location"] == session.place
    assert len(taken(client)) == 2


def test_the_file_is_for_whoever_has_signed_in(offer: Offer, client: Client):
    assert Client().get("/calendar.ics").status_code == 302
    assert signed_in(make_user()).get("/calendar.ics").status_code == 200
    assert client.post("/calendar.ics").status_code == 405


def test_it_costs_the_same_for_any_number_of_sessions(
    client: Client, employee: Employee, offer: Offer,
    django_assert_num_queries: DjangoAssertNumQueries,
):  # fmt: skip
    for count in (1, 3):
        for n in range(count):
            starts = START + timedelta(days=10 * count + n)
            offer.sessions.create(
                starts_at=starts, ends_at=starts + timedelta(hours=1), place="Irvine"
            )
        with django_assert_num_queries(QUERIES):
            client.get("/calendar.ics")
