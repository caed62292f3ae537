"""The read side: which form governs, and who has elected what, now and at any instant."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from elections import queries
from elections.models import Employee, Offer
from elections.models.submission import Verdict
from elections.services.review import review_submission
from tests.factory import (
    EXPIRATION,
    decline,
    elect,
    extend,
    make_employee,
    make_grant,
    make_required_grant,
    make_user,
    withdraw,
)
from tests.portal import SetClock


@pytest.fixture
def employee(offer: Offer) -> Employee:
    return make_employee()


def elected(offer: Offer, **at: object) -> list[tuple[str, int, int]]:
    rows = queries.register(offer, **at)  # type: ignore[arg-type]
    return [(row.grant_number, row.shares, row.new_shares) for row in rows]


def test_the_register_lists_every_exchanged_grant_and_no_kept_one(
    employee: Employee, offer: Offer
) -> None:
    grant, kept = make_grant(employee, "1", granted=334, vested=0), make_grant(employee, "2")
    make_required_grant(employee, "3")

    elect(employee, grant, keep=(kept,))

    assert elected(offer) == [("1", 334, 251), ("3", 500, 375)]


def test_whoever_declines_after_an_election_has_elected_nothing(
    employee: Employee, offer: Offer, portal_clock: SetClock
) -> None:
    elect(employee, make_grant(employee))
    portal_clock.tick(minutes=1)

    decline(employee)

    assert elected(offer) == []


def test_a_withdrawal_leaves_what_remains_in_the_register(
    employee: Employee, offer: Offer, portal_clock: SetClock
) -> None:
    one, two = make_grant(employee, "1"), make_grant(employee, "2")
    elect(employee, one, two)
    portal_clock.tick(minutes=1)

    withdraw(employee, two)

    assert elected(offer) == [("1", 1000, 750)]


def test_the_register_tells_how_the_record_stood_at_an_instant(
    employee: Employee, offer: Offer, portal_clock: SetClock
) -> None:
    elect(employee, make_grant(employee, "1"))
    before = portal_clock.instant
    portal_clock.tick(minutes=1)
    withdraw(employee)

    assert elected(offer, as_of=before - timedelta(microseconds=1)) == []
    assert elected(offer, as_of=before) == [("1", 1000, 750)]
    assert elected(offer, as_of=portal_clock.instant) == []


def test_a_decision_counts_in_the_register_from_when_it_was_made(
    employee: Employee, offer: Offer, portal_clock: SetClock
) -> None:
    submission = elect(employee, make_grant(employee, "1"))
    before = portal_clock.instant
    portal_clock.tick(minutes=1)
    review_submission(
        actor=make_user(), submission=submission, verdict=Verdict.IRREGULAR, reason="Unsigned."
    )

    assert elected(offer, as_of=before) == [("1", 1000, 750)]
    assert elected(offer) == []


def test_a_late_form_is_not_in_the_register(
    employee: Employee, offer: Offer, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION)
    elect(employee, make_grant(employee))

    assert elected(offer) == []


def test_of_everyone_one_submission_governs_at_most(offer: Offer, portal_clock: SetClock) -> None:
    people = [make_employee() for _ in range(3)]
    for person in people:
        elect(person, make_grant(person))
        portal_clock.tick(minutes=1)
        last = decline(person)
        assert queries.governing_submission(offer, person) == last

    governing = queries.governing_submissions(offer)

    assert {submission.employee for submission in governing} == set(people)
    assert {submission.kind for submission in governing} == {"decline"}


def test_the_last_extension_read_along_says_the_same_deadline_as_all_of_them(offer: Offer) -> None:
    def both() -> tuple[datetime, datetime]:
        (annotated,) = queries.with_last_extension(Offer.objects.all())
        return (
            queries.deadline_in_force(annotated),
            queries.deadline_in_force(Offer.objects.get()),
        )

    assert both() == (EXPIRATION, EXPIRATION)
    for days in (7, 14):
        later = EXPIRATION + timedelta(days=days)
        extend(offer, later)
        assert both() == (later, later)


def test_what_was_read_along_is_not_used_to_look_back(offer: Offer, portal_clock: SetClock) -> None:
    before = portal_clock.instant - timedelta(minutes=1)
    extend(offer)
    (annotated,) = queries.with_last_extension(Offer.objects.all())
    assert queries.deadline_in_force(annotated, at=before) == EXPIRATION


def test_a_token_used_for_another_persons_form_is_found_and_that_form_does_not_govern(
    offer: Offer,
) -> None:
    employee, other = make_employee(), make_employee()
    mine = elect(employee, make_grant(employee))
    theirs = elect(other, make_grant(other))

    assert queries.forms_before(offer, employee, uuid4())[:2] == (None, mine)
    assert queries.forms_before(offer, employee, mine.form_token)[:2] == (mine, mine)
    assert queries.forms_before(offer, employee, theirs.form_token)[:2] == (theirs, mine)
    assert queries.forms_before(offer, make_employee(), theirs.form_token) == (theirs, None, [])
