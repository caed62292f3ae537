"""The Law Department's decisions on what was submitted; none changes what was received."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from django.db import transaction

from elections import clock, queries
from elections.core.problems import Code, Problem
from elections.delivery import outbox
from elections.models import Employee, Extension, ReviewDecision, ReviewHold, Submission, User
from elections.models.audit import Act
from elections.models.outbox import MailKind
from elections.models.submission import Verdict
from elections.services.audit import record_act
from elections.services.locks import lock_employee

log = structlog.get_logger(__name__)

COUNTING = (Verdict.VALID, Verdict.REINSTATED)  # with these as Law's last word, a form counts


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
    """Append a decision on `submission`, and mail the employee what it changes for them.

    What changes whether a form counts needs a reason, since the person reads it; so does whatever
    finds it irregular. A decision changes neither the form nor the time it came. A late form is
    reinstated only where an extension covers its arrival. `seen` is how many decisions `actor` had
    before them: of two people deciding at once, or one pressing twice, the second is told. None
    does not ask.
    """
    reason = reason.strip()
    with transaction.atomic(durable=True):
        employee = lock_employee(submission.employee_id)
        counted = _counts(submission)
        problems = (
            *_problems(submission, verdict, reason, counted=counted),
            *_problems_of_asking(actor, employee, submission, seen),
        )
        if problems:
            return NotDecided(problems)
        decision = ReviewDecision.objects.create(
            submission=submission,
            verdict=verdict,
            reason=reason,
            decided_by=actor,
            decided_at=clock.now(),
        )
        if kind := _mail(verdict, counted=counted):
            outbox.post(kind, employee, submission=submission, decision=decision)
        ReviewHold.objects.filter(submission=submission).delete()
        record_act(
            Act.DECISION,
            actor=actor,
            subject=submission.receipt,
            details={"verdict": str(verdict)},
        )
    log.info("submission_reviewed", receipt=submission.receipt, verdict=str(verdict), by=actor.pk)
    return Decided(decision)


def covering_extension(submission: Submission) -> Extension | None:
    """The first extension by whose deadline a late form came in time; None without one."""
    later = Extension.objects.filter(
        offer=submission.offer_id, expiration__gt=submission.received_at
    )
    return later.order_by("number").first()


def _counts(submission: Submission) -> bool:
    """Whether it counts so far; read under the lock, whatever `submission` was annotated with."""
    standing = queries.with_standing(Submission.objects.filter(pk=submission.pk)).get()
    return bool(standing.counts)  # type: ignore[attr-defined]  # annotated


def _problems(
    submission: Submission, verdict: Verdict, reason: str, *, counted: bool
) -> tuple[Problem, ...]:
    problems = []
    if verdict in (Verdict.LATE, Verdict.REINSTATED) and submission.timely:
        problems.append(Problem.of(Code.NOT_LATE))
    elif verdict == Verdict.REINSTATED and covering_extension(submission) is None:
        problems.append(Problem.of(Code.NO_EXTENSION_COVERS))
    if verdict == Verdict.VALID and not submission.timely:
        problems.append(Problem.of(Code.LATE_NOT_VALID))
    changes = counted != (verdict in COUNTING)
    if not reason and (changes or verdict in (Verdict.IRREGULAR, Verdict.REINSTATED)):
        problems.append(Problem.of(Code.REASON_MISSING))
    return tuple(problems)


def _problems_of_asking(
    actor: User, employee: Employee, submission: Submission, seen: int | None
) -> tuple[Problem, ...]:
    """Who asks, and what they had seen; the decisions are counted anew, under the lock."""
    problems = []
    decided = ReviewDecision.objects.filter(submission=submission.pk).count()
    if seen is not None and decided != seen:
        problems.append(Problem.of(Code.DECIDED_MEANWHILE))
    if employee.user_id == actor.pk:
        problems.append(Problem.of(Code.OWN_FORM))
    return tuple(problems)


def _mail(verdict: Verdict, *, counted: bool) -> MailKind | None:
    """The mail that a decision calls for: where it changes what counts, or finds fault."""
    if verdict in COUNTING:
        return None if counted else MailKind.REINSTATED
    return MailKind.IRREGULAR if counted or verdict == Verdict.IRREGULAR else None
