"""Taking in a form: the one way in which an election, withdrawal or decline becomes a record."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import OperationalError, connection, transaction

from elections import clock, queries
from elections.core import deadline, rules
from elections.core.problems import Code, Problem
from elections.core.receipt import make_receipt
from elections.core.terms import Choice
from elections.delivery import outbox
from elections.models import Employee, Offer, Submission, User
from elections.models.outbox import MailKind
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


def submit_form(*, actor: User, employee: Employee, offer: Offer, form: SignedForm) -> Outcome:
    """Judge and record one form of `employee`, signed in as `actor`, in one transaction.

    The time of record is read after the locks are held, so a form that waited past the deadline
    is late. A form sent twice gives the same receipt twice. A late form is recorded as late.

    A lock not won, a deadlock or a lost connection is met with one more try: the token tells
    whether the first one was recorded after all. Raises `OperationalError` when that fails too.
    """
    try:
        outcome = _submit_once(actor, employee, offer, form)
    except OperationalError as error:
        if connection.in_atomic_block:
            raise
        log.warning("form_tried_again", token=str(form.token), error=repr(error))
        connection.close()
        outcome = _submit_once(actor, employee, offer, form)
    _tell_log(employee, form, outcome)
    return outcome


def _submit_once(actor: User, employee: Employee, offer: Offer, form: SignedForm) -> Outcome:
    with transaction.atomic(durable=True):
        return _submit(actor=actor, employee_id=employee.pk, offer_id=offer.pk, form=form)


def _submit(*, actor: User, employee_id: int, offer_id: int, form: SignedForm) -> Outcome:
    share_offer(offer_id)
    employee = lock_employee(employee_id)
    first = Submission.objects.filter(form_token=form.token).first()
    if first is not None:
        return _same_token(first, employee, form)

    instant = clock.now()
    offer = Offer.objects.prefetch_related("extensions").get(pk=offer_id)
    expiration = queries.deadline_in_force(offer)
    timely = deadline.is_timely(instant, expiration)
    governing = queries.governing_submission(offer, employee)
    if timely and form.replaces != (governing.receipt if governing else None):
        return Stale(governing)

    grants = {grant.number: grant for grant in queries.grants_of(employee)}
    decision = judge_answer(
        form.answer,
        offer=offer,
        employee=employee,
        grants=grants.values(),
        governing=governing,
        at=instant,
    )
    problems = decision.problems + rules.signing_problems(
        signature=form.signature,
        agreed=form.agreed or not isinstance(form.answer, Election),
    )
    documents = queries.document_digests(offer)
    if timely and form.shown is not None:
        problems += differences(form.shown, as_shown(form.answer, decision, documents))
    if problems:
        return Refused(problems)

    submission = append_submission(
        Submission(
            receipt=make_receipt(),
            offer=offer,
            kind=form.answer.kind,
            form_token=form.token,
            replaces=governing,
            arrived_at=form.arrived_at,
            received_at=instant,
            recorded_at=instant,
            deadline=expiration,
            timely=timely,
            agreed=form.agreed,
            signature=form.signature,
            submitted_by=actor,
            documents=documents,
        ),
        employee=employee,
        lines=decision.lines,
        withdrawn=taken_back(form.answer, governing=governing, decision=decision),
        grants=grants,
    )
    outbox.post(MailKind.RECEIPT, employee, submission=submission)
    return Recorded(submission)


def _same_token(first: Submission, employee: Employee, form: SignedForm) -> Outcome:
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


def _tell_log(employee: Employee, form: SignedForm, outcome: Outcome) -> None:
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
