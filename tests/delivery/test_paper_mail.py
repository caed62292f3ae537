"""The confirmation of a form on paper: both times, and what counts although it came before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from elections.core.terms import Choice
from elections.delivery.confirmation import confirmation_letter
from elections.delivery.gather import facts_of
from elections.delivery.letter import Letter
from elections.delivery.pdf import render_pdf
from elections.models import Employee, Grant, Offer, OutboxMessage, Submission, User
from elections.services.answers import Election
from elections.services.extend import extend_offer
from tests.factory import DURING_OFFER, EXPIRATION, decline, make_user, withdraw
from tests.papers import on_paper
from tests.portal import SetClock

HOUR = timedelta(hours=1)


@pytest.fixture
def grant(employee: Employee) -> Grant:
    return employee.grants.get(number="001204")


@pytest.fixture
def election(grant: Grant) -> Election:
    return Election({grant.number: Choice.EXCHANGE})


@pytest.fixture
def hanna(offer: Offer) -> User:
    return make_user("hr@example.com")


def letter_of(submission: Submission) -> Letter:
    facts = facts_of(OutboxMessage.objects.get(submission=submission))
    assert render_pdf(facts)[:5] == b"%PDF-"
    return confirmation_letter(facts)


def rows_of(letter: Letter) -> dict[str, str]:
    return {row.label: row.value for row in letter.rows}


def test_it_says_on_paper_when_it_was_received_and_when_it_was_keyed_in(
    employee: Employee, election: Election
) -> None:
    letter = letter_of(on_paper(employee, election, received_at=DURING_OFFER - HOUR))

    rows = rows_of(letter)
    assert rows["Time of record"] == "Received at 9:00 AM PST on January 15, 2003 (12:00 PM EST)"
    assert rows["Form"] == (
        "Election, on paper, keyed in at 10:00 AM PST on January 15, 2003 (1:00 PM EST)"
    )
    assert letter.lead == (
        "We have received your election. You exchange 2 grants: 834 shares, for 626 new shares.",
    )
    assert letter.sections[1].title == "If you change your mind"


def test_overtaken_it_names_the_form_that_counts_first(
    employee: Employee, election: Election
) -> None:
    web = decline(employee)

    letter = letter_of(on_paper(employee, election, received_at=DURING_OFFER - HOUR))

    assert "does not count: what counts is your decision not to take part" in letter.lead[0]
    assert web.receipt in letter.lead[0]
    assert letter.lead[1].startswith("This is what the form on paper says: You exchange 2 grants")
    assert rows_of(letter)["Replaces"] == "Nothing, since a form received after it counts"


def test_what_is_submitted_after_it_was_keyed_in_does_not_change_its_confirmation(
    employee: Employee, election: Election, portal_clock: SetClock
) -> None:
    paper = on_paper(employee, election, received_at=DURING_OFFER - HOUR)
    before = letter_of(paper)
    portal_clock.tick(minutes=1)
    withdraw(employee)

    assert letter_of(paper) == before


def test_keyed_in_after_the_deadline_it_offers_no_change_that_would_be_late(
    employee: Employee, election: Election, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION)

    letter = letter_of(on_paper(employee, election, received_at=EXPIRATION - HOUR))

    titles = [section.title for section in letter.sections]
    assert "If you change your mind" not in titles
    assert "has passed: a new form would be late" in letter.sections[1].paragraphs[0]


def test_it_names_the_deadline_to_change_it_by_as_extended_meanwhile(
    employee: Employee, election: Election, offer: Offer, hanna: User, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION)
    later = EXPIRATION + timedelta(days=7)
    extend_offer(actor=hanna, offer=offer, expected=EXPIRATION, expiration=later, reason="Storm.")

    letter = letter_of(on_paper(employee, election, received_at=EXPIRATION - HOUR))

    assert "received before 9:00 PM PST on January 27" in letter.sections[1].paragraphs[0]
    assert rows_of(letter)["Deadline"].startswith("Before 9:00 PM PST on January 20")


def test_received_late_it_says_so_and_what_counts(
    employee: Employee, election: Election, portal_clock: SetClock
) -> None:
    web = decline(employee)
    portal_clock.set(EXPIRATION + 2 * HOUR)

    letter = letter_of(on_paper(employee, election, received_at=EXPIRATION + HOUR))

    assert letter.title == "Your election arrived late"
    assert "That is 1 hour after the deadline" in letter.lead[0]
    assert f"What counts is your earlier decision not to take part {web.receipt}" in letter.lead[1]
