"""Holding, releasing and retrying mail: which can be, what it does, who did it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from elections.delivery.deliver import Outcome, deliver
from elections.delivery.sweep import sweep
from elections.models import AuditEntry, Offer, OutboxMessage, User
from elections.models.outbox import MailState
from elections.services.extend import extend_offer
from elections.services.mail import Handled, hold_mail, release_mail, retry_mail
from tests.factory import DURING_OFFER, EXPIRATION, elect, make_employee, make_grant, make_user


@pytest.fixture
def hr(db: None) -> User:
    return make_user("hr@example.com", is_staff=True)


@pytest.fixture
def announced(offer: Offer, hr: User) -> OutboxMessage:
    """A mail that tells someone of an extension."""
    make_employee()
    extend_offer(
        actor=hr,
        offer=offer,
        expected=EXPIRATION,
        expiration=EXPIRATION + timedelta(days=7),
        reason="A storm.",
    )
    return OutboxMessage.objects.get()


def everything() -> Any:
    return OutboxMessage.objects.all()


def put(message: OutboxMessage, state: MailState, **changes: Any) -> None:
    OutboxMessage.objects.filter(pk=message.pk).update(state=state, **changes)


def state(message: OutboxMessage) -> str:
    message.refresh_from_db()
    return message.state


def test_what_is_held_is_not_sent_until_it_is_released(announced: OutboxMessage, hr: User) -> None:
    assert hold_mail(actor=hr, mails=everything()) == Handled(1, 0)
    assert deliver(announced.pk) is Outcome.NOT_TAKEN
    assert sweep(grace=timedelta(0)) == {}
    assert state(announced) == MailState.HELD

    assert release_mail(actor=hr, mails=everything()) == Handled(1, 0)

    assert sweep(grace=timedelta(0)) == {Outcome.SENT: 1}
    assert len(mail.outbox) == 1


def test_without_being_held_it_goes_out(announced: OutboxMessage) -> None:
    assert sweep(grace=timedelta(0)) == {Outcome.SENT: 1}


def test_a_confirmation_cannot_be_held(offer: Offer, hr: User) -> None:
    person = make_employee()
    elect(person, make_grant(person))

    assert hold_mail(actor=hr, mails=everything()) == Handled(0, 1)
    assert OutboxMessage.objects.get().state == MailState.WAITING
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("was", [s for s in MailState if s != MailState.WAITING])
def test_only_what_waits_can_be_held(announced: OutboxMessage, hr: User, was: MailState) -> None:
    put(announced, was, sent_at=DURING_OFFER)

    assert hold_mail(actor=hr, mails=everything()) == Handled(0, 1)
    assert state(announced) == was


@pytest.mark.parametrize("was", [s for s in MailState if s != MailState.HELD])
def test_only_what_is_held_can_be_released(
    announced: OutboxMessage, hr: User, was: MailState
) -> None:
    put(announced, was, sent_at=DURING_OFFER)

    assert release_mail(actor=hr, mails=everything()) == Handled(0, 1)
    assert state(announced) == was


@pytest.mark.parametrize("was", [MailState.FAILED, MailState.WAITING])
def test_what_was_not_delivered_is_tried_again_at_once(
    announced: OutboxMessage, hr: User, was: MailState
) -> None:
    put(announced, was, attempts=9, due_at=announced.due_at + timedelta(hours=1))
    assert deliver(announced.pk) is Outcome.NOT_TAKEN

    assert retry_mail(actor=hr, mails=everything()) == Handled(1, 0)

    assert deliver(announced.pk) is Outcome.SENT
    announced.refresh_from_db()
    assert announced.attempts == 1


@pytest.mark.parametrize(
    "was", [MailState.SENT, MailState.SENDING, MailState.DROPPED, MailState.HELD]
)
def test_what_is_sent_under_way_or_kept_back_is_not_tried_again(
    announced: OutboxMessage, hr: User, was: MailState
) -> None:
    put(announced, was, sent_at=DURING_OFFER)

    assert retry_mail(actor=hr, mails=everything()) == Handled(0, 1)
    assert state(announced) == was


def test_each_act_is_in_the_audit_log_with_its_mails(announced: OutboxMessage, hr: User) -> None:
    hold_mail(actor=hr, mails=everything())
    release_mail(actor=hr, mails=everything())
    retry_mail(actor=hr, mails=everything())

    entries = AuditEntry.objects.filter(act="mail").order_by("pk")
    assert [entry.subject for entry in entries] == [
        "1 mail held",
        "1 mail released",
        "1 mail tried again",
    ]
    assert {entry.actor for entry in entries} == {hr}
    assert {entry.rows for entry in entries} == {1}
    assert all(entry.details == {"mails": [announced.pk]} for entry in entries)


def test_only_the_mails_named_are_touched(offer: Offer, announced: OutboxMessage, hr: User) -> None:
    person = make_employee()
    other = elect(person, make_grant(person)).mails.get()
    put(other, MailState.FAILED)
    put(announced, MailState.FAILED)

    retry_mail(actor=hr, mails=everything().filter(pk=announced.pk))

    assert (state(announced), state(other)) == (MailState.WAITING, MailState.FAILED)


def test_a_worker_is_woken_for_what_is_released(
    announced: OutboxMessage, hr: User, committed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[int] = []
    monkeypatch.setattr("elections.services.mail.wake", woken.extend)
    with committed():
        hold_mail(actor=hr, mails=everything())
    assert woken == []

    with committed():
        release_mail(actor=hr, mails=everything())

    assert woken == [announced.pk]
