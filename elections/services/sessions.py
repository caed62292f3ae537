"""The meetings that explain the offer: announced, changed, canceled; none is ever deleted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from elections.core.digest import canonical_json
from elections.core.instants import as_utc
from elections.core.problems import Code, Problem
from elections.models import InformationSession, Offer, User
from elections.models.audit import Act
from elections.services.audit import record_act


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What is announced of a session: two instants (aware), where, and how to join from afar."""

    starts_at: datetime
    ends_at: datetime
    place: str
    how_to_join: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """The session as it stands now."""

    session: InformationSession


@dataclass(frozen=True, slots=True)
class NotKept:
    """The sessions stand as they were, for these reasons."""

    problems: tuple[Problem, ...]


def add_session(*, actor: User, offer: Offer, meeting: Meeting) -> Kept | NotKept:
    """Announce a session."""
    with transaction.atomic(durable=True):
        held = Offer.objects.select_for_update(no_key=True).get(pk=offer.pk)
        session = InformationSession(offer=held, edited_by=actor)
        if problems := _problems(session, meeting):
            return NotKept(problems)
        _fill(session, meeting)
        session.save(force_insert=True)
        _note(session, actor, "added")
    return Kept(session)


def change_session(
    *, actor: User, session: InformationSession, seen: str, meeting: Meeting
) -> Kept | NotKept:
    """Make `session` what `meeting` says; `seen` is the `version_of` it that `actor` saw."""
    with transaction.atomic(durable=True):
        fresh = _held(session)
        problems = _problems(fresh, meeting)
        if fresh.canceled or version_of(fresh) != seen:
            problems = (Problem.of(Code.SESSION_CHANGED_MEANWHILE),)
        if problems:
            return NotKept(problems)
        _fill(fresh, meeting)
        fresh.edited_by = actor
        fresh.revision += 1
        fresh.save()
        _note(fresh, actor, "changed")
    return Kept(fresh)


def cancel_session(*, actor: User, session: InformationSession) -> Kept | NotKept:
    """Mark `session` as canceled: people who planned to come still find it, and see that."""
    with transaction.atomic(durable=True):
        fresh = _held(session)
        if fresh.canceled:
            return NotKept((Problem.of(Code.SESSION_CHANGED_MEANWHILE),))
        fresh.canceled, fresh.edited_by = True, actor
        fresh.revision += 1
        fresh.save(update_fields=["canceled", "edited_by", "revision"])
        _note(fresh, actor, "canceled")
    return Kept(fresh)


def announced(session: InformationSession) -> Meeting:
    """What `session` says, without whether it is canceled."""
    return Meeting(
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        place=session.place,
        how_to_join=session.how_to_join,
    )


def version_of(session: InformationSession) -> str:
    """What tells this state of a session from any other, to be carried by a form."""
    whole = [
        session.starts_at,
        session.ends_at,
        session.place,
        session.how_to_join,
        session.canceled,
    ]
    return hashlib.sha256(canonical_json(whole)).hexdigest()


def _held(session: InformationSession) -> InformationSession:
    """The session as it is by now; its offer is held, so that no two take one time."""
    Offer.objects.select_for_update(no_key=True).get(pk=session.offer_id)
    return InformationSession.objects.select_related("offer").get(pk=session.pk)


def _problems(session: InformationSession, meeting: Meeting) -> tuple[Problem, ...]:
    problems = []
    if as_utc(meeting.ends_at) <= as_utc(meeting.starts_at):
        problems.append(Problem.of(Code.SESSION_ENDS_BEFORE_START))
    others = session.offer.sessions.exclude(pk=session.pk)
    if others.filter(starts_at=meeting.starts_at).exists():
        problems.append(Problem.of(Code.SESSION_TIME_TAKEN))
    return tuple(problems)


def _fill(session: InformationSession, meeting: Meeting) -> None:
    session.starts_at, session.ends_at = as_utc(meeting.starts_at), as_utc(meeting.ends_at)
    session.place, session.how_to_join = meeting.place, meeting.how_to_join


def _note(session: InformationSession, actor: User, what: str) -> None:
    record_act(
        Act.SESSION,
        actor=actor,
        subject=f"{session.offer.slug}, session {session.pk} {what}",
        details={
            "starts_at": session.starts_at.isoformat(),
            "ends_at": session.ends_at.isoformat(),
            "place": session.place,
        },
    )
