"""The queue of forms that nobody has reviewed: who has which one in hand, and for how long.

A hold is a lease on the real clock, renewed by looking at the form. It only keeps two reviewers
from reading the same form; what is decided is guarded by `review_submission` itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from elections import clock
from elections.models import Offer, ReviewDecision, ReviewHold, Submission, User
from elections.services.locks import hold_queue

LEASE = timedelta(minutes=10)
COUNTED_UP_TO = 1_000  # nobody plans by the exact number of more, and counting them takes longer


@dataclass(frozen=True, slots=True)
class HowMany:
    """How many forms wait, or that they are more than anybody counts; false where none does."""

    forms: int

    def __bool__(self) -> bool:
        return bool(self.forms)

    def __str__(self) -> str:
        more = self.forms > COUNTED_UP_TO
        return f"more than {COUNTED_UP_TO:,}" if more else f"{self.forms:,}"


def how_many(forms: QuerySet[Submission]) -> HowMany:
    """Count these forms, up to one more than `COUNTED_UP_TO`."""
    return HowMany(forms.order_by()[: COUNTED_UP_TO + 1].count())


def unreviewed(offer: Offer, *, late: bool = False) -> QuerySet[Submission]:
    """The forms received in time (or the late ones) without a decision, oldest first."""
    decided = ReviewDecision.objects.filter(submission=OuterRef("pk"))
    return Submission.objects.filter(~Exists(decided), offer=offer, timely=not late).order_by(
        "received_at", "pk"
    )


def waiting_for(
    reviewer: User, offer: Offer, *, late: bool = False, after: Submission | None = None
) -> QuerySet[Submission]:
    """The unreviewed forms that `reviewer` can take, oldest first; only those after `after`.

    Not their own, and none that somebody else has in hand.
    """
    held = _running(clock.database_clock()).filter(submission=OuterRef("pk"))
    forms = unreviewed(offer, late=late).filter(~Exists(held.exclude(reviewer=reviewer)))
    # Not `exclude`: it would leave out whoever has no account as well.
    forms = forms.filter(Q(employee__user=None) | ~Q(employee__user=reviewer))
    if after is not None:
        later = Q(received_at__gt=after.received_at)
        forms = forms.filter(later | Q(received_at=after.received_at, pk__gt=after.pk))
    return forms


def take_next(
    *, actor: User, offer: Offer, late: bool = False, after: Submission | None = None
) -> Submission | None:
    """Give `actor` the next form in hand, oldest first; None where nothing waits for them.

    Reviewers who ask at once are served in turn, so each gets another form. `after` goes on from
    that form, which is how one is skipped.
    """
    with transaction.atomic(durable=True):
        hold_queue(offer.pk)
        form = waiting_for(actor, offer, late=late, after=after).first()
        if form is not None:
            _hold(form, actor)
    return form


def _hold(form: Submission, reviewer: User) -> None:
    until = clock.database_clock() + LEASE
    ReviewHold.objects.update_or_create(
        submission=form, defaults={"reviewer": reviewer, "until": until}
    )


def look_at(*, actor: User, submission: Submission) -> ReviewHold:
    """Take the form in hand, or renew the hold on it; somebody else's hold is given as it is."""
    with transaction.atomic(durable=True):
        instant = clock.database_clock()
        hold, made = ReviewHold.objects.select_for_update(of=("self",)).get_or_create(
            submission=submission, defaults={"reviewer": actor, "until": instant + LEASE}
        )
        if not made and (hold.reviewer_id == actor.pk or hold.until <= instant):
            hold.reviewer, hold.until = actor, instant + LEASE
            hold.save(update_fields=["reviewer", "until"])
    return hold


def put_back(*, actor: User, submission: Submission) -> None:
    """Let go of the form, where `actor` has it in hand."""
    ReviewHold.objects.filter(submission=submission, reviewer=actor).delete()


def in_hands(offer: Offer) -> QuerySet[ReviewHold]:
    """The forms that somebody is looking at right now, and who; those about to be free first."""
    running = _running(clock.database_clock()).filter(submission__offer=offer)
    return running.select_related("submission", "reviewer").order_by("until")


def in_hands_of_others(reviewer: User) -> QuerySet[ReviewHold]:
    """What anybody but `reviewer` is looking at right now."""
    running = _running(clock.database_clock())
    return running.exclude(reviewer=reviewer).select_related("reviewer")


def _running(at: datetime) -> QuerySet[ReviewHold]:
    return ReviewHold.objects.filter(until__gt=at)
