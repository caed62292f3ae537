"""Extending the offer: later only, reasoned, and everyone concerned is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from elections import queries
from elections.core.problems import Code
from elections.models import Extension, Offer, OutboxMessage
from elections.services.extend import Extended, NotExtended, extend_offer
from tests.factory import EXPIRATION, elect, make_employee, make_grant, make_user, withdraw
from tests.portal import SetClock

NEW = datetime(2003, 1, 28, 5, 0, tzinfo=UTC)  # 9:00 PM PST on January 27, 2003
MICROSECOND = timedelta(microseconds=1)


def extend(
    offer: Offer,
    expiration: datetime = NEW,
    *,
    expected: datetime = EXPIRATION,
    reason: str = "The filing took longer.",
) -> Extended | NotExtended:
    return extend_offer(
        actor=make_user(), offer=offer, expected=expected, expiration=expiration, reason=reason
    )


def codes(outcome: object) -> list[str]:
    assert isinstance(outcome, NotExtended), outcome
    return [problem.code for problem in outcome.problems]


def test_an_extension_moves_the_deadline_from_its_announcement_on(
    offer: Offer, portal_clock: SetClock
) -> None:
    before = portal_clock.instant
    outcome = extend(offer)

    assert isinstance(outcome, Extended)
    assert outcome.extension.previous_expiration == EXPIRATION
    offer = queries.current_offer()
    assert queries.deadline_in_force(offer, at=before) == NEW
    assert queries.deadline_in_force(offer, at=before - MICROSECOND) == EXPIRATION


def test_everyone_eligible_and_everyone_on_record_is_mailed(offer: Offer) -> None:
    eligible = make_employee()
    leaver = make_employee()
    elect(leaver, make_grant(leaver))
    type(leaver).objects.filter(pk=leaver.pk).update(left_on=date(2003, 1, 10))
    make_employee(country="DE")
    make_employee(is_director=True)

    outcome = extend(offer)

    assert isinstance(outcome, Extended)
    mails = OutboxMessage.objects.filter(kind="extension")
    assert {mail.employee for mail in mails} == {eligible, leaver}
    assert outcome.mailed == 2


def test_the_people_to_notify_are_the_eligible_ones_of_the_rules(
    offer: Offer, portal_clock: SetClock
) -> None:
    from elections.core.eligibility import person_problems

    today = queries.today(offer, at=portal_clock.instant)
    people = [
        make_employee(),
        make_employee(country="CA"),
        make_employee(employment="contractor"),
        make_employee(hired_on=offer.hired_by),
        make_employee(hired_on=offer.hired_by + timedelta(days=1)),
        make_employee(left_on=today),
        make_employee(left_on=today - timedelta(days=1)),
        make_employee(is_director=True),
        make_employee(is_executive_officer=True),
    ]

    by_rules = {p for p in people if not person_problems(offer.terms(), p.facts(), today=today)}

    assert set(queries.people_to_notify(offer, at=portal_clock.instant)) == by_rules


@pytest.mark.parametrize("proposed", [EXPIRATION, EXPIRATION - MICROSECOND])
def test_a_deadline_never_moves_earlier_nor_stays(offer: Offer, proposed: datetime) -> None:
    assert codes(extend(offer, proposed)) == [Code.EXTENSION_NOT_LATER]
    assert not Extension.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_an_extension_needs_a_reason(offer: Offer) -> None:
    assert codes(extend(offer, reason="  ")) == [Code.REASON_MISSING]


def test_of_two_people_extending_from_the_same_deadline_the_second_is_told(offer: Offer) -> None:
    extend(offer)

    again = extend(offer, NEW + timedelta(days=1))

    assert codes(again) == [Code.DEADLINE_MOVED_MEANWHILE]
    assert Extension.objects.count() == 1


def test_an_extension_after_the_close_leaves_late_forms_late(
    offer: Offer, portal_clock: SetClock
) -> None:
    employee = make_employee()
    grant = make_grant(employee)
    portal_clock.set(EXPIRATION + timedelta(minutes=1))
    late = elect(employee, grant)
    portal_clock.tick(minutes=1)

    assert isinstance(extend(offer), Extended)

    late.refresh_from_db()
    assert not late.timely
    assert queries.governing_submission(offer, employee) is None
    assert elect(employee, grant).timely


def test_after_an_extension_withdrawal_is_possible_until_the_new_deadline(
    offer: Offer, portal_clock: SetClock
) -> None:
    employee = make_employee()
    elect(employee, make_grant(employee))
    extend(offer)
    portal_clock.set(NEW - MICROSECOND)

    submission = withdraw(employee)

    assert submission.timely
    assert submission.deadline == NEW
