"""What people are told when the roster changes how they stand in the offer."""

from __future__ import annotations

from datetime import date, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from elections.core.status_words import Difference, differences
from elections.delivery.facts import StatusFacts
from elections.delivery.gather import facts_of
from elections.delivery.mail import compose
from elections.delivery.sweep import sweep
from elections.models import Employee, Offer, OutboxMessage, RenderedMail, StatusChange
from elections.models.outbox import MailState
from elections.services.change_status import StatusChanged, Wish, change_status
from elections.services.mail import hold_mail
from elections.services.status import standing_of
from tests.delivery.forms import envelope
from tests.delivery.mails import STATUS
from tests.delivery.post_office import PostOffice
from tests.factory import elect, extend, make_employee, make_grant, make_user, withdraw
from tests.portal import SetClock


def words(mime: bytes, part: str = "plain") -> str:
    mail = message_from_bytes(mime, _class=EmailMessage, policy=policy.default)
    body = mail.get_body((part,))
    assert body is not None
    return " ".join(body.get_content().split())


def leave(employee: Employee) -> StatusChange:
    """HR notes that this person left on January 10."""
    outcome = change_status(
        actor=make_user(),
        employee=employee,
        wish=Wish(
            expected=standing_of(employee),
            new={"left_on": date(2003, 1, 10)},
            reason="Told by phone.",
        ),
    )
    assert isinstance(outcome, StatusChanged)
    return outcome.change


def test_the_mail_says_what_changed_what_that_does_and_whom_to_ask() -> None:
    text = words(compose(STATUS, envelope()))

    for expected in (
        "Dear Pat Example,",
        "What our records say of you has changed.",
        "WHAT OUR RECORDS SAY NOW Last day employed: January 10, 2003 (before: none).",
        "WHAT THIS MEANS FOR YOU By our records this offer is not open to you any more."
        " Options stay yours.",
        "https://options.example.com/submissions/",
        "please write to Human Resources (hr@example.com)",
        "Vincent Roth, Michael Oswald or Lantronix Law Department (law@example.com)",
    ):
        assert expected in text, expected
    assert "<p>Options stay yours.</p>" in words(compose(STATUS, envelope()), "html")


def test_the_subject_says_that_it_is_about_the_offer_and_names_nobody() -> None:
    mail = message_from_bytes(compose(STATUS, envelope()), policy=policy.default)

    assert mail["Subject"] == (
        "A change in our records: what it means for you in the Voluntary Stock Option Exchange"
        " Program"
    )


def test_each_column_is_said_in_words() -> None:
    before = {
        "country": "US",
        "employment": "regular",
        "hired_on": "2001-03-01",
        "left_on": None,
        "is_director": False,
        "is_executive_officer": True,
        "on_leave": False,
    }
    after = {
        "country": "GB",
        "employment": "intern",
        "hired_on": "2001-03-02",
        "left_on": "2003-01-10",
        "is_director": True,
        "is_executive_officer": False,
        "on_leave": True,
    }

    assert [f"{one.label}: {one.before}, {one.after}" for one in differences(before, after)] == [
        "Country of work: the U.S., GB",
        "Employment type: regular, intern",
        "Hire date: March 1, 2001, March 2, 2001",
        "Last day employed: none, January 10, 2003",
        "Director: no, yes",
        "Executive officer: yes, no",
        "On a leave of absence: no, yes",
    ]
    assert differences({"country": "US"}, {"country": "GB"}) == (
        Difference("Country of work", "the U.S.", "GB"),
    )


def test_a_mail_that_leaves_late_says_what_the_change_did_when_it_was_recorded(
    offer: Offer, portal_clock: SetClock
) -> None:
    employee = make_employee()
    submission = elect(employee, make_grant(employee))
    change = leave(employee)
    portal_clock.tick(minutes=1)
    withdraw(employee)
    extend(offer)

    facts = facts_of(OutboxMessage.objects.get(kind="status"))

    assert isinstance(facts, StatusFacts)
    assert facts.effect == change.effect
    assert submission.receipt in facts.effect
    assert "January 20, 2003" in facts.effect
    assert facts.changes == (Difference("Last day employed", "none", "January 10, 2003"),)


def test_the_exact_words_recorded_are_sent_and_kept(offer: Offer, post_office: PostOffice) -> None:
    employee = make_employee()
    change = leave(employee)

    sweep(grace=timedelta(0))

    mail = OutboxMessage.objects.get(kind="status")
    kept = bytes(RenderedMail.objects.get(message=mail).mime)
    assert mail.state == MailState.SENT
    assert [kept] == post_office.received
    assert " ".join(change.effect.split()) in words(kept)


def test_staff_can_hold_it(offer: Offer) -> None:
    leave(make_employee())

    hold_mail(actor=make_user(), mails=OutboxMessage.objects.all())

    assert OutboxMessage.objects.get().state == MailState.HELD


@pytest.mark.parametrize("name", ["Pat\r\nBcc: x@example.com", "Pat\u202eExample"])
def test_a_name_from_the_roster_cannot_forge_a_line(offer: Offer, name: str) -> None:
    leave(make_employee(name=name))

    text = words(compose(facts_of(OutboxMessage.objects.get()), envelope()))

    assert name not in text
    assert "Dear Pat" in text
