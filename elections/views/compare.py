"""What keeping and exchanging could be worth, at prices that somebody assumes. Records nothing."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from elections import queries
from elections.compare_form import CompareForm
from elections.views.comparison import Assumed, compare_grants
from elections.views.person import (
    PersonRequest,
    employee_required,
    not_eligible_page,
    why_not_eligible,
)
from elections.views.sheet import make_sheet
from elections.views.vesting import vesting_of


@require_safe
@employee_required
def compare(request: PersonRequest) -> HttpResponse:
    """Show the form; with prices in it, what they come to. 422 where one cannot be read."""
    if reasons := why_not_eligible(request):
        return not_eligible_page(request, reasons)
    portal = request.portal
    sheet = make_sheet(portal.terms, queries.grants_of(request.employee), {})
    form = CompareForm(request.GET if CompareForm.asked_in(request.GET) else None)
    context: dict[str, object] = {"sheet": sheet, "form": form}
    if sheet.free:
        context["vesting"] = vesting_of(sheet.electable, portal.terms, portal.timetable)
        if form.is_valid():
            asked = form.cleaned_data
            assumed = Assumed(asked["new_price"], asked["prices"], form.split)
            context |= {"assumed": assumed, "compared": compare_grants(sheet.electable, assumed)}
    status = 422 if form.errors else 200
    return render(request, "portal/compare.html", context, status=status)
