"""The forms to print: prefilled with the person's own grants, to sign by hand."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from elections.delivery.facts import FormKind
from elections.delivery.printable import render_printable
from elections.delivery.printable_facts import NothingToPrint, printable_form
from elections.views.person import PersonRequest, employee_required


@require_safe
@employee_required
def election_form(request: PersonRequest) -> HttpResponse:
    """The election form, or the page that says why there is nothing to elect."""
    return _form(request, FormKind.ELECTION)


@require_safe
@employee_required
def withdrawal_form(request: PersonRequest) -> HttpResponse:
    """The withdrawal form, or the page that says why there is nothing to withdraw."""
    return _form(request, FormKind.WITHDRAWAL)


def _form(request: PersonRequest, kind: FormKind) -> HttpResponse:
    try:
        form = printable_form(request.offer, request.employee, kind, at=request.portal.at)
    except NothingToPrint:
        return redirect(str(kind))  # that page gives the reason
    return HttpResponse(
        render_printable(form),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{kind}-form.pdf"'},
    )
