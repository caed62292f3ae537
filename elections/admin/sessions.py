"""The information sessions: adding one, changing it, canceling it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse

from elections.admin import labels
from elections.admin.forms import Refusable
from elections.admin.framed import framed
from elections.admin.site import ReadOnlyAdmin
from elections.admin.whens import day_field, instant_of, time_field
from elections.core.instants import ZONE_NAMES, instant_label
from elections.models import InformationSession, Offer
from elections.services.sessions import (
    Meeting,
    NotKept,
    add_session,
    cancel_session,
    change_session,
    version_of,
)

ADD = "elections.add_informationsession"
CHANGE = "elections.change_informationsession"


class SessionForm(Refusable):
    """A session as the clocks of the offer's own zone will show it. Cleaned, it adds `meeting`."""

    day = day_field("Day", "Please give the day.")
    starts = time_field("Starts", "Please give the time at which it starts.")
    ends = time_field("Ends", "Please give the time at which it ends.")
    place = forms.CharField(
        max_length=200, error_messages={"required": "Please say where it takes place."}
    )
    how_to_join = forms.CharField(
        label="How to join from elsewhere",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Shown to those who have signed in.",
    )
    # What the page showed, so that nobody overwrites what they have not seen.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Add `meeting`, or say at the times why no single instant is meant."""
        cleaned = super().clean() or self.cleaned_data
        starts_at = instant_of(self, cleaned, "day", "starts")
        ends_at = instant_of(self, cleaned, "day", "ends")
        if starts_at and ends_at and "place" in cleaned:
            cleaned["meeting"] = Meeting(
                starts_at=starts_at,
                ends_at=ends_at,
                place=cleaned["place"],
                how_to_join=cleaned.get("how_to_join", ""),
            )
        return cleaned


def _initial(session: InformationSession) -> dict[str, Any]:
    zone = ZoneInfo(session.offer.zone)
    starts, ends = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
    return {
        "day": starts.date(),
        "starts": starts.time(),
        "ends": ends.time(),
        "place": session.place,
        "how_to_join": session.how_to_join,
        "seen": version_of(session),
    }


@admin.register(InformationSession)
class InformationSessionAdmin(ReadOnlyAdmin):
    """The meetings that explain the offer."""

    change_form_template = "admin/elections/informationsession/page.html"
    list_display = ("place", "starts", "ends", "state")
    list_select_related = ("offer",)
    fields = readonly_fields = ("offer", "place", "starts", "ends", "how_to_join", "state")

    def get_urls(self) -> list[URLPattern]:
        """The addresses of adding, changing and canceling, before Django's own."""
        view = self.admin_site.admin_view
        name = "elections_informationsession"
        return [
            path("<key:pk>/edit/", view(self.edit_view), name=f"{name}_edit"),
            path("new/<key:pk>/", view(self.new_view), name=f"{name}_new"),
            *super().get_urls(),
        ]

    def new_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Announce a session of an offer."""
        if not request.user.has_perm(ADD):
            raise PermissionDenied
        offer = get_object_or_404(Offer, pk=pk)
        if request.method != "POST":
            return self._ask(request, SessionForm(zone=offer.zone), offer, None)
        form = SessionForm(request.POST, zone=offer.zone)
        if form.is_valid():
            meeting = form.cleaned_data["meeting"]
            outcome = add_session(actor=request.user, offer=offer, meeting=meeting)
            if not isinstance(outcome, NotKept):
                return self._done(request, "The session is announced.")
            form.refuse(outcome.problems)
        return self._ask(request, form, offer, None, status=422)

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change a session, or cancel it."""
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        sessions = InformationSession.objects.select_related("offer")
        session = get_object_or_404(sessions, pk=pk)
        zone = session.offer.zone
        if request.method != "POST":
            form = SessionForm(zone=zone, initial=_initial(session))
            return self._ask(request, form, session.offer, session)
        if request.POST.get("step") == "cancel":
            outcome = cancel_session(actor=request.user, session=session)
            form = SessionForm(_initial(session), zone=zone)
            said = "The session is canceled, and marked so for everybody."
        else:
            form = SessionForm(request.POST, zone=zone)
            if not form.is_valid():
                return self._ask(request, form, session.offer, session, status=422)
            outcome = change_session(
                actor=request.user,
                session=session,
                seen=form.cleaned_data["seen"],
                meeting=form.cleaned_data["meeting"],
            )
            said = "The session is changed."
        if not isinstance(outcome, NotKept):
            return self._done(request, said)
        form.refuse(outcome.problems)
        return self._ask(request, form, session.offer, session, status=422)

    def _done(self, request: HttpRequest, sentence: str) -> HttpResponse:
        messages.success(request, sentence)
        return HttpResponseRedirect(reverse("admin:elections_informationsession_changelist"))

    def _ask(
        self,
        request: HttpRequest,
        form: SessionForm,
        offer: Offer,
        session: InformationSession | None,
        *,
        status: int = 200,
    ) -> HttpResponse:
        return framed(
            request,
            self.admin_site.each_context(request),
            "informationsession/edit.html",
            "Change an information session" if session else "New information session",
            model=InformationSession,
            status=status,
            form=form,
            errors=bool(form.is_bound and form.errors),
            offer=offer,
            session=session,
            seen=version_of(session) if session else "",
            zone_name=ZONE_NAMES.get(offer.zone, offer.zone),
        )

    @admin.display(description="starts", ordering="starts_at")
    def starts(self, session: InformationSession) -> str:
        """In both zones."""
        return _label(session, "starts_at")

    @admin.display(description="ends", ordering="ends_at")
    def ends(self, session: InformationSession) -> str:
        """In both zones."""
        return _label(session, "ends_at")

    @admin.display(description="state")
    def state(self, session: InformationSession) -> str:
        """Whether it takes place."""
        return labels.state("Canceled", "bad") if session.canceled else "Takes place"


def _label(session: InformationSession, field: str) -> str:
    offer = session.offer
    return instant_label(getattr(session, field), zone=offer.zone, second_zone=offer.second_zone)
