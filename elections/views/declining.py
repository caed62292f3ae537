"""Not taking part, said for the record: a no that can be changed like any form."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from elections import queries
from elections.forms import DeclineForm, token_in
from elections.models import Submission
from elections.models.submission import Kind
from elections.services.answers import Decline
from elections.services.drafts import is_minted_for, mint_token
from elections.services.submit import (
    Recorded,
    Refused,
    SignedForm,
    Stale,
    TokenReused,
    submit_form,
)
from elections.views.outcomes import conflict, recorded_before, to_receipt, unknown_form
from elections.views.person import (
    PersonRequest,
    employee_required,
    not_eligible_page,
    why_not_eligible,
)


@require_http_methods(["GET", "HEAD", "POST"])
@employee_required
def decline(request: PersonRequest) -> HttpResponse:
    """Record a decline, or show the form for it."""
    if request.method == "POST":
        return _record(request)
    governing = queries.governing_submission(request.offer, request.employee)
    return _show(request, blank_decline(request, governing))


def blank_decline(
    request: PersonRequest, governing: Submission | None, *, signature: str = ""
) -> DeclineForm:
    """The form, with a new token, to replace what governs now."""
    initial = {
        "form_token": mint_token(request.employee),
        "replaces": governing.receipt if governing else "",
        "signature": signature,
    }
    return DeclineForm(initial=initial, employee=request.employee)


def _record(request: PersonRequest) -> HttpResponse:
    form = DeclineForm(request.POST, employee=request.employee)
    token = token_in(request.POST, "form_token")
    if token is None or not is_minted_for(request.employee, token):
        return unknown_form(request, Kind.DECLINE)
    if not form.is_valid():
        return _show(request, form)
    signed = SignedForm(
        answer=Decline(),
        signature=form.cleaned_data["signature"],
        agreed=False,
        token=token,
        replaces=form.cleaned_data["replaces"] or None,
        arrived_at=request.arrived_at,
    )
    match submit_form(
        actor=request.user, employee=request.employee, offer=request.offer, form=signed
    ):
        case Recorded(submission):
            return to_receipt(submission)
        case TokenReused(first):
            return recorded_before(request, first)
        case Stale(governing):
            again = blank_decline(request, governing, signature=signed.signature)
            return conflict(
                request, kind=Kind.DECLINE, governing=governing, says=None, decline=again
            )
        case Refused(problems):
            form.add_problems(problems)
    return _show(request, form)


def _show(request: PersonRequest, form: DeclineForm) -> HttpResponse:
    if reasons := why_not_eligible(request):
        return not_eligible_page(request, reasons)
    status = 422 if form.errors else 200
    return render(request, "portal/decline.html", {"decline": form}, status=status)
