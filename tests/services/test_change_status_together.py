"""Changes of status that meet another, or an extension; each guard is also shown switched off."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from elections import clock, queries
from elections.core.instants import instant_label
from elections.core.problems import Code
from elections.models import Employee, Offer, StatusChange
from elections.services import change_status as module
from elections.services.change_status import NotChanged, StatusChanged, Wish, change_status
from elections.services.extend import extend_held
from elections.services.locks import hold_offer
from elections.services.status import standing_of
from tests.concurrency import PATIENCE, at_once, clients, wait_until_blocked
from tests.factory import make_employee, make_offer, make_user

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

Outcome = StatusChanged | NotChanged


@pytest.fixture
def open_offer() -> Offer:
    return make_offer(expiration=clock.database_clock() + timedelta(hours=1))


def asking(employee: Employee, **new: Any) -> Callable[[], Outcome]:
    """Somebody of HR who has the person's page open, as it was at this moment."""
    actor = make_user()
    wish = Wish(expected=standing_of(employee), new=new, reason="Told by phone.")
    return lambda: change_status(actor=actor, employee=employee, wish=wish)


def test_of_two_who_change_at_once_one_is_told(open_offer: Offer) -> None:
    employee = make_employee()

    outcomes = at_once([asking(employee, country="GB"), asking(employee, is_director=True)])

    [refused] = [one for one in outcomes if isinstance(one, NotChanged)]
    assert [problem.code for problem in refused.problems] == [Code.STATUS_CHANGED_MEANWHILE]
    assert StatusChange.objects.count() == 1


def test_without_the_lock_both_decide_upon_a_roster_that_neither_left(
    open_offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    employee, both_read = make_employee(), threading.Barrier(2)

    def read_only(key: int) -> Employee:
        person = Employee.objects.get(pk=key)
        both_read.wait(PATIENCE)
        return person

    monkeypatch.setattr(module, "lock_employee", read_only)
    at_once(
        [asking(employee, left_on=date(2003, 1, 9)), asking(employee, left_on=date(2003, 1, 8))]
    )

    # Each says that there was no last day before, and one of them is wrong.
    assert [change.before for change in StatusChange.objects.all()] == [{"left_on": None}] * 2


def told_beside_an_extension(offer: Offer, meanwhile: Callable[[Future[Outcome]], object]) -> str:
    """What someone eligible again is told by a change made while HR extends by a week.

    `meanwhile` is called before the extension commits, with the change under way.
    """
    employee, actor = make_employee(country="GB"), make_user()
    ask, current = asking(employee, country="US"), queries.deadline_in_force(offer)
    with clients(1) as client:
        with transaction.atomic():
            extend_held(
                actor=actor,
                offer=hold_offer(offer.pk),
                expected=current,
                expiration=current + timedelta(days=7),
                reason="A storm.",
            )
            change = client(ask)
            meanwhile(change)
        outcome = change.result(PATIENCE)
    assert isinstance(outcome, StatusChanged)
    return outcome.change.effect


def deadline_label(offer: Offer) -> str:
    fresh = Offer.objects.get(pk=offer.pk)
    deadline = queries.deadline_in_force(fresh)
    return instant_label(deadline, zone=fresh.zone, second_zone=fresh.second_zone)


def test_a_change_waits_for_an_extension_and_names_the_new_deadline(open_offer: Offer) -> None:
    effect = told_beside_an_extension(open_offer, lambda change: wait_until_blocked())

    assert deadline_label(open_offer) in effect


def test_without_sharing_the_offer_a_deadline_that_is_past_is_named(
    open_offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = deadline_label(open_offer)
    monkeypatch.setattr(module, "share_offer", lambda key: None)

    effect = told_beside_an_extension(open_offer, lambda change: change.result(PATIENCE))

    assert old in effect
    assert deadline_label(open_offer) != old
