"""Keeping a filled-in form until it is signed; a draft is never a submission."""

from __future__ import annotations

import uuid

from elections import clock, queries
from elections.core.terms import Choice
from elections.models import Draft, Employee, Offer
from elections.models.submission import Kind
from elections.services.answers import Answer, Decline, Election, Withdrawal


def keep_draft(*, employee: Employee, offer: Offer, answer: Answer) -> Draft:
    """Store `answer` under a new form token, with the submission that governs now."""
    return Draft.objects.create(
        employee=employee,
        kind=answer.kind,
        answers=_plain(answer),
        replaces=queries.governing_submission(offer, employee),
        created_at=clock.now(),
    )


def find_draft(*, employee: Employee, kind: Kind, token: uuid.UUID | None) -> Draft | None:
    """The person's draft of that kind with that token, or without a token the latest; or None."""
    drafts = Draft.objects.filter(employee=employee, kind=kind).select_related("replaces")
    return drafts.filter(token=token).first() if token else drafts.first()


def answer_of(draft: Draft) -> Answer:
    """What the draft says, as the rules take it."""
    match draft.kind:
        case Kind.ELECTION:
            return Election({number: Choice(said) for number, said in (draft.answers or {}).items()})
        case Kind.WITHDRAWAL:
            return Withdrawal(None if draft.answers is None else frozenset(draft.answers))
        case _:
            return Decline()


def _plain(answer: Answer) -> dict[str, str] | list[str] | None:
    match answer:
        case Election(choices):
            return {number: str(choice) for number, choice in choices.items()}
        case Withdrawal(grants):
            return None if grants is None else sorted(grants)
        case Decline():
            return None
