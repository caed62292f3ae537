"""What Law is told when the roster has moved on from what a form said."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from elections import clock
from elections.core.eligibility import person_problems
from elections.models import Employee, Grant, Offer, Submission
from elections.services.extend import Extended, extend_offer
from elections.services.flags import FlagCode, flags_of, load_surroundings
from tests.factory import (
    DURING_OFFER,
    EXPIRATION,
    elect,
    make_employee,
    make_grant,
    make_required_grant,
    make_user,
    withdraw,
)
from tests.portal import SetClock

CANNOT = "By the roster of today, this person cannot take part. They would be told: “"


@pytest.fixture
def submission(offer: Offer) -> Submission:
    """An election that nothing stands out in, signed with the legal name."""
    employee = make_employee(user=make_user("pat@example.com", name="Pat Example"))
    return elect(employee, make_grant(employee, "G-7"))


def flags(submission: Submission, code: FlagCode | None = None) -> list[str]:
    """The sentences Law reads now, everything read afresh; of one code where it is given."""
    fresh = Submission.objects.get(pk=submission.pk)
    found = flags_of(fresh, load_surroundings([fresh]), at=clock.now())
    return [flag.sentence for flag in found if code in (None, flag.code)]


def on_the_roster(submission: Submission, **columns: Any) -> None:
    Employee.objects.filter(pk=submission.employee_id).update(**columns)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("country", "GB", "This offer is open only to employees who are based in the U.S."),
        ("employment", "contractor", "This offer is open only to regular employees."),
        ("hired_on", date(2002, 12, 20), "our records say that you were hired on December 20"),
        ("left_on", date(2003, 1, 14), "our records say that your last day was January 14, 2003."),
        ("is_director", True, "Members of the board of directors cannot take part"),
        ("is_executive_officer", True, "Executive officers cannot take part"),
    ],
)
def test_each_reason_for_which_someone_is_no_longer_eligible_is_a_flag(
    submission: Submission, column: str, value: object, reason: str
) -> None:
    assert flags(submission) == []

    on_the_roster(submission, **{column: value})

    (flag,) = flags(submission)
    assert flag.startswith(CANNOT)
    assert reason in flag


def test_every_reason_is_told(submission: Submission, offer: Offer) -> None:
    on_the_roster(submission, country="GB", is_director=True, left_on=date(2003, 1, 2))
    facts = Employee.objects.get().facts()
    problems = person_problems(offer.terms(), facts, today=DURING_OFFER.date())
    assert len(problems) == 3

    assert flags(submission) == [f"{CANNOT}{problem.sentence}”" for problem in problems]


def test_whoever_comes_back_is_eligible_again(submission: Submission) -> None:
    on_the_roster(submission, left_on=date(2003, 1, 14))
    assert flags(submission)

    on_the_roster(submission, left_on=None)

    assert flags(submission) == []


def test_a_leave_of_absence_is_no_reason(submission: Submission) -> None:
    on_the_roster(submission, on_leave=True)

    assert flags(submission) == []


def test_whoever_has_taken_everything_back_may_be_anybody(submission: Submission) -> None:
    withdrawal = withdraw(submission.employee)
    on_the_roster(submission, country="GB")

    assert flags(withdrawal) == []


def test_someone_is_employed_through_the_whole_of_the_last_day(
    submission: Submission, portal_clock: SetClock
) -> None:
    on_the_roster(submission, left_on=date(2003, 1, 15))
    portal_clock.set(DURING_OFFER.replace(day=16, hour=8) - timedelta(microseconds=1))
    assert flags(submission) == []

    portal_clock.tick(microseconds=1)  # midnight in the offer's own zone

    assert len(flags(submission, FlagCode.PERSON)) == 1


@pytest.mark.parametrize(("last_day", "flagged"), [(19, 1), (20, 0)])
def test_whoever_left_after_the_expiration_was_employed_when_it_counted(
    submission: Submission, portal_clock: SetClock, last_day: int, flagged: int
) -> None:
    on_the_roster(submission, left_on=date(2003, 1, last_day))
    portal_clock.set(EXPIRATION + timedelta(days=60))

    assert len(flags(submission)) == flagged


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

    assert len(flags(submission, FlagCode.PERSON)) == 1


@pytest.mark.parametrize("column", ["exercised", "canceled"])
def test_shares_that_are_no_longer_outstanding_are_flagged(
    submission: Submission, column: str
) -> None:
    Grant.objects.update(**{column: 100})

    assert flags(submission) == ["Grant G-7 has 900 shares outstanding now, the form says 1,000."]


def test_a_grant_that_the_form_keeps_is_flagged_as_well(submission: Submission) -> None:
    kept = withdraw(submission.employee)
    Grant.objects.update(exercised=100)

    assert flags(kept) == ["Grant G-7 has 900 shares outstanding now, the form says 1,000."]


def test_a_grant_whose_outstanding_shares_come_out_the_same_is_not_flagged(
    submission: Submission,
) -> None:
    Grant.objects.update(granted=1100, exercised=100, vested=0)

    assert flags(submission) == []


def test_a_required_grant_that_came_after_the_form_is_flagged(submission: Submission) -> None:
    make_required_grant(submission.employee, "G-8")

    assert flags(submission) == ["Grant G-8 is on the roster now, and not on the form."]
