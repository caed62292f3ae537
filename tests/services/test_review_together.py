"""Reviewers who ask at once, on a real PostgreSQL; each guard is also shown switched off."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import QuerySet

from elections import clock
from elections.models import Employee, Offer, ReviewDecision, ReviewHold, Submission, User
from elections.models.submission import Verdict
from elections.services import queue, review_clean
from elections.services.queue import take_next
from elections.services.review import review_submission
from elections.services.review_clean import find_clean_valid
from tests.concurrency import PATIENCE, at_once, clients, wait_until_blocked
from tests.factory import elect, make_employee, make_grant, make_offer, make_user

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_offer() -> Offer:
    return make_offer(expiration=clock.database_clock() + timedelta(hours=1))


@pytest.fixture
def forms(open_offer: Offer) -> list[Submission]:
    people = [make_employee(name="Pat Example") for _ in range(6)]
    return [elect(person, make_grant(person)) for person in people]


def takers(count: int, offer: Offer) -> list[Callable[[], Submission | None]]:
    reviewers = [make_user(f"law{number}@example.com") for number in range(count)]
    return [lambda law=law: take_next(actor=law, offer=offer) for law in reviewers]


def test_reviewers_who_ask_at_once_each_get_another_form(
    open_offer: Offer, forms: list[Submission]
) -> None:
    given = at_once(takers(6, open_offer))

    assert sorted(form.pk for form in given) == [form.pk for form in forms]
    assert ReviewHold.objects.values("reviewer").distinct().count() == 6


def test_one_form_is_given_to_one_of_those_who_ask(
    open_offer: Offer, forms: list[Submission]
) -> None:
    law = make_user()
    for form in forms[1:]:
        review_submission(actor=law, submission=form, verdict=Verdict.VALID, reason="")

    given = at_once(takers(6, open_offer))

    assert [form for form in given if form is not None] == [forms[0]]


def test_without_the_lock_two_reviewers_read_the_same_form(
    open_offer: Offer, forms: list[Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    both_looked, hold = threading.Barrier(2), queue._hold

    def hold_late(form: Submission, reviewer: User) -> None:
        both_looked.wait(PATIENCE)
        hold(form, reviewer)

    monkeypatch.setattr(queue, "hold_queue", lambda offer: None)
    monkeypatch.setattr(queue, "_hold", hold_late)

    assert at_once(takers(2, open_offer)) == [forms[0], forms[0]]


def test_whoever_waits_for_a_colleague_looks_only_then(
    open_offer: Offer, forms: list[Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    colleague, mine = takers(2, open_offer)
    hold, waiting = queue._hold, []

    with clients(1) as client:

        def hold_while_somebody_waits(form: Submission, reviewer: User) -> None:
            if not waiting:
                waiting.append(client(colleague))
                wait_until_blocked()
            hold(form, reviewer)

        monkeypatch.setattr(queue, "_hold", hold_while_somebody_waits)

        assert (mine(), waiting[0].result(PATIENCE)) == (forms[0], forms[1])


def test_clean_forms_confirmed_by_two_at_once_are_decided_on_once(
    open_offer: Offer, forms: list[Submission]
) -> None:
    keys = {form.pk for form in forms}
    reviewers = [make_user(), make_user()]

    found = at_once(
        [
            lambda law=law: find_clean_valid(actor=law, offer=open_offer, forms=keys)
            for law in reviewers
        ]
    )

    assert sorted((len(f.decisions), f.left) for f in found) == [(0, 6), (6, 0)]
    assert ReviewDecision.objects.count() == 6


def test_without_the_persons_lock_each_form_is_decided_on_twice(
    open_offer: Offer, forms: list[Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    both_looked = threading.Barrier(2)

    def read(people: QuerySet[Employee], **options: object) -> QuerySet[Employee]:
        return people

    sort = review_clean._sort

    def sort_together(*arguments: object, **options: object) -> object:
        both_looked.wait(PATIENCE)
        return sort(*arguments, **options)

    monkeypatch.setattr(QuerySet, "select_for_update", read)
    monkeypatch.setattr(review_clean, "_sort", sort_together)
    keys = {form.pk for form in forms}
    reviewers = [make_user(), make_user()]

    at_once(
        [
            lambda law=law: find_clean_valid(actor=law, offer=open_offer, forms=keys)
            for law in reviewers
        ]
    )

    assert ReviewDecision.objects.count() == 12
