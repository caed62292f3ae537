"""HR's page "Change status": what the roster says, what a change does, and the confirmation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from elections.admin.framed import framed
from elections.admin.status_form import StatusForm
from elections.core.problems import Code
from elections.core.status_words import differences
from elections.delivery.gather import status_facts
from elections.delivery.status_notice import status_letter
from elections.models import Employee, StatusChange
from elections.services.change_status import NotChanged, change_status, check_status
from elections.services.status import StatusEffect, standing_of

CHANGE = "elections.change_employee"


@dataclass(frozen=True)
class Page:
    """One visit: whose status it is, and what every page of the admin shows around its own."""

    request: HttpRequest
    employee: Employee
    frame: dict[str, Any]

    def shown(self, template: str, title: str, form: StatusForm, **context: Any) -> HttpResponse:
        """The page in its frame; a form with errors has not been taken."""
        errors = bool(form.is_bound and form.errors)
        return framed(
            self.request,
            self.frame,
            f"employee/{template}",
            title,
            model=Employee,
            status=422 if errors else 200,
            employee=self.employee,
            form=form,
            errors=errors,
            **context,
        )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int, *, frame: dict[str, Any]) -> HttpResponse:
    """One address for all three steps; only a POST whose `step` is "confirm" changes anything."""
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    page = Page(request, get_object_or_404(Employee, pk=pk), frame)
    now = standing_of(page.employee)
    if request.method != "POST":
        return _ask(page, StatusForm(initial=now, seen=now))
    form = StatusForm(request.POST, seen=now)
    if not form.is_valid():
        return _ask(page, form)
    step = request.POST.get("step")
    if step == "edit":
        return _ask(page, form)
    return _confirm(page, form) if step == "confirm" else _preview(page, form)


def _ask(page: Page, form: StatusForm) -> HttpResponse:
    return page.shown("status.html", f"Change the status of {page.employee}", form)


def _preview(page: Page, form: StatusForm) -> HttpResponse:
    """What the change does as things stand, before it does."""
    check = check_status(actor=page.request.user, employee=page.employee, wish=form.wish())
    problems = [one for one in check.problems if one.code != Code.STATUS_EFFECT_CHANGED]
    if problems or check.effect is None:
        return _refused(page, form, NotChanged(tuple(problems)))
    return _shown(page, form, check.effect)


def _shown(page: Page, form: StatusForm, effect: StatusEffect) -> HttpResponse:
    return page.shown(
        "status_preview.html",
        "Check the change of status",
        form,
        differences=differences(effect.before, effect.after),
        effect=effect,
        letter=_letter(page.employee, effect) if effect.effect else None,
    )


def _letter(employee: Employee, effect: StatusEffect) -> dict[str, str]:
    """The mail to the letter."""
    change = StatusChange(
        employee=employee,
        offer=effect.offer,
        before=effect.before,
        after=effect.after,
        effect=effect.effect,
    )
    letter = status_letter(status_facts(change))
    text = render_to_string("mail/letter.txt", {"letter": letter, "attached": False})
    return {"subject": letter.subject, "text": text}


def _confirm(page: Page, form: StatusForm) -> HttpResponse:
    """Change it, and go to the person; refused, show it again with every word kept."""
    outcome = change_status(actor=page.request.user, employee=page.employee, wish=form.wish())
    if isinstance(outcome, NotChanged):
        return _refused(page, form, outcome)
    told = "is being mailed what it means" if outcome.mailed else "is not mailed: nothing changes"
    messages.success(page.request, f"The status of {page.employee} is changed. This person {told}.")
    return HttpResponseRedirect(reverse("admin:elections_employee_change", args=[page.employee.pk]))


def _refused(page: Page, form: StatusForm, outcome: NotChanged) -> HttpResponse:
    """The form as typed; where the roster was changed meanwhile, upon what it says by now."""
    codes = {problem.code for problem in outcome.problems}
    if Code.STATUS_EFFECT_CHANGED in codes:
        check = check_status(actor=page.request.user, employee=page.employee, wish=form.wish())
        form.refuse(outcome.problems)
        return _shown(page, form, check.effect) if check.effect else _ask(page, form)
    if Code.STATUS_CHANGED_MEANWHILE in codes:
        form = _upon_what_it_says_now(page, form)
    form.refuse(outcome.problems)
    return _ask(page, form)


def _upon_what_it_says_now(page: Page, form: StatusForm) -> StatusForm:
    """The same wish, to be decided anew: what was left alone is as the roster has it by now."""
    wish, now = form.wish(), standing_of(Employee.objects.get(pk=page.employee.pk))
    meant = {n: v for n, v in wish.new.items() if n in wish.expected and v != wish.expected[n]}
    data = {"reason": wish.reason} | now | meant
    return StatusForm(data | {f"seen-{name}": value for name, value in now.items()}, seen=now)
