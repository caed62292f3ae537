"""Taking in a form: the one way in which an election, withdrawal or decline becomes a record."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any

import structlog
from django.db import OperationalError, connection, transaction

from elections import clock, queries
from elections.core import deadline, rules
from elections.core.problems import Code, Problem
from elections.core.receipt import make_receipt
from elections.core.terms import Choice
from elections.delivery import outbox
from elections.models import Employee, Offer, Scan, Submission, User
from elections.models.outbox import MailKind
from elections.models.submission import Channel
from elections.services.answers import (
    Answer,
    Decline,
    Election,
    Withdrawal,
    as_shown,
    differences,
    judge_answer,
    taken_back,
)
from elections.services.locks import lock_employee, share_offer
from elections.services.record import append_submission

log = structlog.get_logger(__name__)

# Far more than anybody's second thoughts, and too few to fill the record, whose rows stay for good.
FORMS_AT_MOST, FORMS_WITHIN = 30, timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedForm:
    """What someone sends from a check page.

    `token` was minted for this one form; `replaces` is the receipt that governed when it was
    filled in, or None. `shown` is what the check page showed (`as_shown`), or None where nothing
    was to be checked. `arrived_at` is the web server's clock (aware UTC), kept as evidence.
    """

    answer: Answer
    signature: str
    agreed: bool
    token: uuid.UUID
    replaces: str | None
    arrived_at: datetime
    shown: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The form is on record, timely or late; `already` says an earlier sending had put it there."""

    submission: Submission
    already: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was recorded, for these reasons."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Stale:
    """Nothing was recorded: another form (`governing`, None if none) governs by now."""

    governing: Submission | None


@dataclass(frozen=True, slots=True)
class TokenReused:
    """Nothing was recorded: this token already carried other content, kept as `first`."""

    first: Submission


Outcome = Recorded | Refused | Stale | TokenReused


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Whose form came in, how and when, and what stood before it: all as read under the locks.

    `governing` is what the form replaces, with its lines. Instants are aware UTC; through the
    portal a form is recorded in the instant in which it is received.
    """

    actor: User
    employee: Employee
    offer: Offer
    channel: Channel
    received_at: datetime
    recorded_at: datetime
    deadline: datetime
    governing: Submission | None


def submit_form(*, actor: User, employee: Employee, offer: Offer, form: SignedForm) -> Outcome:
    """Judge and record one form of `employee`, signed in as `actor`, in one transaction.

    The time of record is read after the locks are held, so a form that waited past the deadline
    is late. A form sent twice gives the same receipt twice. A late form is recorded as late.

    A lock not won, a deadlock or a lost connection is met with one more try: the token tells
    whether the first one was recorded after all. Raises `OperationalError` when that fails too.
    """
    outcome = try_twice(
        lambda: _submit(actor=actor, employee_id=employee.pk, offer_id=offer.pk, form=form),
        token=form.token,
    )
    tell_log(employee, form, outcome)
    return outcome


def try_twice(submit: Callable[[], Outcome], *, token: uuid.UUID) -> Outcome:
    """Run `submit` in a transaction of its own, and once more where the database gave up.

    Raises `OperationalError` when it gives up again.
    """
    try:
        with transaction.atomic(durable=True):
            return submit()
    except OperationalError as error:
        if connection.in_atomic_block:
            raise
        log.warning("form_tried_again", token=str(token), error=repr(error))
        connection.close()
    with transaction.atomic(durable=True):
        return submit()


def _submit(*, actor: User, employee_id: int, offer_id: int, form: SignedForm) -> Outcome:
    share_offer(offer_id)
    employee = lock_employee(employee_id)
    instant = clock.now()
    offer = queries.offer_as_it_is(offer_id)
    first, governing, own = queries.forms_before(offer, employee, form.token)
    if first is not None:
        return same_token(first, employee, form)

    expiration = queries.deadline_in_force(offer)
    timely = deadline.is_timely(instant, expiration)
    if timely and form.replaces != (governing.receipt if governing else None):
        return Stale(governing)
    if problem := too_many(own, at=instant):
        return Refused((problem,))
    arrival = Arrival(
        actor=actor,
        employee=employee,
        offer=offer,
        channel=Channel.WEB,
        received_at=instant,
        recorded_at=instant,
        deadline=expiration,
        governing=governing,
    )
    return record_form(form if timely else replace(form, shown=None), arrival)


def too_many(own: Iterable[Submission], *, at: datetime) -> Problem | None:
    """Why another form of this person's is too much at the moment, having sent `own` before it.

    Counted from what was read under their lock, so exact, and by nobody's tries but their own.
    """
    since = at - FORMS_WITHIN
    lately = sorted(
        one.received_at for one in own if one.channel == Channel.WEB and one.received_at > since
    )
    if len(lately) < FORMS_AT_MOST:
        return None
    wait = ceil((lately[-FORMS_AT_MOST] - since) / timedelta(minutes=1))
    return Problem.of(
        Code.TOO_MANY_FORMS,
        count=str(FORMS_AT_MOST),
        minutes=str(FORMS_WITHIN // timedelta(minutes=1)),
        wait="1 minute" if wait == 1 else f"{wait} minutes",
    )


def record_form(form: SignedForm, arrival: Arrival, *, scan: Scan | None = None) -> Outcome:
    """Ask the rules, append the submission with its lines, and post its confirmation.

    The caller holds both locks. A late form is kept whoever sends it. What comes out other than
    `form.shown` (where there is one) is refused. `scan`, not saved yet, is what stands behind a
    form on paper.
    """
    offer, employee, governing = arrival.offer, arrival.employee, arrival.governing
    timely = deadline.is_timely(arrival.received_at, arrival.deadline)
    grants = {grant.number: grant for grant in queries.grants_of(employee)}
    decision = judge_answer(
        form.answer,
        offer=offer,
        employee=employee,
        grants=grants.values(),
        governing=governing,
        at=arrival.received_at,
        late=not timely,
    )
    problems = decision.problems + rules.signing_problems(
        signature=form.signature,
        agreed=form.agreed or not isinstance(form.answer, Election),
    )
    documents = documents_of(arrival)
    if form.shown is not None and decision.accepted:
        problems += differences(form.shown, as_shown(form.answer, decision, documents))
    if problems:
        return Refused(problems)

    submission = Submission(
        receipt=make_receipt(),
        offer=offer,
        kind=form.answer.kind,
        channel=arrival.channel,
        form_token=form.token,
        replaces=governing,
        arrived_at=form.arrived_at,
        received_at=arrival.received_at,
        recorded_at=arrival.recorded_at,
        deadline=arrival.deadline,
        timely=timely,
        agreed=form.agreed,
        signature=form.signature,
        submitted_by=arrival.actor,
        documents=documents,
    )
    if scan is not None:
        scan.submission = submission  # the digest covers it
    append_submission(
        submission,
        employee=employee,
        lines=decision.lines,
        withdrawn=taken_back(form.answer, governing=governing, decision=decision),
        grants=grants,
    )
    if scan is not None:
        scan.submission = submission
        scan.save(force_insert=True)
    outbox.post(MailKind.RECEIPT, employee, submission=submission)
    return Recorded(submission)


def documents_of(arrival: Arrival) -> dict[str, str]:
    """The documents that the form is about: those in force when it was received."""
    looking_back = arrival.channel == Channel.PAPER
    return queries.document_digests(arrival.offer, at=arrival.received_at if looking_back else None)


def same_token(first: Submission, employee: Employee, form: SignedForm) -> Outcome:
    """Someone pressed twice, came back, or retried after a crash: the first receipt stands."""
    if first.employee_id != employee.pk:
        return Refused((Problem.of(Code.FORM_UNKNOWN),))
    if _says_the_same(first, form):
        return Recorded(first, already=True)
    return TokenReused(first)


def _says_the_same(first: Submission, form: SignedForm) -> bool:
    if (first.kind, first.signature) != (form.answer.kind, form.signature):
        return False
    lines = list(first.lines.all())
    match form.answer:
        case Election(choices):
            said = {line.grant_number: line.choice for line in lines}
            # What was answered of a grant outside the offer can only have been "keep".
            return all(
                said.get(number, Choice.KEEP) == choice for number, choice in choices.items()
            )
        case Withdrawal(None):
            return all(line.choice == Choice.KEEP for line in lines)
        case Withdrawal(grants):
            withdrawn = {line.grant_number for line in lines if line.withdrawn}
            freely = {line.grant_number for line in lines if line.withdrawn and not line.required}
            return freely <= (grants or frozenset()) <= withdrawn
        case Decline():
            return True


def tell_log(employee: Employee, form: SignedForm, outcome: Outcome) -> None:
    """One line per form taken in, with what became of it and none of what it said."""
    bound = log.bind(employee=employee.number, kind=str(form.answer.kind), token=str(form.token))
    match outcome:
        case Recorded(submission, already):
            bound.info(
                "form_recorded",
                receipt=submission.receipt,
                timely=submission.timely,
                already=already,
            )
        case Refused(problems):
            bound.warning("form_refused", codes=[str(problem.code) for problem in problems])
        case Stale(governing):
            bound.info("form_stale", governing=governing.receipt if governing else None)
        case TokenReused(first):
            bound.warning("form_token_reused", first=first.receipt)
