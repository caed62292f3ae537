"""What Law is told when the roster has moved on from what a form said."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from elections import clock
from elections.admin.flags import flags_for_law
from elections.admin.submission_page import with_all
from elections.models import Employee, Grant, Offer, Submission
from elections.services.extend import Extended, extend_offer
from tests.admin.pages import page, words
from tests.factory import (
    DURING_OFFER,
    EXPIRATION,
    elect,
    make_employee,
    make_grant,
    make_user,
    withdraw,
)
from tests.portal import SetClock

NO_LONGER = "No longer eligible, by the roster as it stands: "


@pytest.fixture
def submission(offer: Offer) -> Submission:
    """An election that no rule finds anything in, signed with the legal name."""
    employee = make_employee(user=make_user("pat@example.com", name="Pat Example"))
    return elect(employee, make_grant(employee, "G-7"))


def flags(submission: Submission) -> list[str]:
    """What Law is told now, everything read afresh."""
    return flags_for_law(with_all(Submission.objects.get(pk=submission.pk)), at=clock.now())


def on_the_roster(submission: Submission, **columns: Any) -> None:
    Employee.objects.filter(pk=submission.employee_id).update(**columns)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("country", "GB", "works in GB; the offer is for the U.S. only."),
        ("employment", "contractor", "is no regular employee (contractor)."),
        (
            "hired_on",
            date(2002, 12, 20),
            "was hired on December 20, 2002, after December 19, 2002.",
        ),
        ("left_on", date(2003, 1, 14), "has left, last employed on January 14, 2003."),
        ("is_director", True, "is a director."),
        ("is_executive_officer", True, "is an executive officer."),
    ],
)
def test_each_reason_for_which_someone_is_no_longer_eligible_is_a_flag(
    submission: Submission, column: str, value: object, reason: str
) -> None:
    assert flags(submission) == []

    on_the_roster(submission, **{column: value})

    assert flags(submission) == [f"{NO_LONGER}Pat Example {reason}"]


def test_every_reason_is_told(submission: Submission) -> None:
    on_the_roster(submission, country="GB", is_director=True, left_on=date(2003, 1, 2))

    assert [flag.removeprefix(f"{NO_LONGER}Pat Example ") for flag in flags(submission)] == [
        "works in GB; the offer is for the U.S. only.",
        "has left, last employed on January 2, 2003.",
        "is a director.",
    ]


def test_whoever_comes_back_is_eligible_again(submission: Submission) -> None:
    on_the_roster(submission, left_on=date(2003, 1, 14))
    assert flags(submission)

    on_the_roster(submission, left_on=None)

    assert flags(submission) == []


def test_a_leave_of_absence_is_no_reason(submission: Submission) -> None:
    on_the_roster(submission, on_leave=True)

    assert flags(submission) == []


def test_someone_is_employed_through_the_whole_of_the_last_day(
    submission: Submission, portal_clock: SetClock
) -> None:
    on_the_roster(submission, left_on=date(2003, 1, 15))
    portal_clock.set(DURING_OFFER.replace(day=16, hour=8) - timedelta(microseconds=1))
    assert flags(submission) == []

    portal_clock.tick(microseconds=1)  # midnight in the offer's own zone

    assert flags(submission) == [
        f"{NO_LONGER}Pat Example has left, last employed on January 15, 2003."
    ]


@pytest.mark.parametrize(("last_day", "flagged"), [(19, True), (20, False)])
def test_whoever_left_after_the_expiration_was_employed_when_it_counted(
    submission: Submission, portal_clock: SetClock, last_day: int, *, flagged: bool
) -> None:
    on_the_roster(submission, left_on=date(2003, 1, last_day))
    portal_clock.set(EXPIRATION + timedelta(days=60))

    assert bool(flags(submission)) is flagged


def test_an_extension_moves_the_day_on_which_one_must_still_be_employed(
    submission: Submission, offer: Offer, portal_clock: SetClock
) -> None:
    on_the_roster(submission, left_on=date(2003, 1, 20))
    extended = extend_offer(
        actor=make_user(),
        offer=offer,
        expected=EXPIRATION,
        expiration=EXPIRATION + timedelta(days=7),
        reason="More time.",
    )
    assert isinstance(extended, Extended)
    portal_clock.set(EXPIRATION + timedelta(days=60))

    assert flags(submission) == [
        f"{NO_LONGER}Pat Example has left, last employed on January 20, 2003."
    ]


@pytest.mark.parametrize("column", ["exercised", "canceled"])
def test_shares_that_are_no_longer_outstanding_are_flagged(
    submission: Submission, column: str
) -> None:
    Grant.objects.update(**{column: 100})

    assert flags(submission) == [
        "The form exchanges grant G-7 with 1,000 shares outstanding; the roster now has 900."
    ]


def test_a_grant_that_the_form_keeps_is_said_to_be_kept(submission: Submission) -> None:
    kept = withdraw(submission.employee)
    Grant.objects.update(granted=1234)

    assert flags(kept) == [
        "The form keeps grant G-7 with 1,000 shares outstanding; the roster now has 1,234."
    ]


def test_a_grant_whose_outstanding_shares_come_out_the_same_is_not_flagged(
    submission: Submission,
) -> None:
    Grant.objects.update(granted=1100, exercised=100, vested=0)

    assert flags(submission) == []


def test_law_reads_on_the_page_what_the_roster_says_by_now(
    submission: Submission, law_client: Client
) -> None:
    on_the_roster(submission, is_executive_officer=True, name="<b>Pat</b>")
    Grant.objects.update(exercised=100)

    response = law_client.get(page(submission))

    assert f"{NO_LONGER}<b>Pat</b> is an executive officer." in words(response)
    assert (
        "The form exchanges grant G-7 with 1,000 shares outstanding; the roster now has 900."
        in (words(response))
    )
    assert "<b>Pat</b>" not in response.content.decode()
    # The form itself keeps the figure that it was signed with.
    assert "G-7 2000 ISO April 2, 2001 $6.00 1,000 500 Exchange 750" in words(response)


def test_the_flags_of_a_submission_that_was_fetched_whole_take_no_query(
    submission: Submission, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    on_the_roster(submission, left_on=date(2003, 1, 2), country="GB")
    Grant.objects.update(exercised=100)
    whole = with_all(Submission.objects.select_related("offer").get(pk=submission.pk))

    with django_assert_num_queries(0):
        assert len(flags_for_law(whole, at=DURING_OFFER)) == 3
