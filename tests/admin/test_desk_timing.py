"""The timing-law panel, against the vectors of the offer's facts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from elections.admin.desk_timing import Rule, Timing, timing
from elections.models import Offer
from tests.admin.pages import words
from tests.factory import DURING_OFFER, EXPIRATION, make_offer
from tests.portal import SetClock

MONDAY = datetime(2003, 1, 7, 4, 59, 59, tzinfo=UTC)  # the last second of January 6 in the East
LIMIT = datetime(2003, 1, 21, 14, 0, tzinfo=UTC)


def at(offer: Offer, instant: datetime) -> Timing:
    return timing(offer.terms(), EXPIRATION, at=instant)


def rule(shown: Timing, source: str) -> Rule:
    return next(rule for rule in shown.rules if source in rule.source)


def test_the_offer_is_open_long_enough(offer: Offer) -> None:
    shown = rule(at(offer, DURING_OFFER), "13e-4(f)(1)(i) ")

    assert (shown.state, shown.tone) == ("Met", "good")
    assert shown.says == (
        "Business day 20 is January 17, 2003; the offer's last day is January 20, 2003."
    )


def test_an_offer_that_opened_a_day_later_would_be_too_short(db: None) -> None:
    offer = make_offer(opens_on=date(2002, 12, 20))

    shown = rule(at(offer, DURING_OFFER), "13e-4(f)(1)(i) ")

    assert (shown.state, shown.tone) == ("Not met", "bad")
    assert "Business day 20 is January 21, 2003" in shown.says


@pytest.mark.parametrize(
    ("instant", "state"),
    [(MONDAY, "Still possible"), (MONDAY + timedelta(seconds=1), "Only with an extension")],
)
def test_ratio_and_price_can_change_through_january_6(
    offer: Offer, instant: datetime, state: str
) -> None:
    shown = rule(at(offer, instant), "13e-4(f)(1)(ii)")

    assert shown.state == state
    assert shown.says.endswith("is January 6, 2003.")


@pytest.mark.parametrize(
    ("instant", "state", "says"),
    [
        (LIMIT - timedelta(microseconds=1), "Still possible", "The limit is 6:00 AM PST"),
        (LIMIT, "Too late", "The limit was 6:00 AM PST"),
    ],
)
def test_an_extension_can_be_announced_until_9_eastern_on_the_next_business_day(
    offer: Offer, instant: datetime, state: str, says: str
) -> None:
    shown = rule(at(offer, instant), "14e-1(d)")

    assert shown.state == state
    assert shown.says == f"{says} on January 21, 2003 (9:00 AM EST)."


@pytest.mark.parametrize(
    ("instant", "state"),
    [
        (datetime(2003, 2, 19, 4, 59, tzinfo=UTC), "Not yet"),
        (datetime(2003, 2, 19, 5, 0, tzinfo=UTC), "Reopened unless accepted"),
    ],
)
def test_withdrawal_reopens_after_business_day_40(
    offer: Offer, instant: datetime, state: str
) -> None:
    shown = rule(at(offer, instant), "13e-4(f)(2)")

    assert shown.state == state
    assert "February 19, 2003" in shown.says


def test_a_special_closing_changes_no_day_and_warns_what_it_would(offer: Offer) -> None:
    (warning,) = at(offer, DURING_OFFER).warnings

    assert warning == (
        "On December 24, 2002 federal offices closed for half a day. It is no federal holiday and"
        " counts as a business day; if it did not, business day 20 would be January 21, 2003;"
        " business day 40 would be February 19, 2003, and the offer would end too early."
    )


def test_a_closing_outside_the_offer_is_not_spoken_of(db: None) -> None:
    offer = make_offer(opens_on=date(2002, 12, 26))

    assert at(offer, DURING_OFFER).warnings == ()


def test_the_desk_shows_the_panel_for_the_deadline_in_force(
    law_client: Client, offer: Offer, portal_clock: SetClock
) -> None:
    shown = words(law_client.get("/admin/"))

    assert "Timing law" in shown
    assert "The limit is 6:00 AM PST on January 21, 2003 (9:00 AM EST). Still possible" in shown
    assert "federal offices closed for half a day" in shown
