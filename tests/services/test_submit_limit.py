"""How many forms one person can send in a while: far more than anybody needs, and no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from elections.core.terms import Choice
from elections.models import Employee, Offer, Submission
from elections.services.answers import Decline, Election
from elections.services.submit import (
    FORMS_AT_MOST,
    FORMS_WITHIN,
    Recorded,
    Refused,
    SignedForm,
    submit_form,
)
from tests.factory import EXPIRATION, elect, make_employee, make_grant, signed
from tests.papers import on_paper
from tests.portal import SetClock

SECOND = timedelta(seconds=1)


@pytest.fixture
def pat(offer: Offer) -> Employee:
    pat = make_employee()
    make_grant(pat, "0001")
    return pat


def send(pat: Employee, offer: Offer, form: SignedForm | None = None) -> object:
    last = Submission.objects.filter(employee=pat, timely=True).order_by("-sequence").first()
    form = form or signed(Decline(), replaces=last.receipt if last else None)
    assert pat.user
    return submit_form(actor=pat.user, employee=pat, offer=offer, form=form)


def fill(pat: Employee, offer: Offer) -> None:
    for _ in range(FORMS_AT_MOST):
        assert isinstance(send(pat, offer), Recorded)


def test_thirty_forms_in_ten_minutes_are_recorded_and_the_next_says_when(
    pat: Employee, offer: Offer, portal_clock: SetClock
) -> None:
    fill(pat, offer)
    portal_clock.tick(minutes=3)
    outcome = send(pat, offer)
    assert isinstance(outcome, Refused)
    (problem,) = outcome.problems
    assert problem.code == "too_many_forms"
    assert problem.sentence == (
        "You have sent 30 forms within 10 minutes, so this one was not recorded: what those before"
        " it say stands. Nothing you typed is lost: please send it again in 7 minutes."
    )
    assert Submission.objects.count() == FORMS_AT_MOST


@pytest.mark.parametrize(("after", "recorded"), [(FORMS_WITHIN - SECOND, 0), (FORMS_WITHIN, 1)])
def test_ten_minutes_later_to_the_second_another_is(
    pat: Employee, offer: Offer, portal_clock: SetClock, after: timedelta, recorded: int
) -> None:
    fill(pat, offer)
    portal_clock.set(portal_clock.instant + after)
    send(pat, offer)
    assert Submission.objects.count() == FORMS_AT_MOST + recorded


def test_what_was_sent_before_gives_its_receipt_all_the_same(pat: Employee, offer: Offer) -> None:
    first = signed(Election({"0001": Choice.EXCHANGE}))
    assert isinstance(send(pat, offer, first), Recorded)
    for _ in range(FORMS_AT_MOST):
        send(pat, offer)
    again = send(pat, offer, first)
    assert isinstance(again, Recorded)
    assert again.already


def test_late_forms_are_counted_too(pat: Employee, offer: Offer, portal_clock: SetClock) -> None:
    portal_clock.set(EXPIRATION)
    fill(pat, offer)
    assert isinstance(send(pat, offer), Refused)


def test_nobodys_forms_are_refused_for_somebody_elses(pat: Employee, offer: Offer) -> None:
    fill(pat, offer)
    other = make_employee()
    assert elect(other, make_grant(other)).timely


def test_what_came_on_paper_is_not_counted(pat: Employee, offer: Offer) -> None:
    for _ in range(FORMS_AT_MOST):
        on_paper(pat, Decline(), received_at=offer.expiration - timedelta(days=6))
    assert isinstance(send(pat, offer), Recorded)
