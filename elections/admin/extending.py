"""HR's page "Extend the offer": a form, a preview of what it will do, and the confirmation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from elections import clock, queries
from elections.admin.confirming import ask_again
from elections.admin.forms import ExtensionForm
from elections.core import deadline
from elections.core.exchange import new_grant_date
from elections.core.instants import ZONE_NAMES, instant_label
from elections.core.problems import Code, Problem
from elections.core.words import day_label
from elections.models import Offer, Submission
from elections.services.extend import Extended, NotExtended, extend_offer
from elections.services.propose import Proposed, propose_extension

EXTEND = "elections.add_extension"


@dataclass(frozen=True)
class Page:
    """One visit to the page: the offer, the instant (aware UTC), and the deadline in force at it.

    `frame` is what every page of the admin shows around its own content.
    """

    request: HttpRequest
    offer: Offer
    frame: dict[str, Any]
    at: datetime = field(default_factory=clock.now)

    @property
    def current(self) -> datetime:
        """The deadline in force, aware UTC."""
        return queries.deadline_in_force(self.offer, at=self.at)

    def label(self, instant: datetime) -> str:
        """An instant in words, in both of the offer's zones."""
        return instant_label(instant, zone=self.offer.zone, second_zone=self.offer.second_zone)

    def shown(
        self, template: str, title: str, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        """The page in its frame."""
        common = {
            "offer": self.offer,
            "opts": Offer._meta,
            "title": title,
            "expected": self.current.isoformat(),
            "current_label": self.label(self.current),
            "passed": self.at >= self.current,
            "needs_approval": settings.PORTAL_EXTENSION_NEEDS_APPROVAL,
        }
        path = f"admin/elections/offer/{template}"
        return TemplateResponse(self.request, path, self.frame | common | context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: HttpRequest, pk: int, *, frame: dict[str, Any]) -> HttpResponse:
    """One address for all three steps; only a POST whose `step` is "confirm" extends."""
    if not request.user.has_perm(EXTEND):
        raise PermissionDenied
    if detour := ask_again(request):
        return detour
    offers = Offer.objects.prefetch_related("extensions")
    page = Page(request, get_object_or_404(offers, pk=pk), frame)
    if request.method != "POST":
        return _ask(page, _blank_form(page))
    if request.POST.get("step") == "edit":
        return _ask(page, ExtensionForm(zone=page.offer.zone, initial=request.POST.dict()))
    form = ExtensionForm(request.POST, zone=page.offer.zone)
    if form.is_valid():
        form.refuse(_problems(page, form))
    if not form.is_valid():
        return _ask(page, form, status=422)
    return _confirm(page, form) if request.POST.get("step") == "confirm" else _preview(page, form)


def _blank_form(page: Page) -> ExtensionForm:
    """At the same time of day as the deadline in force; the day is for HR to choose."""
    same_time = page.current.astimezone(ZoneInfo(page.offer.zone)).time()
    return ExtensionForm(zone=page.offer.zone, initial={"time": same_time})


def _problems(page: Page, form: ExtensionForm) -> tuple[Problem, ...]:
    """What the service would refuse as things stand; it decides anew, under its lock."""
    problems = deadline.extension_problems(
        current=page.current, proposed=form.cleaned_data["expiration"], at=page.at
    )
    if form.cleaned_data["expected"] != page.current:
        problems += (Problem.of(Code.DEADLINE_MOVED_MEANWHILE),)
    return problems


def _ask(page: Page, form: ExtensionForm, *, status: int = 200) -> HttpResponse:
    return page.shown(
        "extend.html",
        "Extend the offer",
        status=status,
        form=form,
        errors=form.errors,
        zone_name=ZONE_NAMES.get(page.offer.zone, page.offer.zone),
    )


def _preview(page: Page, form: ExtensionForm) -> HttpResponse:
    """What the extension will do, before it does."""
    return page.shown(
        "extend_preview.html",
        "Check the extension",
        form=form,
        reason=form.cleaned_data["reason"],
        **effects(page, form.cleaned_data["expiration"]),
    )


def effects(page: Page, expiration: datetime) -> dict[str, Any]:
    """What an extension to `expiration` (aware) does as things stand, for offer/_effects.html."""
    terms, federal = page.offer.terms(), holidays.country_holidays("US")
    limit = deadline.announcement_limit(page.current, terms, federal)
    late = Submission.objects.filter(offer=page.offer, timely=False)
    return {
        "new_label": page.label(expiration),
        "people": queries.people_to_notify(page.offer, at=page.at).count(),
        "tendered": queries.tendered(page.offer),
        "as_of_label": page.label(page.at),
        "late": late.count(),
        "limit_label": page.label(limit),
        "limit_passed": page.at >= limit,
        "old_grant_day": day_label(new_grant_date(page.current, terms, federal)),
        "new_grant_day": day_label(new_grant_date(expiration, terms, federal)),
    }


def _confirm(page: Page, form: ExtensionForm) -> HttpResponse:
    """Extend, or propose it, and come back to the offer; refused, show the form as typed."""
    wish = {name: form.cleaned_data[name] for name in ("expected", "expiration", "reason")}
    write = propose_extension if settings.PORTAL_EXTENSION_NEEDS_APPROVAL else extend_offer
    outcome = write(actor=page.request.user, offer=page.offer, **wish)
    if isinstance(outcome, NotExtended):
        form.refuse(outcome.problems)
        # Asked again of the database: the refusal may come from a deadline that just moved.
        fresh = Offer.objects.prefetch_related("extensions").get(pk=page.offer.pk)
        return _ask(Page(page.request, fresh, page.frame), form, status=422)
    if isinstance(outcome, Proposed):
        messages.success(page.request, "The extension waits for the approval of somebody else.")
    else:
        tell_extended(page, outcome)
    return HttpResponseRedirect(reverse("admin:elections_offer_change", args=[page.offer.pk]))


def tell_extended(page: Page, outcome: Extended) -> None:
    """Say on the next page what the extension did."""
    people = "1 person is" if outcome.mailed == 1 else f"{outcome.mailed:,} people are"
    messages.success(
        page.request,
        f"The offer now ends at {page.label(outcome.extension.expiration)}. {people} being mailed"
        " the new deadline.",
    )
