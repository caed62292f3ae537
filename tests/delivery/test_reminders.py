"""What a reminder says, and that it says it as things stand when it is written."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from elections.delivery.facts import ReminderFacts
from elections.delivery.mail import compose
from elections.delivery.notices import reminder_letter
from elections.delivery.sweep import sweep
from elections.models import Offer, OutboxMessage, RenderedMail
from elections.services.extend import extend_offer
from elections.services.remind import remind_now
from tests.delivery.forms import DEADLINE, RECEIVED, envelope, offer_facts
from tests.factory import EXPIRATION, make_employee, make_grant, make_user

UNTIL = "9:00 PM PST on January 20, 2003 (midnight Eastern)"
FACTS = ReminderFacts(
    offer=offer_facts(), employee_name="Pat Example", deadline=DEADLINE, written_at=RECEIVED
)


def text_of(mime: bytes) -> str:
    body = message_from_bytes(mime, _class=EmailMessage, policy=default).get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def test_a_reminder_names_the_deadline_and_what_can_be_done_and_presses_nobody() -> None:
    letter = reminder_letter(FACTS)

    assert letter.subject == f"Reminder: the offer ends at {UNTIL}"
    text = text_of(compose(FACTS, envelope()))
    for expected in (
        "Dear Pat Example,",
        "and we have no form of yours.",
        f"A form counts only if it is received before {UNTIL}.",
        "The offer is voluntary.",
        "If you do nothing, you keep all of your grants.",
        "https://options.example.com/election/",
        "Vincent Roth, Michael Oswald or Lantronix Law Department (law@example.com)",
    ):
        assert expected in text, expected


def test_a_name_from_the_roster_cannot_add_a_line_to_a_reminder() -> None:
    facts = ReminderFacts(
        offer=FACTS.offer, employee_name="Pat\nBcc: x", deadline=DEADLINE, written_at=RECEIVED
    )

    assert reminder_letter(facts).addressee == "Pat Bcc: x"


def test_a_reminder_that_leaves_after_an_extension_names_the_new_deadline(offer: Offer) -> None:
    person = make_employee()
    make_grant(person)
    remind_now(actor=make_user(), offer=offer, seen=0)
    extend_offer(
        actor=make_user(),
        offer=offer,
        expected=EXPIRATION,
        expiration=EXPIRATION + timedelta(days=7),
        reason="A storm.",
    )

    sweep(grace=timedelta(0))

    reminder = OutboxMessage.objects.get(kind="reminder")
    text = text_of(bytes(RenderedMail.objects.get(message=reminder).mime))
    assert "before 9:00 PM PST on January 27, 2003 (midnight Eastern)" in text
    assert "January 20" not in text
