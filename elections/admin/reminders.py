"""HR's page "Reminders": who has not answered, a preview, dates set in advance, and past runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from elections import clock, queries
from elections.admin import labels
from elections.admin.forms import Refusable
from elections.admin.framed import framed
from elections.admin.progress import mail_progress
from elections.admin.site import ReadOnlyAdmin
from elections.admin.whens import day_field, instant_of, time_field
from elections.core.instants import ZONE_NAMES, instant_label, time_left
from elections.delivery.gather import reminder_facts
from elections.delivery.notices import reminder_letter
from elections.models import Offer, Reminder, ReminderDate
from elections.services.remind import (
    NotReminded,
    cancel_reminder_date,
    remind_now,
    set_reminder_date,
)

REMIND = "elections.add_reminder"
USUAL = {
    "7d": ("7 days before", timedelta(days=7)),
    "2d": ("2 days before", timedelta(days=2)),
    "12h": ("12 hours before", timedelta(hours=12)),
}


class ReminderDateForm(Refusable):
    """When to remind, as the clocks of the offer's own zone will show it.

    Cleaned, it adds `remind_at` (aware UTC).
    """

    day = day_field("Day", "Please give the day.")
    time = time_field("Time", "Please give the time.")

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Add `remind_at`, or say at the time why no single instant is meant."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["remind_at"] = instant_of(self, cleaned, "day", "time")
        return cleaned


class ConfirmForm(Refusable):
    """A single button; it can only say what the service refused."""


@dataclass(frozen=True)
class Page:
    """One visit: the offer, the instant (aware UTC), and what every page of the admin shows."""

    request: HttpRequest
    offer: Offer
    frame: dict[str, Any]
    at: datetime = field(default_factory=clock.now)

    @property
    def deadline(self) -> datetime:
        """The deadline in force, aware UTC."""
        return queries.deadline_in_force(self.offer, at=self.at)

    def label(self, instant: datetime) -> str:
        """An instant in words, in both of the offer's zones."""
        return instant_label(instant, zone=self.offer.zone, second_zone=self.offer.second_zone)


@require_http_methods(["GET", "HEAD", "POST"])
def remind(request: HttpRequest, pk: int, *, frame: dict[str, Any]) -> HttpResponse:
    """The page; a POST's `step` says what is done: send, set (a date) or cancel (one)."""
    if not request.user.has_perm("elections.view_reminder"):
        raise PermissionDenied
    offers = Offer.objects.prefetch_related("extensions")
    page = Page(request, get_object_or_404(offers, pk=pk), frame)
    if request.method != "POST":
        return _shown(page)
    if not request.user.has_perm(REMIND):
        raise PermissionDenied
    steps = {"send": _send, "set": _set, "cancel": _cancel}
    step = steps.get(request.POST.get("step", ""))
    return step(page) if step else _shown(page)


def _send(page: Page) -> HttpResponse:
    seen = page.request.POST.get("seen", "")
    outcome = remind_now(
        actor=page.request.user,
        offer=page.offer,
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1,
    )
    if isinstance(outcome, NotReminded):
        return _refused(page, outcome)
    people = outcome.reminder.people
    return _back(page, f"{_people(people)} {'is' if people == 1 else 'are'} being reminded.")


def _set(page: Page) -> HttpResponse:
    usual = USUAL.get(page.request.POST.get("usual", ""))
    form = ReminderDateForm(page.request.POST, zone=page.offer.zone)
    if usual:
        remind_at = page.deadline - usual[1]
    elif form.is_valid():
        remind_at = form.cleaned_data["remind_at"]
    else:
        return _shown(page, date_form=form, status=422)
    outcome = set_reminder_date(actor=page.request.user, offer=page.offer, remind_at=remind_at)
    if not isinstance(outcome, NotReminded):
        return _back(page, f"People will be reminded at {page.label(remind_at)}.")
    if usual:
        return _refused(page, outcome)
    form.refuse(outcome.problems)
    return _shown(page, date_form=form, status=422)


def _cancel(page: Page) -> HttpResponse:
    key = page.request.POST.get("date", "")
    dates = page.offer.reminder_dates.filter(pk=key) if key.isascii() and key.isdigit() else None
    date = dates.first() if dates is not None and len(key) < 19 else None
    if date is None:
        return _back(page, "This reminder is not on the list any more.", messages.WARNING)
    outcome = cancel_reminder_date(actor=page.request.user, date=date)
    if outcome:
        return _refused(page, outcome)
    return _back(page, f"Nobody will be reminded at {page.label(date.remind_at)}.")


def _back(page: Page, sentence: str, level: int = messages.SUCCESS) -> HttpResponse:
    messages.add_message(page.request, level, sentence)
    return HttpResponseRedirect(reverse("admin:elections_offer_remind", args=[page.offer.pk]))


def _refused(page: Page, outcome: NotReminded) -> HttpResponse:
    form = ConfirmForm({})
    form.refuse(outcome.problems)
    return _shown(page, form=form, status=422)


def _shown(
    page: Page,
    *,
    form: ConfirmForm | None = None,
    date_form: ReminderDateForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Everything there is to know, and what may be done about it."""
    runs = list(queries.with_mail_progress(_reminders().filter(offer=page.offer)))
    dates = list(page.offer.reminder_dates.select_related("set_by"))
    people = queries.people_to_remind(page.offer, at=page.at).count()
    return framed(
        page.request,
        page.frame,
        "reminder/remind.html",
        "Reminders",
        model=Offer,
        status=status,
        offer=page.offer,
        people=people,
        passed=page.at >= page.deadline,
        deadline_label=page.label(page.deadline),
        letter=_preview(page),
        seen=len(runs),
        may_remind=page.request.user.has_perm(REMIND),
        form=form or ConfirmForm(),
        date_form=date_form or ReminderDateForm(zone=page.offer.zone),
        errors=bool((form and form.errors) or (date_form and date_form.errors)),
        zone_name=ZONE_NAMES.get(page.offer.zone, page.offer.zone),
        dates=list(_dates(page, dates, runs)),
        usual=list(_usual(page, dates)),
        runs=[
            {
                "at": page.label(run.sent_at),
                "by": run.sent_by or "set in advance",
                "people": run.people,
                "progress": mail_progress(run),
            }
            for run in runs
        ],
    )


def _preview(page: Page) -> dict[str, str]:
    letter = reminder_letter(reminder_facts(page.offer, "(name)", at=page.at))
    text = render_to_string("mail/letter.txt", {"letter": letter, "attached": False})
    return {"subject": letter.subject, "text": text}


def _dates(page: Page, dates: list[ReminderDate], runs: list[Reminder]) -> Iterator[dict[str, Any]]:
    by_date = {run.date_id: run for run in runs}
    for date in dates:
        run = by_date.get(date.pk)
        if run:
            state = f"Sent to {_people(run.people)}"
        else:
            state = "Skipped" if date.skipped_at else "To come"
        yield {
            "pk": date.pk,
            "at": page.label(date.remind_at),
            "before": f"{time_left(date.remind_at, page.deadline)} before the deadline",
            "set_by": date.set_by,
            "state": state,
            "to_come": not run and not date.skipped_at,
        }


def _usual(page: Page, dates: list[ReminderDate]) -> Iterator[dict[str, str]]:
    """The usual dates that are still to come and not set yet."""
    taken = {date.remind_at for date in dates}
    for name, (words, before) in USUAL.items():
        at = page.deadline - before
        if at > page.at and at not in taken:
            yield {"name": name, "words": words, "at": page.label(at)}


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _reminders() -> QuerySet[Reminder]:
    return Reminder.objects.select_related("offer", "date", "sent_by")


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    """Every reminder that went out, the latest first; sent on the page of its offer."""

    list_display = ("sent", "by", "people", mail_progress)
    list_select_related = ("offer", "sent_by")
    fields = readonly_fields = ("offer", "sent", "by", "people", mail_progress)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reminder]:
        """With how far the mails of each have come."""
        return queries.with_mail_progress(super().get_queryset(request))

    @admin.display(description="sent", ordering="sent_at")
    def sent(self, reminder: Reminder) -> str:
        """When it was set off, in the offer's zone."""
        return labels.cell_time(reminder.sent_at, reminder.offer.zone)

    @admin.display(description="by")
    def by(self, reminder: Reminder) -> str:
        """Whoever sent it by hand; otherwise its date had come."""
        return str(reminder.sent_by or "set in advance")
