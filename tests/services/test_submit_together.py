"""Forms that arrive together, on a real PostgreSQL; each guard is also shown switched off."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from elections import clock, queries
from elections.core.terms import Choice
from elections.models import Employee, Offer, OutboxMessage, Submission
from elections.services import extend, submit
from elections.services.answers import Decline, Election
from elections.services.extend import Extended, extend_offer
from elections.services.locks import lock_employee
from elections.services.submit import Outcome, Recorded, SignedForm, Stale, submit_form
from tests.concurrency import PATIENCE, THOSE_WHO_WAIT, at_once, clients, wait_until_blocked
from tests.factory import make_employee, make_grant, make_offer, make_user, signed

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_offer() -> Offer:
    """An offer that is open by the database's own clock, for another hour."""
    return make_offer(expiration=clock.database_clock() + timedelta(hours=1))


@pytest.fixture
def employee(open_offer: Offer) -> Employee:
    employee = make_employee()
    make_grant(employee, "0001")
    return employee


def send(employee: Employee, offer: Offer, form: SignedForm) -> Outcome:
    assert employee.user is not None
    return submit_form(actor=employee.user, employee=employee, offer=offer, form=form)


def election() -> SignedForm:
    return signed(Election({"0001": Choice.EXCHANGE}))


def without_the_lock(monkeypatch: pytest.MonkeyPatch, clients_at_once: int) -> None:
    """Read the employee without locking, and let all clients be judged before any goes on."""
    everyone_judged = threading.Barrier(clients_at_once)
    append = submit.append_submission

    def append_once_all_are_judged(*form: Any, **about: Any) -> Submission:
        everyone_judged.wait(PATIENCE)
        return append(*form, **about)

    monkeypatch.setattr(submit, "lock_employee", lambda key: Employee.objects.get(pk=key))
    monkeypatch.setattr(submit, "append_submission", append_once_all_are_judged)


def test_of_two_forms_sent_at_once_one_counts_and_the_other_is_shown_it(
    employee: Employee, open_offer: Offer
) -> None:
    forms = [election(), signed(Decline())]

    outcomes = at_once([lambda form=form: send(employee, open_offer, form) for form in forms])

    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    assert kinds == ["Recorded", "Stale"]
    recorded = Submission.objects.get()
    assert Stale(recorded) in outcomes
    assert OutboxMessage.objects.count() == 1


def test_without_the_lock_two_forms_at_once_end_in_an_error(
    employee: Employee, open_offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_the_lock(monkeypatch, 2)
    forms = [election(), signed(Decline())]

    outcomes = at_once([lambda form=form: send(employee, open_offer, form) for form in forms])

    assert [type(o) for o in outcomes if isinstance(o, Exception)] == [IntegrityError]


def test_one_form_sent_ten_times_at_once_is_one_row_and_ten_equal_receipts(
    employee: Employee, open_offer: Offer
) -> None:
    form = election()

    outcomes = at_once([lambda: send(employee, open_offer, form)] * 10)

    recorded = Submission.objects.get()
    assert all(isinstance(o, Recorded) and o.submission == recorded for o in outcomes)
    assert sum(not o.already for o in outcomes if isinstance(o, Recorded)) == 1
    assert OutboxMessage.objects.count() == 1


def test_without_the_lock_only_the_unique_token_stands_between_ten_sendings(
    employee: Employee, open_offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_the_lock(monkeypatch, 10)
    form = election()

    outcomes = at_once([lambda: send(employee, open_offer, form)] * 10)

    assert Submission.objects.count() == 1
    assert any(isinstance(outcome, IntegrityError) for outcome in outcomes)


def waited_for_the_lock_past_the_deadline(employee: Employee, offer: Offer) -> Submission:
    """Send a form before the deadline whose turn comes after it."""
    Offer.objects.update(expiration=clock.database_clock() + timedelta(seconds=1))
    form = signed(Election({"0001": Choice.EXCHANGE}), arrived_at=datetime.now(UTC))
    with clients(1) as client:
        with transaction.atomic():
            lock_employee(employee.pk)
            sent = client(lambda: send(employee, offer, form))
            wait_until_blocked()
            offer.refresh_from_db()
            while clock.database_clock() < offer.expiration:
                time.sleep(0.05)
        outcome = sent.result(PATIENCE)
    assert isinstance(outcome, Recorded)
    return outcome.submission


def test_a_form_whose_turn_comes_after_the_deadline_is_late(
    employee: Employee, open_offer: Offer
) -> None:
    submission = waited_for_the_lock_past_the_deadline(employee, open_offer)

    assert submission.arrived_at < submission.deadline <= submission.received_at
    assert not submission.timely


def test_by_the_start_of_its_transaction_the_same_form_would_have_slipped_in(
    employee: Employee, open_offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start_of_transaction() -> datetime:
        with connection.cursor() as cursor:
            cursor.execute("SELECT now()")
            return cursor.fetchone()[0].astimezone(UTC)

    asked_for_the_deadline = clock.database_clock
    monkeypatch.setattr(submit.clock, "now", start_of_transaction)

    submission = waited_for_the_lock_past_the_deadline(employee, open_offer)

    assert submission.timely
    assert asked_for_the_deadline() > submission.deadline


def form_sent_during_an_extension(
    employee: Employee, offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> tuple[Submission, Extended]:
    """Send a form between the instant an extension is announced at and its commit."""
    announced, go_on = threading.Event(), threading.Event()
    post = extend.outbox.post_extension

    def pause_and_post(*args: Any) -> int:
        announced.set()
        assert go_on.wait(PATIENCE)
        return post(*args)

    monkeypatch.setattr(extend.outbox, "post_extension", pause_and_post)
    actor = make_user()
    with clients(2) as client:
        extended = client(
            lambda: extend_offer(
                actor=actor,
                offer=offer,
                expected=offer.expiration,
                expiration=offer.expiration + timedelta(days=7),
                reason="More time.",
            )
        )
        assert announced.wait(PATIENCE)
        sent = client(lambda: send(employee, offer, election()))
        until = time.monotonic() + 2
        while not sent.done() and time.monotonic() < until:
            time.sleep(0.05)
        go_on.set()
        outcome, extension = sent.result(PATIENCE), extended.result(PATIENCE)
    assert isinstance(outcome, Recorded)
    assert isinstance(extension, Extended)
    return outcome.submission, extension


def test_a_form_during_an_extension_is_judged_by_the_deadline_in_force_at_its_time(
    employee: Employee, open_offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission, extended = form_sent_during_an_extension(employee, open_offer, monkeypatch)

    assert submission.received_at > extended.extension.announced_at
    assert submission.deadline == extended.extension.expiration


def test_without_the_offers_lock_a_form_is_judged_by_a_deadline_no_longer_in_force(
    employee: Employee, open_offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submit, "share_offer", lambda offer_id: None)

    submission, extended = form_sent_during_an_extension(employee, open_offer, monkeypatch)

    offer = queries.current_offer()
    in_force = queries.deadline_in_force(offer, at=submission.received_at)
    assert in_force == extended.extension.expiration
    assert submission.deadline != in_force


def test_a_form_whose_connection_is_killed_is_tried_again_and_recorded_once(
    employee: Employee, open_offer: Offer
) -> None:
    form = election()
    with clients(1) as client:
        with transaction.atomic():
            lock_employee(employee.pk)
            sent = client(lambda: send(employee, open_offer, form))
            wait_until_blocked()
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_terminate_backend(pid) {THOSE_WHO_WAIT}")
        outcome = sent.result(PATIENCE)

    assert isinstance(outcome, Recorded)
    assert Submission.objects.get() == outcome.submission


def test_forms_of_different_people_do_not_wait_for_each_other(
    employee: Employee, open_offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_employee()
    make_grant(other, "0002")
    together = threading.Barrier(2)
    judge = submit.judge_answer

    def judge_together(*args: object, **kwargs: object) -> object:
        together.wait(PATIENCE)  # breaks unless both are inside at the same time
        return judge(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(submit, "judge_answer", judge_together)

    outcomes = at_once(
        [
            lambda: send(employee, open_offer, election()),
            lambda: send(other, open_offer, signed(Election({"0002": Choice.EXCHANGE}))),
        ]
    )

    assert all(isinstance(outcome, Recorded) for outcome in outcomes), outcomes
