"""Answers kept from two windows at the same moment, on a real PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db.models.signals import post_save

from elections import clock
from elections.core.terms import Choice
from elections.models import Draft, Employee, Offer
from elections.services.answers import Election
from elections.services.drafts import keep_unfinished
from tests.concurrency import PATIENCE, at_once
from tests.factory import make_employee, make_offer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

WINDOWS = 4


@pytest.fixture
def offer() -> Offer:
    return make_offer()


@pytest.fixture
def employee(offer: Offer) -> Employee:
    return make_employee()


@contextmanager
def all_kept_before_any_goes_on() -> Iterator[None]:
    """Each window's draft is stored before one of them removes what it replaces."""
    stored = threading.Barrier(WINDOWS)

    def wait(**signal: Any) -> None:
        stored.wait(PATIENCE)

    post_save.connect(wait, sender=Draft)
    yield
    post_save.disconnect(wait, sender=Draft)


def keep(employee: Employee, offer: Offer) -> Draft:
    return keep_unfinished(
        employee=employee,
        offer=offer,
        answer=Election({"0001": Choice.EXCHANGE}),
        governing=None,
    )


def keep_and_remove_all_others(employee: Employee, offer: Offer) -> Draft:
    kept = Draft.objects.create(
        employee=employee,
        offer=offer,
        kind="election",
        answers={},
        shown={},
        created_at=clock.now(),
    )
    Draft.objects.exclude(pk=kept.pk).delete()
    return kept


def test_of_answers_kept_from_several_windows_at_once_the_newest_stay(
    employee: Employee, offer: Offer
) -> None:
    with all_kept_before_any_goes_on():
        kept = at_once([partial(keep, employee, offer)] * WINDOWS)

    newest = max(draft.pk for draft in kept)  # of the errors there would be no newest
    assert [draft.pk for draft in Draft.objects.all()] == [newest]


def test_if_each_removed_all_others_nothing_would_be_left(employee: Employee, offer: Offer) -> None:
    with all_kept_before_any_goes_on():
        kept = at_once([partial(keep_and_remove_all_others, employee, offer)] * WINDOWS)

    assert all(isinstance(draft, Draft) for draft in kept)
    assert not Draft.objects.exists()
