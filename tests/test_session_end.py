"""When a session ends: when it is not used, after a working day at the latest, and never sooner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.backends import db
from django.test import Client
from django.utils import timezone

from elections import clock
from elections.models import BrowserSession, Employee, Offer, Submission
from elections.session_store import SessionStore
from tests.factory import extend, make_employee, make_grant, make_offer
from tests.portal import SetClock
from tests.views.pages import choices, fill_in, sign, signed_in

IDLE, LONGEST = settings.SESSION_IDLE, timedelta(seconds=settings.SESSION_COOKIE_AGE)
SECOND = timedelta(seconds=1)


@pytest.fixture
def employee(offer: Offer) -> Employee:
    return make_employee(name="Pat Example")


@pytest.fixture
def hand() -> Any:
    """The clock on the wall."""
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


@dataclass
class Clocks:
    """The clock on the wall, by which sessions end, and the portal's, by which the offer does."""

    wall: Any
    portal: SetClock

    def shift(self, by: timedelta) -> None:
        self.wall.shift(by)
        self.portal.instant += by


@pytest.fixture
def clocks(db: None, hand: Any, portal_clock: SetClock) -> Clocks:
    return Clocks(hand, portal_clock)


def is_in(client: Client) -> bool:
    return client.get("/submissions/").status_code == 200


def test_one_is_signed_out_after_an_hour_in_which_nothing_was_opened(
    employee: Employee, hand: Any
) -> None:
    for unused, still_in in ((IDLE - SECOND, True), (IDLE, False)):
        client = signed_in(employee)
        hand.shift(unused)
        assert is_in(client) is still_in


def test_who_goes_on_stays_signed_in_until_twelve_hours_are_over(
    employee: Employee, hand: Any
) -> None:
    client = signed_in(employee)
    for _ in range(13):
        hand.shift(timedelta(minutes=55))
        assert is_in(client)
    hand.shift(timedelta(minutes=5) - SECOND)
    assert is_in(client)
    hand.shift(SECOND)
    assert not is_in(client)


def test_nobodys_session_lasts_longer_for_what_is_kept_in_it(employee: Employee, hand: Any) -> None:
    client = signed_in(employee)
    for _ in range(23):
        hand.shift(timedelta(minutes=30))
        session = client.session
        session["said"] = "again"
        session.save()
    hand.shift(timedelta(minutes=30))
    assert not is_in(client)


def test_signing_in_again_begins_twelve_hours_anew(employee: Employee, hand: Any) -> None:
    client = signed_in(employee)
    hand.shift(timedelta(minutes=50))
    assert employee.user
    client.force_login(employee.user)
    assert BrowserSession.objects.get().started_at == timezone.now()


def test_a_page_writes_nothing_until_a_tenth_of_the_hour_is_gone(
    employee: Employee, hand: Any, django_assert_num_queries: Any
) -> None:
    client = signed_in(employee)
    key = client.session.session_key
    for passed, statements in ((IDLE / 10 - SECOND, 1), (SECOND, 3), (SECOND, 1)):
        hand.shift(passed)
        with django_assert_num_queries(statements):
            assert SessionStore(key)["_auth_user_id"]


@pytest.mark.parametrize(
    ("before", "still_in_for"),
    [
        (timedelta(hours=2), IDLE),  # it ends an hour before the deadline: time enough
        (timedelta(hours=2) - SECOND, timedelta(hours=2, minutes=15) - SECOND),
        (timedelta(hours=1), timedelta(hours=1, minutes=15)),
        (timedelta(hours=1) - SECOND, IDLE),  # it outlasts the deadline by itself
        (timedelta(hours=-1), IDLE),
    ],
)
def test_nobody_is_signed_out_for_idleness_in_the_last_hour_before_the_deadline(
    clocks: Clocks, before: timedelta, still_in_for: timedelta
) -> None:
    offer = make_offer(expiration=clock.now() + before)
    client = signed_in(make_employee())

    assert left(client) == still_in_for // SECOND
    clocks.shift(still_in_for - SECOND)
    assert is_in(client)
    assert still_in_for == IDLE or clock.now() > offer.expiration


def test_a_form_signed_a_second_before_the_deadline_after_long_thought_is_timely(
    clocks: Clocks,
) -> None:
    offer = make_offer(expiration=clock.now() + timedelta(minutes=100))
    employee = make_employee()
    client, grant = signed_in(employee), make_grant(employee)
    token = fill_in(client, choices(exchange=(grant,)))

    clocks.shift(timedelta(minutes=100) - SECOND)
    sign(client, token)

    assert Submission.objects.get().timely
    assert clock.now() < offer.expiration


def test_after_an_extension_it_is_the_new_deadline_that_counts(clocks: Clocks) -> None:
    offer = make_offer(expiration=clock.now() + timedelta(hours=3))
    client = signed_in(make_employee())
    extend(offer)
    clocks.shift(timedelta(minutes=90) - IDLE / 2)
    assert not is_in(client)
    clocks.shift(timedelta(minutes=45))
    assert left(signed_in(Employee.objects.get())) == 3600


def test_djangos_own_store_ends_whoever_is_at_work(
    employee: Employee, hand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is gained by moving the end on."""
    client = signed_in(employee)
    monkeypatch.setattr(SessionStore, "_get_session_from_db", db.SessionStore._get_session_from_db)
    hand.shift(timedelta(minutes=55))
    assert is_in(client)
    hand.shift(timedelta(minutes=5))
    assert not is_in(client)


def left(client: Client, how: str = "get") -> int:
    answer = getattr(client, how)("/session-left/")
    assert answer.headers["Cache-Control"].count("no-store") == 1
    return int(answer.json()["seconds_left"])


def test_asking_how_long_it_lasts_does_not_make_it_longer_and_staying_does(
    employee: Employee, hand: Any
) -> None:
    client = signed_in(employee)
    hand.shift(IDLE - timedelta(minutes=2))
    assert [left(client), left(client), client.get("/time-left/").status_code] == [120, 120, 200]
    assert left(client, "post") == 3600
    hand.shift(IDLE - SECOND)
    assert left(client) == 1
    hand.shift(SECOND)
    assert left(client) == left(client, "post") == 0


def test_in_the_last_hour_of_twelve_it_cannot_be_put_off(employee: Employee, hand: Any) -> None:
    client = signed_in(employee)
    for _ in range(14):
        hand.shift(timedelta(minutes=50))
        left(client, "post")
    assert left(client, "post") == 20 * 60


def test_a_page_says_how_long_it_lasts_for_the_script_and_without_one(employee: Employee) -> None:
    page = signed_in(employee).get("/submissions/").content.decode()
    assert 'data-session-left="3599"' in page or 'data-session-left="3600"' in page
    said = "You stay signed in for 60 minutes after the last page that you opened."
    assert f"<p>{said}</p>" in page
    assert "data-session-left" not in Client().get("/").content.decode()


def test_staying_takes_a_token_of_our_own_page(employee: Employee) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert employee.user
    strict.force_login(employee.user)
    assert strict.post("/session-left/").status_code == 403
    token = strict.get("/session-left/").json()["token"]
    assert strict.post("/session-left/", {"csrfmiddlewaretoken": token}).status_code == 200
