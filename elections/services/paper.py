"""Keying in a form that came on paper or by fax: the same rules and record, by an earlier clock.

What such a form says is judged as of when it was received: by the deadline in force then, against
what governed then. So a form received in time may be keyed in after the deadline, and one that was
received before another does not overtake it however late it is keyed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from elections import clock, queries
from elections.core import deadline, rules
from elections.core.problems import Code, Problem
from elections.core.words import day_label
from elections.models import Employee, Offer, Submission, User
from elections.models.audit import Act
from elections.models.submission import Channel
from elections.services.answers import Answer, Election, as_shown, judge_answer, taken_back
from elections.services.audit import record_act
from elections.services.locks import lock_employee, share_offer
from elections.services.scans import HeldScan, kept_scan, release_scan
from elections.services.submit import (
    Arrival,
    Outcome,
    Recorded,
    Refused,
    SignedForm,
    Stale,
    TokenReused,
    documents_of,
    record_form,
    same_token,
    tell_log,
    try_twice,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperForm:
    """A form as keyed in and checked: what it says, when it was received, and its scan.

    `form.replaces` is the receipt that governed when it was received, `governing` the one that
    governed when the check page was shown; each may be None. `received_at` is aware: the beginning
    of the minute stamped on the paper.
    """

    form: SignedForm
    received_at: datetime
    governing: str | None
    scan: HeldScan


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCheck:
    """What a form on paper comes to, as the record stands at this moment.

    `problems` forbid recording it. `replaces` governed when it was received; `governing` governs
    now. `shown` is what a check page shows and `PaperForm.form.shown` carries.
    """

    problems: tuple[Problem, ...]
    lines: tuple[rules.DecidedLine, ...]
    withdrawn: frozenset[str]
    deadline: datetime
    timely: bool
    replaces: Submission | None
    governing: Submission | None
    shown: Mapping[str, Any]

    @property
    def overtaken(self) -> bool:
        """Whether something received after it governs, and will go on to."""
        return self.governing != self.replaces

    @property
    def will_govern(self) -> bool:
        """Whether it will be the one that counts."""
        return self.timely and not self.overtaken


def check_paper(
    *,
    actor: User,
    employee: Employee,
    offer: Offer,
    answer: Answer,
    signature: str,
    agreed: bool,
    received_at: datetime,
) -> PaperCheck:
    """Judge a form on paper without recording anything; `submit_paper` judges it anew."""
    arrival, governing = _arrival(actor, employee, offer, received_at)
    timely = deadline.is_timely(received_at, arrival.deadline)
    decision = judge_answer(
        answer,
        offer=offer,
        employee=employee,
        grants=queries.grants_of(employee),
        governing=arrival.governing,
        at=received_at,
        late=not timely,
    )
    problems = _problems(arrival)
    if not problems:
        problems = decision.problems + rules.signing_problems(
            signature=signature, agreed=agreed or not isinstance(answer, Election)
        )
    return PaperCheck(
        problems=problems,
        lines=decision.lines,
        withdrawn=taken_back(answer, governing=arrival.governing, decision=decision),
        deadline=arrival.deadline,
        timely=timely,
        replaces=arrival.governing,
        governing=governing,
        shown=as_shown(answer, decision, documents_of(arrival)),
    )


def submit_paper(*, actor: User, employee: Employee, offer: Offer, paper: PaperForm) -> Outcome:
    """Record a form that `actor` keyed in for `employee`, in one transaction, with its scan.

    As `submit_form`: the same token gives the same receipt, a late form is recorded as late, and a
    database that gave up is tried once more. `Stale` when the record is no longer the one that was
    checked against, in time or late.
    """
    outcome = try_twice(
        lambda: _submit(actor, employee.pk, offer.pk, paper), token=paper.form.token
    )
    if isinstance(outcome, Recorded | TokenReused):
        release_scan(paper.scan)
    tell_log(employee, paper.form, outcome)
    return outcome


def _submit(actor: User, employee_id: int, offer_id: int, paper: PaperForm) -> Outcome:
    share_offer(offer_id)
    employee = lock_employee(employee_id)
    first = Submission.objects.filter(form_token=paper.form.token).first()
    if first is not None:
        return _same_paper(first, employee, paper)

    offer = Offer.objects.prefetch_related("extensions").get(pk=offer_id)
    arrival, governing = _arrival(actor, employee, offer, paper.received_at)
    if problems := _problems(arrival):
        return Refused(problems)
    if (paper.form.replaces, paper.governing) != (_receipt(arrival.governing), _receipt(governing)):
        return Stale(governing)
    with kept_scan(paper.scan) as scan:
        if scan is None:
            return Refused((Problem.of(Code.SCAN_GONE),))
        outcome = record_form(paper.form, arrival, scan=scan)
    if isinstance(outcome, Recorded):
        _audit(actor, outcome.submission)
    return outcome


def _arrival(
    actor: User, employee: Employee, offer: Offer, received_at: datetime
) -> tuple[Arrival, Submission | None]:
    """How the form came in, as things were then; and what governs now."""
    before = queries.governing_submission(offer, employee, received_by=received_at)
    arrival = Arrival(
        actor=actor,
        employee=employee,
        offer=offer,
        channel=Channel.PAPER,
        received_at=received_at,
        recorded_at=clock.now(),
        deadline=queries.deadline_in_force(offer, at=received_at),
        governing=before,
    )
    return arrival, queries.governing_submission(offer, employee)


def _problems(arrival: Arrival) -> tuple[Problem, ...]:
    """What forbids the time of receipt, or the one who keys it in."""
    offer = arrival.offer
    opened = datetime.combine(offer.opens_on, time(), ZoneInfo(offer.zone))
    problems = []
    if arrival.received_at > arrival.recorded_at:
        problems.append(Problem.of(Code.RECEIVED_IN_FUTURE))
    if arrival.received_at < opened:
        opens_on = day_label(offer.opens_on)
        problems.append(Problem.of(Code.RECEIVED_BEFORE_OPENING, opens_on=opens_on))
    if arrival.employee.user_id == arrival.actor.pk:
        problems.append(Problem.of(Code.OWN_PAPER_FORM))
    return tuple(problems)


def _same_paper(first: Submission, employee: Employee, paper: PaperForm) -> Outcome:
    """The same token again: the first receipt stands, as the same form or as another."""
    outcome = same_token(first, employee, paper.form)
    if isinstance(outcome, Recorded) and first.received_at != paper.received_at:
        return TokenReused(first)
    return outcome


def _audit(actor: User, submission: Submission) -> None:
    record_act(
        Act.PAPER,
        actor=actor,
        subject=submission.receipt,
        details={
            "employee": submission.employee_number,
            "kind": str(submission.kind),
            "received": submission.received_at.isoformat(),
            "keyed in": submission.recorded_at.isoformat(),
            "scan": submission.scan.sha256,
        },
    )


def _receipt(submission: Submission | None) -> str | None:
    return submission.receipt if submission else None
