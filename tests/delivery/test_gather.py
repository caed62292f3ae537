"""From the record to the mail: what was frozen is told as frozen, the rest as it stood."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from elections.core.terms import Choice
from elections.delivery.facts import (
    ExtensionFacts,
    FormFacts,
    FormKind,
    FormReference,
    IrregularityFacts,
    LineFacts,
)
from elections.delivery.gather import envelope_of, facts_of
from elections.models import Employee, Grant, Offer, OutboxMessage, Plan, Submission
from elections.models.outbox import MailKind
from elections.models.submission import Verdict
from elections.services.extend import extend_offer
from elections.services.review import review_submission
from tests.factory import EXPIRATION, decline, elect, make_grant, make_user, withdraw
from tests.portal import SetClock


def mail_of(submission: Submission) -> OutboxMessage:
    return OutboxMessage.objects.get(kind=MailKind.RECEIPT, submission=submission)


def confirmation_of(submission: Submission) -> FormFacts:
    facts = facts_of(mail_of(submission))
    assert isinstance(facts, FormFacts)
    return facts


def reference(submission: Submission) -> FormReference:
    return FormReference(
        kind=FormKind(submission.kind),
        receipt=submission.receipt,
        received_at=submission.received_at,
    )


@pytest.fixture
def grant(employee: Employee) -> Grant:
    return employee.grants.get(number="001204")


def test_a_confirmation_is_the_form_as_received(
    employee: Employee, grant: Grant, settings: Any, portal_clock: SetClock
) -> None:
    kept = make_grant(employee, "001377", exercise_price=Decimal("12.0625"))
    submission = elect(employee, grant, keep=(kept,))
    facts = confirmation_of(submission)
    assert (facts.kind, facts.timely, facts.paper) == (FormKind.ELECTION, True, None)
    assert facts.receipt == submission.receipt
    assert facts.received_at == portal_clock.instant
    assert facts.deadline == EXPIRATION
    assert (facts.employee_name, facts.employee_number) == ("Pat Example", employee.number)
    assert facts.signature == "Pat Example"
    assert facts.digest == submission.digest
    assert facts.offer.law_email == settings.PORTAL_LAW_EMAIL
    assert facts.offer.portal_url == settings.PORTAL_BASE_URL.rstrip("/")
    assert {line.grant_number: (line.choice, line.required) for line in facts.lines} == {
        "001204": (Choice.EXCHANGE, False),
        "001377": (Choice.KEEP, False),
        "002051": (Choice.EXCHANGE, True),
    }
    line: LineFacts = facts.lines[0]
    assert (line.plan, line.outstanding, line.new_shares) == ("2000 Stock Plan", 334, 251)


def test_what_changes_on_the_roster_later_changes_no_confirmation(
    employee: Employee, grant: Grant
) -> None:
    submission = elect(employee, grant)
    before = confirmation_of(submission)
    Employee.objects.update(name="Somebody Else", email="else@example.com")
    Grant.objects.update(exercise_price=Decimal("99"), granted=5000)
    assert confirmation_of(submission) == before


def test_a_plan_that_is_gone_is_named_by_its_code(employee: Employee, grant: Grant) -> None:
    submission = elect(employee, grant)
    Plan.objects.filter(code="2000").update(code="2000-old")
    assert {line.plan for line in confirmation_of(submission).lines} == {"2000"}


def test_a_second_form_names_the_one_it_replaces(employee: Employee, grant: Grant) -> None:
    first = elect(employee, grant)
    second = withdraw(employee)
    facts = confirmation_of(second)
    assert facts.replaced == reference(first)
    assert all(line.choice == Choice.KEEP for line in facts.lines)
    assert all(line.withdrawn for line in facts.lines)
    assert confirmation_of(first).replaced is None


def test_a_late_form_names_the_one_that_governs(
    employee: Employee, grant: Grant, portal_clock: SetClock
) -> None:
    timely = elect(employee, grant)
    portal_clock.set(EXPIRATION)
    facts = confirmation_of(decline(employee))
    assert not facts.timely
    assert facts.replaced == reference(timely)


def irregularity_of(submission: Submission, reason: str = "Not signed.") -> IrregularityFacts:
    review_submission(
        actor=make_user(is_staff=True),
        submission=submission,
        verdict=Verdict.IRREGULAR,
        reason=reason,
    )
    message = OutboxMessage.objects.get(kind=MailKind.IRREGULAR, submission=submission)
    facts = facts_of(message)
    assert isinstance(facts, IrregularityFacts)
    return facts


def test_an_irregular_form_gives_way_to_the_one_before(
    employee: Employee, grant: Grant, portal_clock: SetClock
) -> None:
    first = elect(employee, grant)
    second = decline(employee)
    portal_clock.tick(hours=1)
    facts = irregularity_of(second)
    assert facts.form == reference(second)
    assert facts.reason == "Not signed."
    assert facts.decided_at == portal_clock.instant
    assert facts.governing == reference(first)
    assert facts.deadline == EXPIRATION


def test_what_counts_is_told_as_of_the_decision_however_late_the_mail_is(
    employee: Employee, grant: Grant, portal_clock: SetClock
) -> None:
    only = elect(employee, grant)
    portal_clock.tick(hours=1)
    facts = irregularity_of(only)
    portal_clock.tick(hours=1)
    elect(employee, grant)
    message = OutboxMessage.objects.get(kind=MailKind.IRREGULAR)
    assert facts_of(message) == facts
    assert facts.governing is None


def test_nobody_elses_form_is_named_as_the_one_that_counts(
    employee: Employee, grant: Grant, portal_clock: SetClock
) -> None:
    from tests.factory import make_employee

    other = make_employee()
    elect(other, make_grant(other))
    assert irregularity_of(elect(employee, grant)).governing is None


def test_an_extension_is_told_to_each_with_both_dates(
    employee: Employee, offer: Offer, portal_clock: SetClock
) -> None:
    later = EXPIRATION + timedelta(days=84)
    extend_offer(
        actor=make_user(is_staff=True),
        offer=offer,
        expected=EXPIRATION,
        expiration=later,
        reason="More time to decide.",
    )
    (message,) = OutboxMessage.objects.filter(employee=employee)
    facts = facts_of(message)
    assert isinstance(facts, ExtensionFacts)
    assert (facts.previous_expiration, facts.expiration) == (EXPIRATION, later)
    assert facts.employee_name == "Pat Example"
    assert facts.eligible
    assert facts.announced_at == portal_clock.instant


def test_an_extension_is_told_to_a_leaver_as_to_one_who_is_only_on_record(
    employee: Employee, grant: Grant, offer: Offer, portal_clock: SetClock
) -> None:
    elect(employee, grant)
    Employee.objects.update(left_on=date(2003, 1, 14))
    extend_offer(
        actor=make_user(is_staff=True),
        offer=offer,
        expected=EXPIRATION,
        expiration=EXPIRATION + timedelta(days=7),
        reason="More time to decide.",
    )
    facts = facts_of(OutboxMessage.objects.get(employee=employee, kind=MailKind.EXTENSION))
    assert isinstance(facts, ExtensionFacts)
    assert not facts.eligible


def test_the_envelope_is_written_by_the_row_and_the_settings(
    receipt: OutboxMessage, settings: Any
) -> None:
    written_at = datetime(2003, 1, 15, 18, tzinfo=UTC)
    envelope = envelope_of(receipt, written_at=written_at)
    assert envelope.message_id == receipt.message_id
    assert envelope.recipient == receipt.recipient
    assert envelope.sender == settings.DEFAULT_FROM_EMAIL
    assert envelope.reply_to == settings.PORTAL_LAW_EMAIL
    assert envelope.written_at == written_at
