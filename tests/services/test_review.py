"""Law's decisions: appended, reasoned, and never changing what was received."""

from __future__ import annotations

from datetime import timedelta

import pytest

from elections import queries
from elections.core.problems import Code
from elections.models import (
    AuditEntry,
    Employee,
    Offer,
    OutboxMessage,
    ReviewDecision,
    Submission,
    User,
)
from elections.models.submission import Verdict
from elections.services.review import Decided, NotDecided, review_submission
from tests.factory import (
    EXPIRATION,
    elect,
    extend,
    make_employee,
    make_grant,
    make_user,
    withdraw,
)
from tests.portal import SetClock


@pytest.fixture
def law(db: None) -> User:
    return make_user("law@example.com")


@pytest.fixture
def employee(offer: Offer) -> Employee:
    return make_employee()


def standing(submission: Submission) -> Submission:
    return queries.with_standing(Submission.objects.filter(pk=submission.pk)).get()


def test_an_irregular_form_no_longer_governs_and_the_earlier_one_does_again(
    law: User, employee: Employee, offer: Offer, portal_clock: SetClock
) -> None:
    grant = make_grant(employee)
    first = elect(employee, grant)
    portal_clock.tick(minutes=5)
    second = withdraw(employee)

    review_submission(
        actor=law, submission=second, verdict=Verdict.IRREGULAR, reason="Not your signature."
    )

    assert queries.governing_submission(offer, employee) == first
    assert standing(second).verdict == Verdict.IRREGULAR


def test_an_irregular_decision_is_mailed_to_the_employee(law: User, employee: Employee) -> None:
    submission = elect(employee, make_grant(employee))

    outcome = review_submission(
        actor=law, submission=submission, verdict=Verdict.IRREGULAR, reason="Unsigned copy."
    )

    assert isinstance(outcome, Decided)
    mail = OutboxMessage.objects.get(kind="irregular")
    assert (mail.decision, mail.recipient) == (outcome.decision, employee.email)


def test_a_valid_decision_is_recorded_without_a_mail(law: User, employee: Employee) -> None:
    submission = elect(employee, make_grant(employee))

    review_submission(actor=law, submission=submission, verdict=Verdict.VALID, reason="")

    assert ReviewDecision.objects.get().decided_by == law
    assert not OutboxMessage.objects.filter(kind="irregular").exists()
    assert standing(submission).counts


def test_the_last_decision_holds_and_the_earlier_ones_stay(
    law: User, employee: Employee, offer: Offer, portal_clock: SetClock
) -> None:
    submission = elect(employee, make_grant(employee))
    for verdict in (Verdict.IRREGULAR, Verdict.VALID):
        portal_clock.tick(minutes=1)
        review_submission(actor=law, submission=submission, verdict=verdict, reason="Seen again.")

    assert [d.verdict for d in submission.decisions.all()] == [Verdict.IRREGULAR, Verdict.VALID]
    assert queries.governing_submission(offer, employee) == submission


def test_a_late_form_counts_only_once_it_is_reinstated(
    law: User, employee: Employee, offer: Offer, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION + timedelta(seconds=1))
    late = elect(employee, make_grant(employee))
    review_submission(actor=law, submission=late, verdict=Verdict.LATE, reason="")
    assert queries.governing_submission(offer, employee) is None

    portal_clock.tick(minutes=1)
    extend(offer)
    review_submission(
        actor=law, submission=late, verdict=Verdict.REINSTATED, reason="The portal was down."
    )

    assert queries.governing_submission(offer, employee) == late
    late.refresh_from_db()
    assert not late.timely


@pytest.mark.parametrize("verdict", [Verdict.IRREGULAR, Verdict.REINSTATED])
def test_what_a_person_will_read_needs_a_reason(
    law: User, employee: Employee, offer: Offer, portal_clock: SetClock, verdict: Verdict
) -> None:
    if verdict == Verdict.REINSTATED:
        portal_clock.set(EXPIRATION)
    submission = elect(employee, make_grant(employee))
    if verdict == Verdict.REINSTATED:
        extend(offer)

    outcome = review_submission(actor=law, submission=submission, verdict=verdict, reason=" ")

    assert isinstance(outcome, NotDecided)
    assert [p.code for p in outcome.problems] == [Code.REASON_MISSING]
    assert not ReviewDecision.objects.exists()


def test_a_late_form_that_no_extension_covers_is_not_reinstated(
    law: User, employee: Employee, offer: Offer, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION + timedelta(days=1))
    late = elect(employee, make_grant(employee))
    again = {"actor": law, "submission": late, "verdict": Verdict.REINSTATED, "reason": "A storm."}

    without = review_submission(**again)
    portal_clock.set(EXPIRATION + timedelta(hours=1))
    extend(offer, EXPIRATION + timedelta(days=1))  # the form came at that very instant: still late
    at_the_instant = review_submission(**again)

    for refused in (without, at_the_instant):
        assert isinstance(refused, NotDecided)
        assert [p.code for p in refused.problems] == [Code.NO_EXTENSION_COVERS]
    extend(offer, EXPIRATION + timedelta(days=1, microseconds=1))
    assert isinstance(review_submission(**again), Decided)


def mails_about_decisions() -> list[tuple[str, str]]:
    mails = OutboxMessage.objects.exclude(kind__in=["receipt", "extension"]).order_by("pk")
    return [(mail.kind, mail.decision.verdict) for mail in mails.select_related("decision")]


def test_the_person_is_told_each_time_a_decision_changes_whether_the_form_counts(
    law: User, employee: Employee
) -> None:
    submission = elect(employee, make_grant(employee))

    for verdict in (Verdict.VALID, Verdict.IRREGULAR, Verdict.VALID, Verdict.VALID):
        review_submission(actor=law, submission=submission, verdict=verdict, reason="Seen.")

    assert mails_about_decisions() == [("irregular", "irregular"), ("reinstated", "valid")]


def test_the_person_of_a_late_form_is_told_of_its_coming_and_going(
    law: User, employee: Employee, offer: Offer, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION)
    late = elect(employee, make_grant(employee))
    extend(offer)

    for verdict in (Verdict.LATE, Verdict.REINSTATED, Verdict.LATE, Verdict.LATE):
        review_submission(actor=law, submission=late, verdict=verdict, reason="Seen.")

    assert mails_about_decisions() == [("reinstated", "reinstated"), ("irregular", "late")]


def test_a_decision_that_turns_another_round_needs_a_reason(
    law: User, employee: Employee, offer: Offer
) -> None:
    submission = elect(employee, make_grant(employee))
    review_submission(actor=law, submission=submission, verdict=Verdict.IRREGULAR, reason="Odd.")

    outcome = review_submission(actor=law, submission=submission, verdict=Verdict.VALID, reason="")

    assert isinstance(outcome, NotDecided)
    assert [p.code for p in outcome.problems] == [Code.REASON_MISSING]
    assert queries.governing_submission(offer, employee) is None


def test_a_late_form_is_never_just_valid(
    law: User, employee: Employee, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION)
    late = elect(employee, make_grant(employee))

    outcome = review_submission(actor=law, submission=late, verdict=Verdict.VALID, reason="Fine.")

    assert isinstance(outcome, NotDecided)
    assert [p.code for p in outcome.problems] == [Code.LATE_NOT_VALID]


def test_a_timely_form_cannot_be_reinstated(law: User, employee: Employee) -> None:
    submission = elect(employee, make_grant(employee))

    outcome = review_submission(
        actor=law, submission=submission, verdict=Verdict.REINSTATED, reason="Why not."
    )

    assert isinstance(outcome, NotDecided)
    assert [p.code for p in outcome.problems] == [Code.NOT_LATE]


def test_who_decides_without_having_seen_another_decision_is_told(
    law: User, employee: Employee
) -> None:
    submission = elect(employee, make_grant(employee))
    review_submission(actor=law, submission=submission, verdict=Verdict.VALID, reason="", seen=0)

    outcome = review_submission(
        actor=law, submission=submission, verdict=Verdict.IRREGULAR, reason="Hasty.", seen=0
    )

    assert isinstance(outcome, NotDecided)
    assert [p.code for p in outcome.problems] == [Code.DECIDED_MEANWHILE]
    assert submission.decisions.count() == 1


def test_a_list_read_before_another_decision_does_not_hide_it(
    law: User, employee: Employee
) -> None:
    receipt = elect(employee, make_grant(employee)).receipt
    read_before = Submission.objects.prefetch_related("decisions").get(receipt=receipt)
    assert len(read_before.decisions.all()) == 0
    review_submission(actor=law, submission=read_before, verdict=Verdict.VALID, reason="")

    outcome = review_submission(
        actor=law, submission=read_before, verdict=Verdict.IRREGULAR, reason="Hasty.", seen=0
    )

    assert isinstance(outcome, NotDecided)


def test_nobody_decides_on_their_own_form(employee: Employee) -> None:
    submission = elect(employee, make_grant(employee))
    assert employee.user is not None

    outcome = review_submission(
        actor=employee.user, submission=submission, verdict=Verdict.VALID, reason=""
    )

    assert isinstance(outcome, NotDecided)
    assert [p.code for p in outcome.problems] == [Code.OWN_FORM]


def test_the_last_decision_recorded_holds_when_the_clock_steps_back(
    law: User, employee: Employee, offer: Offer, portal_clock: SetClock
) -> None:
    submission = elect(employee, make_grant(employee))
    review_submission(actor=law, submission=submission, verdict=Verdict.IRREGULAR, reason="Odd.")
    portal_clock.tick(seconds=-2)

    review_submission(actor=law, submission=submission, verdict=Verdict.VALID, reason="Mended.")

    assert queries.governing_submission(offer, employee) == submission


def test_every_decision_is_in_the_audit_log(law: User, employee: Employee) -> None:
    submission = elect(employee, make_grant(employee))

    review_submission(actor=law, submission=submission, verdict=Verdict.VALID, reason="")

    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor, entry.subject) == ("decision", law, submission.receipt)
