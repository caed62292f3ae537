"""What people are told when Law's decision changes whether their form counts."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from elections.delivery.facts import IrregularityFacts, ReinstatementFacts
from elections.delivery.gather import facts_of
from elections.delivery.mail import compose
from elections.models import Employee, Offer, OutboxMessage, Submission, User
from elections.models.submission import Verdict
from elections.services.review import review_submission
from tests.delivery.forms import DEADLINE, envelope
from tests.delivery.mails import LATER, REINSTATED, irregularity
from tests.factory import EXPIRATION, decline, elect, extend, make_employee, make_grant, make_user
from tests.portal import SetClock


def composed(facts: IrregularityFacts | ReinstatementFacts) -> EmailMessage:
    mail = message_from_bytes(compose(facts, envelope()), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def words(mail: EmailMessage) -> str:
    text = mail.get_body(("plain",))
    assert text
    return " ".join(text.get_content().split())


def test_a_reinstated_form_is_told_why_it_counts_and_what_can_be_done() -> None:
    mail = composed(REINSTATED)
    text = words(mail)

    assert mail["Subject"] == "Your election was reinstated: 2B8RT-51XKD-07"
    assert "which was late, and has reinstated it. It counts." in text
    assert "WHY The deadline was moved. Your form came before the new one." in text
    assert "This election is the form that counts for you." in text
    assert "so that it is received before 9:00 PM PST on January 20, 2003" in text
    assert "https://options.example.com/withdrawal/" in text
    assert "https://options.example.com/submissions/2B8RT-51XKD-07/" in text


def test_a_form_found_in_order_after_all_is_told_so() -> None:
    mail = composed(replace(REINSTATED, late=False))

    assert mail["Subject"] == "Your election counts after all: 2B8RT-51XKD-07"
    assert "and finds it in good order after all. It counts." in words(mail)
    assert "late" not in words(mail)


def test_where_a_later_form_governs_all_the_same_it_is_named() -> None:
    text = words(composed(replace(REINSTATED, governing=LATER)))

    assert "what you submitted after it: your election 7K3MQ-9WD4X-42, received on" in text
    assert "This election is the form that counts" not in text


def test_after_the_deadline_nothing_is_promised_that_cannot_be_done() -> None:
    text = words(composed(replace(REINSTATED, decided_at=DEADLINE)))

    assert "has passed: nothing can be changed any more" in text
    assert "/election/" not in text
    assert "/withdrawal/" not in text


def test_a_form_that_is_no_longer_reinstated_is_not_called_irregular() -> None:
    mail = composed(irregularity(reason="It was somebody else's.", stays_late=True))

    assert mail["Subject"] == "Your election does not count: 2B8RT-51XKD-07"
    assert "It stays late after all, and does not count." in words(mail)
    assert "irregular" not in words(mail)


@pytest.fixture
def law(db: None) -> User:
    return make_user("law@example.com")


def told(law: User, submission: Submission, verdict: Verdict) -> object:
    """What the mail of this decision says."""
    review_submission(actor=law, submission=submission, verdict=verdict, reason="Seen.")
    return facts_of(OutboxMessage.objects.order_by("pk").last())


def test_the_mails_of_a_late_form_are_gathered_as_things_stood_then(
    law: User, offer: Offer, portal_clock: SetClock
) -> None:
    employee = make_employee()
    portal_clock.set(EXPIRATION)
    late = elect(employee, make_grant(employee))
    extension = extend(offer)
    portal_clock.tick(minutes=1)

    reinstated = told(law, late, Verdict.REINSTATED)
    portal_clock.tick(minutes=1)
    gone_again = told(law, late, Verdict.LATE)

    assert isinstance(reinstated, ReinstatementFacts)
    assert (reinstated.late, reinstated.reason) == (True, "Seen.")
    assert reinstated.governing == reinstated.form
    assert reinstated.form.receipt == late.receipt
    assert reinstated.deadline == extension.expiration
    assert isinstance(gone_again, IrregularityFacts)
    assert (gone_again.stays_late, gone_again.governing) == (True, None)


def test_a_reversal_names_the_later_form_that_governs(
    law: User, offer: Offer, portal_clock: SetClock
) -> None:
    employee: Employee = make_employee()
    first = elect(employee, make_grant(employee))
    portal_clock.tick(minutes=1)
    second = decline(employee)
    told(law, first, Verdict.IRREGULAR)
    portal_clock.tick(minutes=1)

    facts = told(law, first, Verdict.VALID)

    assert isinstance(facts, ReinstatementFacts)
    assert not facts.late
    assert facts.governing.receipt == second.receipt
