"""Printing somebody's form for them: the same PDF as on their own pages."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from elections import clock, queries
from elections.delivery.facts import FormKind
from elections.delivery.printable import render_printable
from elections.delivery.printable_facts import NothingToPrint, printable_form
from elections.models import Employee

SEE = ("elections.view_employee", "elections.view_grant")


@never_cache
@require_safe
def print_form(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """An election or withdrawal form of that employee, or back to their page with the reason."""
    if not request.user.has_perms(SEE):
        raise PermissionDenied
    employee = get_object_or_404(Employee, pk=pk)
    offer = queries.current_offer()
    try:
        form = printable_form(offer, employee, FormKind(kind), at=clock.now())
    except NothingToPrint as why:
        messages.warning(request, f"There is no {kind} form to print for {employee.name}: {why}")
        return HttpResponseRedirect(reverse("admin:elections_employee_change", args=[pk]))
    return HttpResponse(
        render_printable(form),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{kind}-form-{employee.pk}.pdf"'},
    )
