"""Paper keyed in by two at once, on a real PostgreSQL; the guard is also shown switched off."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from elections import clock
from elections.core.terms import Choice
from elections.models import Employee, Offer, Scan, Submission
from elections.services import paper, submit
from elections.services.answers import Decline, Election
from elections.services.ledger import broken_chains
from elections.services.paper import PaperForm, submit_paper
from elections.services.submit import Outcome, Recorded, Stale
from tests.concurrency import PATIENCE, at_once
from tests.factory import make_employee, make_grant, make_offer, make_user
from tests.papers import paper_form

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def offer() -> Offer:
    """An offer that is open by the database's own clock, for another hour."""
    return make_offer(expiration=clock.database_clock() + timedelta(hours=1))


@pytest.fixture
def employee(offer: Offer) -> Employee:
    employee = make_employee()
    make_grant(employee, "0001")
    return employee


def forms(employee: Employee) -> list[PaperForm]:
    """An election and a decline, received a minute apart and both checked before either counts."""
    lou, received = make_user("lou@example.com"), clock.now() - timedelta(minutes=10)
    answers = (Election({"0001": Choice.EXCHANGE}), Decline())
    return [
        paper_form(employee, answer, actor=lou, received_at=received + timedelta(minutes=number))
        for number, answer in enumerate(answers)
    ]


def send(employee: Employee, offer: Offer, form: PaperForm) -> Outcome:
    return submit_paper(actor=make_user(), employee=employee, offer=offer, paper=form)


def test_of_two_forms_keyed_in_at_once_one_is_recorded_and_the_other_checked_again(
    employee: Employee, offer: Offer
) -> None:
    outcomes = at_once([lambda form=form: send(employee, offer, form) for form in forms(employee)])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Recorded", "Stale"]
    assert Stale(Submission.objects.get()) in outcomes
    assert Scan.objects.count() == 1


def test_one_form_sent_twice_at_once_is_recorded_once(employee: Employee, offer: Offer) -> None:
    form = forms(employee)[0]

    outcomes = at_once([lambda: send(employee, offer, form)] * 2)

    assert sorted(outcome.already for outcome in outcomes if isinstance(outcome, Recorded)) == [
        False,
        True,
    ]
    assert Submission.objects.count() == Scan.objects.count() == 1
    assert list(broken_chains()) == []


def test_without_the_lock_two_forms_at_once_end_in_an_error(
    employee: Employee, offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone_judged = threading.Barrier(2)
    append = submit.append_submission

    def append_once_all_are_judged(*form: Any, **about: Any) -> Submission:
        everyone_judged.wait(PATIENCE)
        return append(*form, **about)

    monkeypatch.setattr(paper, "lock_employee", lambda key: Employee.objects.get(pk=key))
    monkeypatch.setattr(submit, "append_submission", append_once_all_are_judged)

    outcomes = at_once([lambda form=form: send(employee, offer, form) for form in forms(employee)])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["IntegrityError", "Recorded"]
    assert any(isinstance(outcome, IntegrityError) for outcome in outcomes)
