"""Several sweepers at once, and people who answer while a reminder runs."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core import mail

from elections import clock
from elections.delivery import deliver as delivery
from elections.delivery.deliver import Outcome
from elections.delivery.sweep import sweep
from elections.models import Employee, Offer, OutboxMessage, Reminder, Submission
from elections.models.outbox import MailState
from elections.services import remind
from elections.services.remind import run_due_reminders, set_reminder_date
from tests.concurrency import PATIENCE, at_once, clients
from tests.factory import (
    DURING_OFFER,
    decline,
    elect,
    make_employee,
    make_grant,
    make_offer,
    make_user,
)
from tests.portal import SetClock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def offer(transactional_db: None, portal_clock: SetClock) -> Offer:
    return make_offer()


@pytest.fixture
def due(offer: Offer, portal_clock: SetClock) -> None:
    """A date that has come."""
    at = DURING_OFFER + timedelta(hours=1)
    set_reminder_date(actor=make_user(), offer=offer, remind_at=at)
    portal_clock.set(at)


def make_holder() -> Employee:
    person = make_employee()
    make_grant(person)
    return person


def addresses() -> list[str]:
    return sorted(message.to[0] for message in mail.outbox)


def test_ten_sweepers_run_one_date_once(due: None) -> None:
    person = make_holder()

    outcomes = at_once([run_due_reminders] * 10)

    assert sorted(len(outcome) for outcome in outcomes) == [0] * 9 + [1]
    assert Reminder.objects.count() == 1
    assert OutboxMessage.objects.get().employee == person


@pytest.mark.postgres
def test_without_the_lock_the_database_still_lets_one_date_run_only_once(
    due: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_holder()
    everyone_in = threading.Barrier(3)

    def nobody_waits(offer_id: int) -> Offer:
        return Offer.objects.get(pk=offer_id)

    people_to_remind = remind.queries.people_to_remind

    def all_before_any_writes(*args: object, **how: object) -> object:
        everyone_in.wait(PATIENCE)
        return people_to_remind(*args, **how)

    monkeypatch.setattr(remind, "_one_at_a_time", nobody_waits)
    monkeypatch.setattr(remind.queries, "people_to_remind", all_before_any_writes)

    outcomes = at_once([run_due_reminders] * 3)

    assert sum(isinstance(outcome, Exception) for outcome in outcomes) == 2
    assert OutboxMessage.objects.count() == 1


def test_whoever_answers_between_the_run_and_the_delivery_gets_none(
    due: None, portal_clock: SetClock
) -> None:
    silent, answers = make_holder(), make_holder()
    run_due_reminders()
    decline(answers)
    OutboxMessage.objects.filter(kind="receipt").delete()

    outcomes = sweep(grace=timedelta(0))

    assert outcomes == {Outcome.SENT: 1, Outcome.DROPPED: 1}
    assert addresses() == [silent.email]
    dropped = OutboxMessage.objects.get(employee=answers)
    assert (dropped.state, dropped.sent_at) == (MailState.DROPPED, None)
    assert dropped.last_error == "This person answered before the reminder went out."
    assert sweep(grace=timedelta(0)) == {}


def test_without_the_second_look_they_would_be_reminded(
    due: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = make_holder()
    run_due_reminders()
    decline(answers)
    OutboxMessage.objects.filter(kind="receipt").delete()
    monkeypatch.setattr(delivery, "no_longer_needed", lambda message: "")

    sweep(grace=timedelta(0))

    assert addresses() == [answers.email]


@pytest.mark.postgres
def test_a_form_does_not_wait_for_a_reminder_that_runs(
    due: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent, answers = make_holder(), make_holder()
    queued, answered = threading.Event(), threading.Event()
    post = remind.outbox.post_reminder

    def post_and_wait(*args: object) -> int:
        count: int = post(*args)
        queued.set()
        assert answered.wait(PATIENCE)
        return count

    monkeypatch.setattr(remind.outbox, "post_reminder", post_and_wait)
    with clients(1) as client:
        run = client(run_due_reminders)
        assert queued.wait(PATIENCE)
        elect(answers, answers.grants.get())
        answered.set()
        (reminder,) = run.result(PATIENCE)
    assert reminder.people == 2
    OutboxMessage.objects.filter(kind="receipt").delete()

    sweep(grace=timedelta(0))

    assert addresses() == [silent.email]


@pytest.mark.postgres
def test_people_answer_while_a_reminder_runs_and_is_delivered(due: None) -> None:
    silent = [make_holder() for _ in range(6)]
    answering = [make_holder() for _ in range(6)]
    answered_at: dict[str, int] = {}

    def answer(person: Employee) -> None:
        elect(person, person.grants.get())
        answered_at[person.email] = len(mail.outbox)

    def run() -> None:
        run_due_reminders()
        for key in OutboxMessage.objects.filter(kind="reminder").values_list("pk", flat=True):
            delivery.deliver(key)

    works = [lambda person=person: answer(person) for person in answering]
    outcomes = at_once([run, *works])

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert Submission.objects.count() == 6
    reminders = [m for m in mail.outbox if m.subject.startswith("Reminder: ")]
    got = {m.to[0]: mail.outbox.index(m) for m in reminders}
    got = {
        message.to[0]: index for index, message in enumerate(mail.outbox) if message in reminders
    }
    assert {person.email for person in silent} <= set(got)
    for person in answering:
        # Whoever was reminded was so before their form was on record.
        if person.email in got:
            assert got[person.email] <= answered_at[person.email]
    assert len(reminders) == len(got)


def test_a_reminder_whose_offer_ended_meanwhile_is_dropped(
    due: None, portal_clock: SetClock, offer: Offer
) -> None:
    make_holder()
    run_due_reminders()
    portal_clock.set(offer.expiration)

    assert sweep(grace=timedelta(0)) == {Outcome.DROPPED: 1}
    assert OutboxMessage.objects.get().last_error == (
        "The offer ended before this reminder went out."
    )


def test_a_reminder_of_someone_who_left_meanwhile_is_dropped(
    due: None, portal_clock: SetClock
) -> None:
    person = make_holder()
    run_due_reminders()
    Employee.objects.filter(pk=person.pk).update(left_on=clock.now().date() - timedelta(days=1))

    assert sweep(grace=timedelta(0)) == {Outcome.DROPPED: 1}
