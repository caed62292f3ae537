"""What I have submitted: the history, and the receipt of each form as page and as PDF."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from elections import queries
from elections.core.receipt import normal_receipt
from elections.delivery.deliver import confirmation_pdf
from elections.models import Submission
from elections.models.outbox import MailKind
from elections.views.person import PersonRequest, employee_required
from elections.views.standing import entry, governing_of
from elections.views.statement import plan_names, recorded_statement


@require_safe
@employee_required
def submissions(request: PersonRequest) -> HttpResponse:
    """Every form of this person's, newest first, with the one that counts marked."""
    history = queries.history(request.offer, request.employee)
    governing = governing_of(history)
    plans = plan_names()
    entries = [(entry(one, governing), recorded_statement(one, plans)) for one in history]
    context = {"entries": entries, "governing": governing}
    return render(request, "portal/submissions.html", context)


@require_safe
@employee_required
def receipt(request: PersonRequest, receipt: str) -> HttpResponse:
    """The receipt of one form: what was received and when, whether it counts, what comes next."""
    canonical = _canonical(receipt)
    if canonical != receipt:
        return redirect("receipt", canonical)
    own = _own_submission(request, canonical)
    history = queries.history(own.offer, request.employee)
    governing = governing_of(history)
    submission = next(one for one in history if one == own)
    context = {
        "offer": own.offer,
        "submission": submission,
        "entry": entry(submission, governing),
        "governing": governing,
        "says": recorded_statement(submission, plan_names()),
        "mail": next((m for m in submission.mails.all() if m.kind == MailKind.RECEIPT), None),
    }
    return render(request, "portal/receipt.html", context)


@require_safe
@employee_required
def receipt_pdf(request: PersonRequest, receipt: str) -> HttpResponse:
    """The same PDF that the mail carries."""
    canonical = _canonical(receipt)
    if canonical != receipt:
        return redirect("receipt-pdf", canonical)
    submission = _own_submission(request, canonical)
    return HttpResponse(
        confirmation_pdf(submission),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{canonical}.pdf"'},
    )


def _canonical(receipt: str) -> str:
    canonical = normal_receipt(receipt)
    if canonical is None:
        raise Http404("Not a receipt code")
    return canonical


def _own_submission(request: PersonRequest, receipt: str) -> Submission:
    """Somebody else's is as unknown as one that does not exist."""
    own = Submission.objects.select_related("offer").filter(employee=request.employee)
    return get_object_or_404(own, receipt=receipt)
