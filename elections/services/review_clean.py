"""Finding many forms valid at once: those in which the rules find nothing to look at.

The preview and the act sort the forms by the same function; the act does so under the locks.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction

from elections import clock
from elections.core.instants import as_utc
from elections.models import Employee, Offer, ReviewDecision, ReviewHold, Submission, User
from elections.models.audit import Act
from elections.models.submission import Verdict
from elections.services import queue
from elections.services.audit import record_act
from elections.services.flags import flags_of, load_surroundings

log = structlog.get_logger(__name__)

AT_ONCE = 1000  # forms looked through in one go: the oldest ones


@dataclass(frozen=True, slots=True)
class NotClean:
    """A form to be looked at by a person, and why, a sentence each."""

    submission: Submission
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sorted:
    """Forms that the rules find clean, and the others; both oldest first."""

    clean: list[Submission]
    others: list[NotClean]


def sort_out(*, actor: User, offer: Offer) -> Sorted:
    """Look through the oldest `AT_ONCE` forms without a decision, received in time, and late."""
    forms = [*queue.unreviewed(offer)[:AT_ONCE], *queue.unreviewed(offer, late=True)[:AT_ONCE]]
    in_order = sorted(forms, key=lambda form: (as_utc(form.received_at), form.pk))[:AT_ONCE]
    return _sort(in_order, actor=actor, at=clock.now())


@dataclass(frozen=True, slots=True)
class FoundValid:
    """What became of the forms that were to be found valid; a count of those left as they are."""

    decisions: list[ReviewDecision]
    left: int


def find_clean_valid(*, actor: User, offer: Offer, forms: Collection[int]) -> FoundValid:
    """Find valid, in one transaction, those of `forms` (keys) that are clean still.

    Whatever was decided, withdrawn into other hands or changed on the roster since the preview is
    left for a person to look at. The audit log has one entry with all receipts.
    """
    with transaction.atomic(durable=True):
        chosen = _under_locks(offer, forms)
        instant = clock.now()
        clean = _sort(chosen, actor=actor, at=instant).clean
        decisions = ReviewDecision.objects.bulk_create(
            ReviewDecision(
                submission=form, verdict=Verdict.VALID, decided_by=actor, decided_at=instant
            )
            for form in clean
        )
        if clean:
            ReviewHold.objects.filter(submission__in=clean).delete()
            record_act(
                Act.DECISION,
                actor=actor,
                subject=f"{len(clean)} forms found valid together",
                rows=len(clean),
                details={"verdict": "valid", "receipts": [form.receipt for form in clean]},
            )
    log.info("submissions_found_valid", count=len(decisions), by=actor.pk)
    return FoundValid(decisions, len(set(forms)) - len(decisions))


def _under_locks(offer: Offer, forms: Collection[int]) -> list[Submission]:
    """These forms, as far as nobody has decided on them, their people locked in one order."""
    wanted = queue.unreviewed(offer).filter(pk__in=set(forms))
    people = Employee.objects.filter(pk__in=wanted.values("employee_id")).order_by("pk")
    list(people.select_for_update(no_key=True).values_list("pk"))
    return list(wanted)  # asked again, now that nobody else can decide


def _sort(forms: Sequence[Submission], *, actor: User, at: datetime) -> Sorted:
    surroundings = load_surroundings(forms)
    holds = {
        hold.submission_id: hold.reviewer
        for hold in queue.in_hands_of_others(actor).filter(submission__in=forms)
    }
    clean: list[Submission] = []
    others: list[NotClean] = []
    for form in forms:
        reasons = [f.sentence for f in flags_of(form, surroundings, at=at) if not f.note]
        if not form.timely:
            reasons.insert(0, "It came in late.")
        if form.employee.user_id == actor.pk:
            reasons.insert(0, "It is your own form.")
        if form.pk in holds:
            reasons.insert(0, f"{holds[form.pk]} is looking at it.")
        if reasons:
            others.append(NotClean(form, tuple(reasons)))
        else:
            clean.append(form)
    return Sorted(clean, others)
