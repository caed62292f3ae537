"""Taking in a form: what is recorded, what is refused, what someone is told who sends it twice."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from elections import queries
from elections.core.problems import Code
from elections.core.terms import Choice
from elections.delivery.gather import facts_of
from elections.models import Document, Employee, Grant, Offer, OutboxMessage, Submission
from elections.services.answers import Decline, Election, Withdrawal
from elections.services.ledger import broken_chains
from elections.services.submit import Recorded, Refused, Stale, TokenReused
from tests.factory import (
    DURING_OFFER,
    EXPIRATION,
    decline,
    elect,
    make_employee,
    make_grant,
    make_offer,
    make_required_grant,
    recorded,
    submit,
    withdraw,
)
from tests.portal import SetClock

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def employee(offer: Offer) -> Employee:
    return make_employee(name="Pat Example")


@pytest.fixture
def grant(employee: Employee) -> Grant:
    return make_grant(employee, "0001")


def exchange(*grants: Grant) -> Election:
    return Election({grant.number: Choice.EXCHANGE for grant in grants})


def codes(outcome: object) -> list[str]:
    assert isinstance(outcome, Refused), outcome
    return [problem.code for problem in outcome.problems]


def test_an_election_is_recorded_with_every_line_and_its_time(
    employee: Employee, grant: Grant
) -> None:
    kept = make_grant(employee, "0002", exercise_price="9.50")
    required = make_required_grant(employee, "0003")

    submission = elect(employee, grant, keep=(kept,))

    submission.refresh_from_db()
    assert submission.kind == "election"
    assert submission.received_at == DURING_OFFER
    assert submission.deadline == EXPIRATION
    assert submission.timely
    assert (submission.sequence, submission.employee_name) == (1, "Pat Example")
    assert submission.documents == {"announcement-letter": "0" * 64}
    lines = {line.grant_number: line for line in submission.lines.all()}
    assert {n: (line.choice, line.required, line.new_shares) for n, line in lines.items()} == {
        grant.number: ("exchange", False, 750),
        kept.number: ("keep", False, 0),
        required.number: ("exchange", True, 375),
    }


def test_each_submission_posts_exactly_one_receipt(employee: Employee, grant: Grant) -> None:
    submission = elect(employee, grant)

    mail = OutboxMessage.objects.get()
    assert (mail.kind, mail.submission, mail.recipient) == ("receipt", submission, employee.email)


@pytest.mark.parametrize(
    ("instant", "timely"),
    [(EXPIRATION - MICROSECOND, True), (EXPIRATION, False), (EXPIRATION + MICROSECOND, False)],
)
def test_the_cut_off_is_exact_to_the_microsecond(
    employee: Employee, grant: Grant, portal_clock: SetClock, instant: object, timely: bool
) -> None:
    portal_clock.set(instant)  # type: ignore[arg-type]

    submission = elect(employee, grant)

    submission.refresh_from_db()
    assert submission.timely is timely
    assert submission.received_at == instant


def test_a_late_form_is_kept_whole_and_the_earlier_one_goes_on_governing(
    employee: Employee, grant: Grant, offer: Offer, portal_clock: SetClock
) -> None:
    first = elect(employee, grant)
    portal_clock.set(EXPIRATION)

    late = withdraw(employee)

    assert not late.timely
    assert late.signature == "Pat Example"
    assert [line.withdrawn for line in late.lines.all()] == [True]
    governing = queries.governing_submission(offer, employee)
    assert governing == first


def leave(employee: Employee) -> None:
    """The roster says by now that they left on the day before the last one."""
    Employee.objects.filter(pk=employee.pk).update(left_on=date(2003, 1, 19))


@pytest.mark.parametrize("answer", [Election({"0001": Choice.EXCHANGE}), Decline()])
def test_from_someone_who_left_a_form_is_refused_in_time_and_kept_whole_once_it_is_late(
    answer: Election | Decline, employee: Employee, grant: Grant, portal_clock: SetClock
) -> None:
    leave(employee)
    portal_clock.set(EXPIRATION - MICROSECOND)
    assert codes(submit(employee, answer)) == [Code.LEFT]
    assert not Submission.objects.exists()

    portal_clock.set(EXPIRATION)
    late = recorded(submit(employee, answer))

    assert (late.kind, late.timely, late.signature) == (answer.kind, False, "Pat Example")
    line = late.lines.get()
    exchanges = isinstance(answer, Election)
    assert (line.choice, line.new_shares) == (("exchange", 750) if exchanges else ("keep", 0))
    assert queries.governing_submission(late.offer, employee) is None
    assert list(broken_chains()) == []
    mail = OutboxMessage.objects.get()
    assert mail.submission == late
    (reason,) = facts_of(mail).not_open_to_them
    assert "January 19, 2003" in reason


def test_late_answers_that_say_nothing_the_rules_can_read_are_refused_all_the_same(
    employee: Employee, grant: Grant, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION)

    assert codes(submit(employee, Election({"9999": Choice.EXCHANGE}))) == [
        Code.UNKNOWN_GRANT,
        Code.ANSWER_MISSING,
    ]
    assert codes(submit(employee, exchange(grant), signature=" ")) == [Code.SIGNATURE_MISSING]
    assert not Submission.objects.exists()


def test_the_form_received_last_governs_and_says_what_it_replaces(
    employee: Employee, grant: Grant, offer: Offer, portal_clock: SetClock
) -> None:
    first = elect(employee, grant)
    portal_clock.tick(minutes=1)
    second = withdraw(employee)
    portal_clock.tick(minutes=1)
    third = elect(employee, grant)

    assert (second.replaces, third.replaces) == (first, second)
    assert queries.governing_submission(offer, employee) == third


def test_order_holds_when_the_clock_steps_back(
    employee: Employee, grant: Grant, offer: Offer, portal_clock: SetClock
) -> None:
    elect(employee, grant)
    portal_clock.tick(seconds=-2)

    later = withdraw(employee)

    assert later.received_at == DURING_OFFER - timedelta(seconds=2)
    assert queries.governing_submission(offer, employee) == later


def test_the_same_token_gives_the_same_receipt_and_one_row(
    employee: Employee, grant: Grant, portal_clock: SetClock
) -> None:
    token = uuid.uuid4()
    first = recorded(submit(employee, exchange(grant), token=token, replaces=None))
    portal_clock.set(EXPIRATION + timedelta(hours=1))

    again = submit(employee, exchange(grant), token=token, replaces=None)

    assert again == Recorded(first, already=True)
    assert Submission.objects.count() == OutboxMessage.objects.count() == 1


@pytest.mark.parametrize("change", ["choice", "signature", "kind"])
def test_the_same_token_with_other_content_is_refused_and_shows_the_first(
    employee: Employee, grant: Grant, change: str
) -> None:
    other = make_grant(employee, "0002")
    token = uuid.uuid4()
    answer = Election({grant.number: Choice.EXCHANGE, other.number: Choice.KEEP})
    first = recorded(submit(employee, answer, token=token))
    answers = {
        "choice": Election({grant.number: Choice.KEEP, other.number: Choice.EXCHANGE}),
        "signature": answer,
        "kind": Decline(),
    }

    outcome = submit(
        employee,
        answers[change],
        token=token,
        signature="Somebody Else" if change == "signature" else "Pat Example",
    )

    assert outcome == TokenReused(first)
    assert Submission.objects.count() == 1


def test_a_token_of_somebody_else_shows_nothing_of_theirs(employee: Employee, grant: Grant) -> None:
    token = uuid.uuid4()
    submit(employee, exchange(grant), token=token)
    stranger = make_employee()

    outcome = submit(stranger, exchange(make_grant(stranger)), token=token)

    assert codes(outcome) == [Code.FORM_UNKNOWN]


def test_a_stale_form_is_not_recorded_and_shows_what_came_in_between(
    employee: Employee, grant: Grant
) -> None:
    meanwhile = elect(employee, grant)

    outcome = submit(employee, Decline(), replaces=None)

    assert outcome == Stale(meanwhile)
    assert Submission.objects.count() == 1


def test_a_stale_form_after_the_deadline_is_recorded_as_late(
    employee: Employee, grant: Grant, portal_clock: SetClock
) -> None:
    elect(employee, grant)
    portal_clock.set(EXPIRATION)

    assert not recorded(submit(employee, Decline(), replaces=None)).timely


def test_what_the_rules_refuse_is_not_recorded(employee: Employee, grant: Grant) -> None:
    required = make_required_grant(employee, "0003")

    outcome = submit(
        employee,
        Election({grant.number: Choice.KEEP, required.number: Choice.EXCHANGE}),
    )

    assert Code.REQUIRED_GRANT_ALONE in codes(outcome)
    assert Submission.objects.count() == OutboxMessage.objects.count() == 0


def test_an_unsigned_form_is_refused(employee: Employee, grant: Grant) -> None:
    assert codes(submit(employee, exchange(grant), signature="  ")) == [Code.SIGNATURE_MISSING]


def test_an_election_needs_agreement_to_the_terms(employee: Employee, grant: Grant) -> None:
    assert codes(submit(employee, exchange(grant), agreed=False)) == [Code.AGREEMENT_MISSING]


def test_someone_not_eligible_is_refused(offer: Offer) -> None:
    officer = make_employee(is_executive_officer=True)
    grant = make_grant(officer)

    assert codes(submit(officer, exchange(grant))) == [Code.EXECUTIVE_OFFICER]


def test_someone_who_left_can_still_take_back_what_they_elected(
    employee: Employee, grant: Grant
) -> None:
    elect(employee, grant)
    Employee.objects.filter(pk=employee.pk).update(left_on=date(2003, 1, 14))
    employee.refresh_from_db()

    assert withdraw(employee).kind == "withdrawal"


def test_withdrawing_one_grant_keeps_the_rest_and_their_required_ones(
    employee: Employee, grant: Grant
) -> None:
    other = make_grant(employee, "0002")
    required = make_required_grant(employee, "0003")
    elect(employee, grant, other)

    submission = withdraw(employee, other)

    assert {
        line.grant_number: (line.choice, line.withdrawn) for line in submission.lines.all()
    } == {
        grant.number: ("exchange", False),
        other.number: ("keep", True),
        required.number: ("exchange", False),
    }


def test_withdrawing_the_last_chosen_grant_releases_the_required_ones(
    employee: Employee, grant: Grant
) -> None:
    make_required_grant(employee, "0003")
    elect(employee, grant)

    submission = withdraw(employee, grant)

    assert [line.withdrawn for line in submission.lines.all()] == [True, True]


def test_a_repeated_withdrawal_gives_the_same_receipt(employee: Employee, grant: Grant) -> None:
    make_required_grant(employee, "0003")
    elect(employee, grant)
    token = uuid.uuid4()
    answer = Withdrawal(frozenset({grant.number}))
    first = recorded(submit(employee, answer, token=token))

    assert submit(employee, answer, token=token) == Recorded(first, already=True)


def test_a_submission_names_the_latest_version_of_each_document(
    employee: Employee, grant: Grant, offer: Offer
) -> None:
    Document.objects.create(
        offer=offer,
        slug="announcement-letter",
        title="Announcement letter",
        position=1,
        version=2,
        text="Corrected.",
        sha256="2" * 64,
    )

    assert elect(employee, grant).documents == {"announcement-letter": "2" * 64}


def test_a_decline_is_recorded_and_can_be_changed(
    employee: Employee, grant: Grant, offer: Offer
) -> None:
    declined = decline(employee)
    elected = elect(employee, grant)

    assert declined.kind == "decline"
    assert elected.replaces == declined
    assert queries.governing_submission(offer, employee) == elected


def test_an_answer_for_a_grant_outside_the_offer_does_not_make_a_repeat_another_form(
    employee: Employee, grant: Grant
) -> None:
    cheap = make_grant(employee, "0002", exercise_price="2.40")
    answer = Election({grant.number: Choice.EXCHANGE, cheap.number: Choice.KEEP})
    token = uuid.uuid4()
    first = recorded(submit(employee, answer, token=token))

    assert submit(employee, answer, token=token) == Recorded(first, already=True)


def test_before_the_offer_opens_there_is_nothing_to_answer_to(
    employee: Employee, grant: Grant, portal_clock: SetClock
) -> None:
    portal_clock.set(datetime(2002, 12, 19, 7, 59, tzinfo=UTC))  # 11:59 PM PST on the 18th

    assert codes(submit(employee, exchange(grant))) == [Code.NOT_OPEN_YET]
    assert codes(submit(employee, Decline())) == [Code.NOT_OPEN_YET]

    portal_clock.tick(minutes=1)
    assert elect(employee, grant).timely


def test_the_next_offer_does_not_run_before_it_opens(
    employee: Employee, grant: Grant, offer: Offer, portal_clock: SetClock
) -> None:
    following = make_offer(slug="another", opens_on=date(2003, 2, 3))

    assert queries.current_offer() == offer
    portal_clock.set(datetime(2003, 2, 3, 8, tzinfo=UTC))
    assert queries.current_offer() == following


def test_the_next_offer_is_another_row_with_its_own_record(
    employee: Employee, grant: Grant, offer: Offer
) -> None:
    elect(employee, grant)

    following = make_offer(slug="another", opens_on=date(2003, 1, 10), ratio="0.5")

    assert queries.current_offer() == following
    assert queries.governing_submission(following, employee) is None
    assert [line.new_shares for line in elect(employee, grant).lines.all()] == [500]


def test_who_left_since_the_check_page_is_told_that_and_of_no_change_in_their_grants(
    employee: Employee, grant: Grant, offer: Offer
) -> None:
    shown = {"lines": {"0001": [1000, "exchange", False, 750]}, "documents": {}}
    Employee.objects.filter(pk=employee.pk).update(left_on=date(2003, 1, 14))

    assert codes(submit(employee, exchange(grant), shown=shown)) == [Code.LEFT]
