"""Keeping a filled-in form until it is signed; a draft is never a submission."""

from __future__ import annotations

import secrets
import uuid

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.crypto import salted_hmac

from elections import clock, queries
from elections.core import rules
from elections.core.terms import Choice
from elections.models import Draft, Employee, Offer, Submission
from elections.models.submission import Kind
from elections.prepared import A_KEY, A_TOKEN, A_WORD, Prepared
from elections.services.answers import Answer, Decline, Election, Withdrawal, as_shown


def keep_draft(
    *,
    employee: Employee,
    offer: Offer,
    answer: Answer,
    decision: rules.Decision,
    governing: Submission | None,
) -> Draft:
    """Store `answer` under a new form token, with what it comes to and what it would replace.

    `decision` is the accepted one of `judge_answer`, made with that `governing` submission.
    """
    return Draft.objects.create(
        employee=employee,
        offer=offer,
        kind=answer.kind,
        answers=_plain(answer),
        shown=as_shown(answer, decision, queries.document_digests(offer)),
        replaces=governing,
        created_at=clock.now(),
    )


def keep_unfinished(
    *, employee: Employee, offer: Offer, answer: Answer, governing: Submission | None
) -> Draft:
    """Store what has been answered so far, in place of such drafts before it. It cannot be signed.

    Only what is older goes: of two that come at once, one has to stay.
    """
    kept = Draft.objects.create(
        employee=employee,
        offer=offer,
        kind=answer.kind,
        answers=_plain(answer),
        shown={},
        replaces=governing,
        created_at=clock.now(),
    )
    mine = Draft.objects.filter(employee=employee, offer=offer, kind=answer.kind, shown={})
    mine.filter(pk__lt=kept.pk).delete()
    return kept


def find_draft(
    *, employee: Employee, offer: Offer, kind: Kind, token: uuid.UUID | None
) -> Draft | None:
    """The person's draft of that kind with that token, or without a token the latest; or None."""
    if token is None:
        return _latest.one(employee=employee.pk, offer=offer.pk, kind=str(kind))
    return _named.one(employee=employee.pk, offer=offer.pk, kind=str(kind), token=token)


def unsent_draft(
    *,
    employee: Employee,
    offer: Offer,
    governing: Submission | None,
    kind: Kind | None = None,
    token: uuid.UUID | None = None,
) -> Draft | None:
    """The form to go on with: the one of that token, or the last one filled in and not submitted.

    Without a token it must be newer than what governs, which it would else undo. Without a `kind`
    it may be of any.
    """
    if kind is None:
        draft = _newest.one(employee=employee.pk, offer=offer.pk)
    else:
        draft = find_draft(employee=employee, offer=offer, kind=kind, token=token)
    if draft is None or draft.sent:  # type: ignore[attr-defined]
        return None
    newer = governing is None or draft.created_at > governing.recorded_at
    return draft if newer or token else None


def _drafts(**of: object) -> QuerySet[Draft]:
    """The drafts of this, newest first; `sent` says whether a form was submitted with the token."""
    used = Submission.objects.filter(form_token=OuterRef("token"))
    return Draft.objects.filter(**of).select_related("replaces").annotate(sent=Exists(used))


_newest = Prepared(lambda **of: _drafts(**of)[:1], employee=A_KEY, offer=A_KEY + 1)
_latest = Prepared(lambda **of: _drafts(**of)[:1], employee=A_KEY, offer=A_KEY + 1, kind=A_WORD)
_named = Prepared(_drafts, employee=A_KEY, offer=A_KEY + 1, kind=A_WORD, token=A_TOKEN)


def mint_token(employee: Employee) -> uuid.UUID:
    """A fresh form token for a form without answers (a decline), which needs no draft.

    Half of it is random, half proves whom it was minted for, so a page left open by one person
    cannot be sent in another's name.
    """
    return _token(employee, secrets.token_bytes(8))


def is_minted_for(employee: Employee, token: uuid.UUID) -> bool:
    """Whether `mint_token` made this token for this person."""
    return secrets.compare_digest(_token(employee, token.bytes[:8]).bytes, token.bytes)


def _token(employee: Employee, nonce: bytes) -> uuid.UUID:
    proof = salted_hmac("elections.form_token", f"{employee.pk}:{nonce.hex()}", algorithm="sha256")
    return uuid.UUID(bytes=nonce + proof.digest()[:8])


def answer_of(draft: Draft) -> Answer:
    """What the draft says, as the rules take it."""
    match draft.kind:
        case Kind.ELECTION:
            return Election(
                {number: Choice(said) for number, said in (draft.answers or {}).items()}
            )
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
