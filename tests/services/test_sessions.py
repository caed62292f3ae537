"""Information sessions: added, changed and canceled, never deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from elections.core.problems import Code
from elections.models import AuditEntry, InformationSession, Offer, User
from elections.services.sessions import (
    Kept,
    Meeting,
    NotKept,
    add_session,
    announced,
    cancel_session,
    change_session,
    version_of,
)
from tests.factory import DURING_OFFER, make_user

HOUR = timedelta(hours=1)
MEETING = Meeting(
    starts_at=DURING_OFFER,
    ends_at=DURING_OFFER + HOUR,
    place="Irvine",
    how_to_join="Dial in.",
)


@pytest.fixture
def hr(db: None) -> User:
    return make_user("hr@example.com", is_staff=True)


@pytest.fixture
def session(offer: Offer, hr: User) -> InformationSession:
    return kept(add_session(actor=hr, offer=offer, meeting=MEETING))


def kept(outcome: object) -> InformationSession:
    assert isinstance(outcome, Kept), outcome
    return outcome.session


def codes(outcome: object) -> list[str]:
    assert isinstance(outcome, NotKept), outcome
    return [problem.code for problem in outcome.problems]


def test_a_session_is_announced_and_noted(session: InformationSession, hr: User) -> None:
    assert announced(InformationSession.objects.get()) == MEETING
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor) == ("session", hr)
    assert entry.subject.endswith(f"session {session.pk} added")


def test_a_session_is_changed(session: InformationSession, hr: User) -> None:
    later = replace(MEETING, ends_at=MEETING.ends_at + HOUR, place="Room 4")

    change_session(actor=hr, session=session, seen=version_of(session), meeting=later)

    assert announced(InformationSession.objects.get()) == later
    assert AuditEntry.objects.filter(subject__endswith="changed").count() == 1


def test_a_canceled_session_stays_and_is_not_changed_any_more(
    session: InformationSession, hr: User
) -> None:
    assert kept(cancel_session(actor=hr, session=session)).canceled

    again = cancel_session(actor=hr, session=session)
    change = change_session(
        actor=hr,
        session=session,
        seen=version_of(session),
        meeting=replace(MEETING, place="Room 4"),
    )

    assert codes(again) == codes(change) == [Code.SESSION_CHANGED_MEANWHILE]
    assert InformationSession.objects.get().place == "Irvine"


def test_of_two_people_changing_at_once_the_second_is_told(
    session: InformationSession, hr: User
) -> None:
    first, second = replace(MEETING, place="Room 4"), replace(MEETING, place="Room 5")
    seen = version_of(session)
    change_session(actor=hr, session=session, seen=seen, meeting=first)

    stale = change_session(actor=make_user(), session=session, seen=seen, meeting=second)

    assert codes(stale) == [Code.SESSION_CHANGED_MEANWHILE]
    assert InformationSession.objects.get().place == "Room 4"


@pytest.mark.parametrize("length", [timedelta(0), -HOUR])
def test_a_session_ends_after_it_starts(offer: Offer, hr: User, length: timedelta) -> None:
    backwards = replace(MEETING, ends_at=MEETING.starts_at + length)

    outcome = add_session(actor=hr, offer=offer, meeting=backwards)

    assert codes(outcome) == [Code.SESSION_ENDS_BEFORE_START]
    assert not InformationSession.objects.exists()


def test_two_sessions_do_not_start_at_one_time(
    offer: Offer, session: InformationSession, hr: User
) -> None:
    assert codes(add_session(actor=hr, offer=offer, meeting=MEETING)) == [Code.SESSION_TIME_TAKEN]
    other = kept(
        add_session(
            actor=hr,
            offer=offer,
            meeting=replace(MEETING, starts_at=DURING_OFFER + HOUR / 2),
        )
    )

    moved = change_session(actor=hr, session=other, seen=version_of(other), meeting=MEETING)

    assert codes(moved) == [Code.SESSION_TIME_TAKEN]
