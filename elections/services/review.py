"""The Law Department's decisions on what was submitted; none changes what was received."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from django.db import transaction

from elections import clock
from elections.core.problems import Code, Problem
from elections.delivery import outbox
from elections.models import ReviewDecision, Submission, User
from elections.models.audit import Act
from elections.models.outbox import MailKind
from elections.models.submission import Verdict
from elections.services.audit import record_act
from elections.services.locks import lock_employee

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision as recorded."""

    decision: ReviewDecision


@dataclass(frozen=True, slots=True)
class NotDecided:
    """Nothing was recorded, for these reasons."""

    problems: tuple[Problem, ...]


def review_submission(
    *, actor: User, submission: Submission, verdict: Verdict, reason: str, seen: int | None = None
) -> Decided | NotDecided:
    """Append a decision on `submission`; an irregular one is mailed to the employee.

    What changes whether a form counts needs a reason, since the person reads it. A decision changes
    neither the form nor the time it came. `seen` is how many decisions `actor` had before them: of
    two people deciding at once, or one pressing twice, the second is told. None does not ask.
    """
    reason = reason.strip()
    if problems := _problems(submission, verdict, reason):
        return NotDecided(problems)
    with transaction.atomic(durable=True):
        employee = lock_employee(submission.employee_id)
        # Counted anew under the lock: whoever asks may hold a list that was read before it.
        decided = ReviewDecision.objects.filter(submission=submission.pk).count()
        if seen is not None and decided != seen:
            return NotDecided((Problem.of(Code.DECIDED_MEANWHILE),))
        if employee.user_id == actor.pk:
            return NotDecided((Problem.of(Code.OWN_FORM),))
        decision = ReviewDecision.objects.create(
            submission=submission,
            verdict=verdict,
            reason=reason,
            decided_by=actor,
            decided_at=clock.now(),
        )
        if verdict == Verdict.IRREGULAR:
            outbox.post(MailKind.IRREGULAR, employee, submission=submission, decision=decision)
        record_act(
            Act.DECISION,
            actor=actor,
            subject=submission.receipt,
            details={"verdict": str(verdict)},
        )
    log.info("submission_reviewed", receipt=submission.receipt, verdict=str(verdict), by=actor.pk)
    return Decided(decision)


def _problems(submission: Submission, verdict: Verdict, reason: str) -> tuple[Problem, ...]:
    problems = []
    if verdict in (Verdict.LATE, Verdict.REINSTATED) and submission.timely:
        problems.append(Problem.of(Code.NOT_LATE))
    if verdict == Verdict.VALID and not submission.timely:
        problems.append(Problem.of(Code.LATE_NOT_VALID))
    if verdict in (Verdict.IRREGULAR, Verdict.REINSTATED) and not reason:
        problems.append(Problem.of(Code.REASON_MISSING))
    return tuple(problems)
