"""Law's page "Key in a form on paper": the form, a check of what it does, and the recording."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from elections import clock, queries
from elections.admin import paper_page
from elections.admin.paper_form import (
    Checked,
    KeyedForm,
    pack,
    pack_scan,
    posted_fields,
    read_answer,
    unpack,
    unpack_scan,
)
from elections.core.instants import ZONE_NAMES, instant_label
from elections.models import Employee, Offer, Submission
from elections.models.submission import Kind
from elections.services.paper import PaperCheck, PaperForm, check_paper, submit_paper
from elections.services.submit import Recorded, Refused, SignedForm, Stale, TokenReused

KEY_IN = "elections.add_submission"
UNKNOWN = "This form could not be recognized, and nothing was recorded. Please key it in again."
STALE = (
    "Another form of this employee came in since this page was shown, so nothing was recorded."
    " Below is what this one comes to now."
)
REUSED = "This form had been recorded before, with other content. This is what was recorded."


@dataclass(frozen=True)
class Page:
    """One visit to the page: the employee, the offer, the instant (aware UTC).

    `frame` is what every page of the admin shows around its own content.
    """

    request: HttpRequest
    employee: Employee
    offer: Offer
    frame: dict[str, Any]
    at: datetime = field(default_factory=clock.now)

    def label(self, instant: datetime) -> str:
        """An instant in words, in both of the offer's zones."""
        return instant_label(instant, zone=self.offer.zone, second_zone=self.offer.second_zone)

    def shown(
        self, template: str, title: str, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        """The page in its frame."""
        common = {
            "employee": self.employee,
            "opts": Employee._meta,
            "title": title,
            "now_label": self.label(self.at),
        }
        path = f"admin/elections/paper/{template}"
        return TemplateResponse(self.request, path, self.frame | common | context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def key_in(request: HttpRequest, pk: int, *, frame: dict[str, Any]) -> HttpResponse:
    """One address for all steps; only a POST whose `step` is "record" records."""
    if not request.user.has_perm(KEY_IN):
        raise PermissionDenied
    page = Page(request, get_object_or_404(Employee, pk=pk), queries.current_offer(), frame)
    if request.method != "POST":
        kind = request.GET.get("kind", "")
        return _ask(page, Kind(kind)) if kind in Kind.values else _which(page)
    if request.POST.get("step") == "check":
        return _check(page)
    checked = unpack(request.POST.get("checked", ""), actor=request.user.pk, employee=pk)
    if checked is None:
        messages.error(request, UNKNOWN)
        return HttpResponseRedirect(request.path)
    if request.POST.get("step") == "record":
        return _record(page, checked)
    form = KeyedForm(
        initial=checked.data.dict(), zone=page.offer.zone, kind=checked.kind, held=checked.held
    )
    return _ask(page, checked.kind, form, checked.data)


def _which(page: Page) -> HttpResponse:
    return page.shown("which.html", "Key in a form on paper", kinds=Kind.choices)


def _ask(
    page: Page,
    kind: Kind,
    form: KeyedForm | None = None,
    data: QueryDict | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    form = form or KeyedForm(zone=page.offer.zone, kind=kind)
    grants = queries.grants_of(page.employee)
    on_record = paper_page.on_record(page.offer, page.employee)
    return page.shown(
        "key_in.html",
        f"Key in: {kind.label.lower()} on paper",
        status=status,
        form=form,
        errors=form.errors,
        kind=kind,
        held=form.held,
        held_packed=pack_scan(form.held),
        rows=paper_page.rows(kind, page.offer, grants, on_record, data or QueryDict()),
        withdraw_all="withdraw-all" in (data or ()),
        on_record=[paper_page.earlier(one, page.offer) for one in on_record],
        zone_name=ZONE_NAMES.get(page.offer.zone, page.offer.zone),
    )


def _check(page: Page) -> HttpResponse:
    """Show what the form comes to; or the form again, with every word and the scan kept."""
    kind = page.request.POST.get("kind", "")
    if kind not in Kind.values:
        return _which(page)
    form = KeyedForm(
        page.request.POST,
        page.request.FILES,
        zone=page.offer.zone,
        kind=Kind(kind),
        held=unpack_scan(page.request.POST.get("held", "")),
    )
    return _judged(page, Kind(kind), form, page.request.POST)


def _judged(
    page: Page, kind: Kind, form: KeyedForm, data: QueryDict, *, note: str = ""
) -> HttpResponse:
    form.full_clean()
    if {"received_at", "signature"} <= form.cleaned_data.keys():
        check = check_paper(
            actor=page.request.user,
            employee=page.employee,
            offer=page.offer,
            answer=read_answer(kind, data),
            signature=form.cleaned_data["signature"],
            agreed=form.cleaned_data.get("agree", False),
            received_at=form.cleaned_data["received_at"],
        )
        form.refuse(check.problems)
        if form.is_valid():
            return _preview(page, kind, form, data, check, note=note)
    return _ask(page, kind, form, data, status=422)


def _preview(
    page: Page, kind: Kind, form: KeyedForm, data: QueryDict, check: PaperCheck, *, note: str
) -> HttpResponse:
    """What the form comes to, before it counts."""
    checked = Checked(
        kind=kind,
        posted=posted_fields(data),
        token=uuid.uuid4(),
        replaces=check.replaces.receipt if check.replaces else None,
        governing=check.governing.receipt if check.governing else None,
        shown=check.shown,
        held=form.cleaned_data["held"],
    )
    return page.shown(
        "check.html",
        "Check the form on paper",
        status=422 if note else 200,
        note=note,
        kind=kind,
        check=check,
        form=form,
        says=paper_page.says(page.label, form.cleaned_data["received_at"], check),
        lines=paper_page.lines(check),
        checked=pack(checked, actor=page.request.user.pk, employee=page.employee.pk),
    )


def _record(page: Page, checked: Checked) -> HttpResponse:
    """Record it and lead to the submission; refused, show the form with every word kept."""
    form = _bound(page, checked)
    if not form.is_valid():
        return _ask(page, checked.kind, form, checked.data, status=422)
    outcome = submit_paper(
        actor=page.request.user,
        employee=page.employee,
        offer=page.offer,
        paper=_paper_form(page, checked, form),
    )
    match outcome:
        case Recorded(submission):
            messages.success(page.request, paper_page.told(submission))
            return _to(submission)
        case TokenReused(first):
            messages.warning(page.request, REUSED)
            return _to(first)
        case Stale():
            return _judged(page, checked.kind, _bound(page, checked), checked.data, note=STALE)
        case Refused(problems):
            form.refuse(problems)
    return _ask(page, checked.kind, form, checked.data, status=422)


def _bound(page: Page, checked: Checked) -> KeyedForm:
    return KeyedForm(checked.data, zone=page.offer.zone, kind=checked.kind, held=checked.held)


def _paper_form(page: Page, checked: Checked, form: KeyedForm) -> PaperForm:
    return PaperForm(
        form=SignedForm(
            answer=read_answer(checked.kind, checked.data),
            signature=form.cleaned_data["signature"],
            agreed=form.cleaned_data.get("agree", False),
            token=checked.token,
            replaces=checked.replaces,
            arrived_at=page.request.arrived_at,
            shown=checked.shown,
        ),
        received_at=form.cleaned_data["received_at"],
        governing=checked.governing,
        scan=checked.held,
    )


def _to(submission: Submission) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:elections_submission_change", args=[submission.pk]))
