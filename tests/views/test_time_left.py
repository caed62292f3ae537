"""The count that a page asks for when it cannot know any more: the deadline, and seconds to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from elections.models import Offer
from tests.factory import EXPIRATION, extend
from tests.portal import SetClock

LABEL = "9:00 PM PST on January 20, 2003 (midnight Eastern)"


@pytest.mark.parametrize(
    ("before", "seconds"),
    [
        (timedelta(hours=1), 3600),
        (timedelta(seconds=1, microseconds=-1), 0),
        (timedelta(0), 0),
        (timedelta(days=-1), 0),
    ],
)
def test_it_is_counted_from_the_portals_clock_and_rounded_down(
    offer: Offer, portal_clock: SetClock, before: timedelta, seconds: int
):
    portal_clock.set(EXPIRATION - before)
    assert Client().get("/time-left/").json() == {"deadline": LABEL, "seconds_left": seconds}


def test_an_extension_is_in_it_at_once(offer: Offer, portal_clock: SetClock):
    extend(offer)
    portal_clock.set(EXPIRATION)
    assert Client().get("/time-left/").json() == {
        "deadline": "9:00 PM PST on January 27, 2003 (midnight Eastern)",
        "seconds_left": 7 * 86400,
    }


def test_no_browser_keeps_it_and_nobody_posts_to_it(offer: Offer):
    assert "no-store" in Client().get("/time-left/").headers["Cache-Control"]
    assert Client().post("/time-left/").status_code == 405


def test_without_an_offer_there_is_none(db: None):
    assert Client().get("/time-left/").status_code == 404


def test_it_costs_the_offer_alone(offer: Offer, django_assert_num_queries):
    with django_assert_num_queries(1):
        Client().get("/time-left/")
