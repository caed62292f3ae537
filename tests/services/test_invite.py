"""Inviting: whom, once each, again for one, and never somebody who has found the way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from elections import queries
from elections.core.problems import Code
from elections.delivery.sweep import sweep
from elections.models import AuditEntry, Employee, Invitation, Offer, OutboxMessage, User
from elections.models.outbox import MailState
from elections.services.invite import Invited, NotInvited, invite_again, invite_people
from tests.factory import DURING_OFFER, make_employee, make_user
from tests.portal import SetClock


@pytest.fixture
def hr(db: None) -> User:
    return make_user("hr@example.com", is_staff=True)


def invited() -> list[Employee]:
    return [mail.employee for mail in OutboxMessage.objects.filter(kind="invitation")]


def codes(outcome: object) -> list[str]:
    assert isinstance(outcome, NotInvited), outcome
    return [problem.code for problem in outcome.problems]


def deliver() -> str:
    sweep(grace=timedelta(0))
    return OutboxMessage.objects.latest("pk").state


def test_whoever_has_an_account_and_never_used_it_is_invited_and_nobody_else(
    offer: Offer, hr: User, portal_clock: SetClock
) -> None:
    new, ineligible = make_employee(), make_employee(country="DE")
    make_employee(user=make_user(last_login=datetime(2003, 1, 1, tzinfo=UTC)))
    make_employee(user=make_user(is_active=False))
    make_employee(left_on=date(2003, 1, 14))
    leaves_today = make_employee(left_on=date(2003, 1, 15))
    nobodys = make_employee()
    Employee.objects.filter(pk=nobodys.pk).update(user=None)

    assert invite_people(actor=hr) == Invited(3)

    assert set(invited()) == {new, ineligible, leaves_today}
    entry = AuditEntry.objects.get(act="invitation")
    assert (entry.actor, entry.rows, entry.at) == (hr, 3, DURING_OFFER)
    first = Invitation.objects.get(employee=new)
    assert (first.number, first.invited_by, first.invited_at) == (1, hr, DURING_OFFER)


def test_each_person_is_invited_once_however_often_it_is_pressed(offer: Offer, hr: User) -> None:
    make_employee()
    invite_people(actor=hr)

    assert codes(invite_people(actor=hr)) == [Code.NOBODY_TO_INVITE]

    later = make_employee()
    assert invite_people(actor=hr) == Invited(1)
    assert invited().count(later) == 1
    assert AuditEntry.objects.filter(act="invitation").count() == 2


def test_the_database_itself_lets_nobody_be_invited_twice_at_once(offer: Offer, hr: User) -> None:
    person = make_employee()
    invite_people(actor=hr)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(employee=person, number=1, invited_at=DURING_OFFER)


def test_one_person_is_invited_again_on_purpose_and_not_by_pressing_twice(
    offer: Offer, hr: User
) -> None:
    person = make_employee()
    invite_people(actor=hr)

    assert invite_again(actor=hr, employee=person, seen=1) == Invited(1)
    assert codes(invite_again(actor=hr, employee=person, seen=1)) == [Code.INVITED_MEANWHILE]

    assert invited() == [person, person]
    assert len(set(OutboxMessage.objects.values_list("message_id"))) == 2
    assert AuditEntry.objects.latest("pk").subject == str(person)


def test_without_an_account_there_is_nothing_to_be_invited_to(offer: Offer, hr: User) -> None:
    person = make_employee(user=make_user(is_active=False))
    assert codes(invite_again(actor=hr, employee=person, seen=0)) == [Code.ACCOUNT_SWITCHED_OFF]
    assert invited() == []


def test_whoever_signs_in_before_the_mail_leaves_gets_none(offer: Offer, hr: User) -> None:
    person = make_employee()
    invite_people(actor=hr)
    User.objects.filter(employee=person).update(last_login=datetime.now(UTC))

    assert deliver() == MailState.DROPPED


def test_whoever_signed_in_before_can_be_invited_on_purpose(offer: Offer, hr: User) -> None:
    person = make_employee()
    User.objects.filter(employee=person).update(last_login=DURING_OFFER)
    person.refresh_from_db()
    assert not queries.people_to_invite(offer, at=DURING_OFFER).exists()
    invite_again(actor=hr, employee=person, seen=0)

    assert deliver() == MailState.SENT


def test_whose_account_is_switched_off_before_the_mail_leaves_gets_none(
    offer: Offer, hr: User
) -> None:
    person = make_employee()
    invite_people(actor=hr)
    User.objects.filter(employee=person).update(is_active=False)

    assert deliver() == MailState.DROPPED
