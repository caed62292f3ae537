"""The deadline and the information sessions as a calendar file (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_safe
from icalendar import Alarm, Calendar, Event

from elections.context import Portal, portal_of
from elections.models import InformationSession, Offer
from elections.views.person import PersonRequest, signed_in

REMIND_BEFORE = (timedelta(days=1), timedelta(hours=1))


@require_safe
@signed_in
def calendar(request: PersonRequest) -> HttpResponse:
    """A file to open with a calendar. Taken again, it brings what was in it up to date."""
    return HttpResponse(
        calendar_of(portal_of(request), request.offer).to_ical(),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{request.offer.slug}.ics"'},
    )


def calendar_of(portal: Portal, offer: Offer) -> Calendar:
    """The deadline in force, and every session, those canceled marked so."""
    whole = Calendar()
    whole.add("prodid", f"-//{offer.company}//Stock option exchange//EN")
    whole.add("version", "2.0")
    whole.add("method", "PUBLISH")
    whole.add_component(_deadline(portal, offer))
    for session in _sessions(portal, offer):
        whole.add_component(session)
    return whole


def _deadline(portal: Portal, offer: Offer) -> Event:
    """At the very instant: whoever is reminded by it must not believe that there is more time."""
    event = _event(portal, f"deadline-{offer.slug}", sequence=len(offer.extensions.all()))
    event.add("summary", f"{offer.title}: forms must have arrived")
    event.add("dtstart", portal.deadline)
    event.add(
        "description",
        f"A form counts if it arrives before {portal.deadline_label}. Submit or change yours at"
        f" {settings.PORTAL_BASE_URL}. If the deadline is extended, please take this file again.",
    )
    for before in REMIND_BEFORE:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", -before)
        alarm.add("description", f"{offer.title} ends at {portal.deadline_label}")
        event.add_component(alarm)
    return event


def _sessions(portal: Portal, offer: Offer) -> Iterator[Event]:
    for session in offer.sessions.all():
        event = _event(portal, f"session-{session.pk}", sequence=session.revision)
        event.add("summary", f"{offer.title}: information session")
        event.add("dtstart", session.starts_at)
        event.add("dtend", session.ends_at)
        event.add("location", session.place)
        if session.how_to_join:
            event.add("description", session.how_to_join)
        event.add("status", _status(session))
        yield event


def _status(session: InformationSession) -> str:
    return "CANCELLED" if session.canceled else "CONFIRMED"


def _event(portal: Portal, name: str, *, sequence: int) -> Event:
    """An event that is known again by its UID, and is newer the higher its sequence."""
    event = Event()
    event.add("uid", f"{name}@{settings.PORTAL_HOST}")
    event.add("sequence", sequence)
    event.add("dtstamp", portal.at)
    return event
