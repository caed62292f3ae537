"""What I have submitted: the history, and the receipt of each form as page and as PDF."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from elections import queries
from elections.context import Portal
from elections.core.receipt import normal_receipt
from elections.delivery.deliver import confirmation_pdf
from elections.models import Offer, Submission
from elections.models.outbox import MailKind
from elections.views.compressed import compressed
from elections.views.person import PersonRequest, employee_required, why_not_accepted
from elections.views.standing import entry, governing_of
from elections.views.statement import recorded_statement

log = structlog.get_logger(__name__)

PDF_RETRY_AFTER = 60  # seconds


@require_safe
@employee_required
def submissions(request: PersonRequest) -> HttpResponse:
    """Every form of this person's, newest first, with the one that counts marked."""
    history = queries.history(request.offer, request.employee)
    governing = governing_of(history)
    plans = queries.plan_names()
    entries = [(entry(one, governing), recorded_statement(one, plans)) for one in history]
    context = {"entries": entries, "governing": governing}
    return render(request, "portal/submissions.html", context)


@require_safe
@employee_required
@compressed
def receipt(request: PersonRequest, receipt: str) -> HttpResponse:
    """The receipt of one form: what was received and when, whether it counts, what comes next."""
    canonical = _canonical(receipt)
    if canonical != receipt:
        return redirect("receipt", canonical)
    offer, forms = request.offer, queries.standings(request.offer, request.employee)
    if all(one.receipt != canonical for one in forms):
        offer = _own_submission(request, canonical).offer
        forms = queries.standings(offer, request.employee)
    governing = governing_of(forms)
    submission = queries.read_whole(next(one for one in forms if one.receipt == canonical))
    running = offer == request.offer
    then = request.portal if running else _portal_of(offer, at=request.portal.at)
    context = {
        "offer": offer,
        "then": then,
        "submission": submission,
        "entry": entry(submission, governing),
        "governing": governing,
        "says": recorded_statement(submission, queries.plan_names()),
        "mail": next((m for m in submission.mails.all() if m.kind == MailKind.RECEIPT), None),
        "reasons": why_not_accepted(then, request.employee) if running else (),
        "forms_taken": running and not then.passed,
    }
    return render(request, "portal/receipt.html", context)


def _portal_of(offer: Offer, *, at: datetime) -> Portal:
    """The deadline and the days of an offer that is not the one that runs now."""
    portal = Portal()
    portal.offer, portal.at = offer, at
    return portal


@require_safe
@employee_required
def receipt_pdf(request: PersonRequest, receipt: str) -> HttpResponse:
    """The same PDF that the mail carries; 503 while it cannot be made."""
    canonical = _canonical(receipt)
    if canonical != receipt:
        return redirect("receipt-pdf", canonical)
    submission = _own_submission(request, canonical)
    try:
        pdf = confirmation_pdf(submission)
    except Exception:
        log.exception("pdf_not_made", receipt=canonical)
        return _no_pdf(request, submission)
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{canonical}.pdf"'},
    )


def _no_pdf(request: PersonRequest, submission: Submission) -> HttpResponse:
    """The record is there, since it was just read; only its picture is not."""
    response = render(request, "portal/no_pdf.html", {"submission": submission}, status=503)
    response.headers["Retry-After"] = str(PDF_RETRY_AFTER)
    return response


def _canonical(receipt: str) -> str:
    canonical = normal_receipt(receipt)
    if canonical is None:
        raise Http404("Not a receipt code")
    return canonical


def _own_submission(request: PersonRequest, receipt: str) -> Submission:
    """Somebody else's is as unknown as one that does not exist."""
    own = Submission.objects.select_related("offer").filter(employee=request.employee)
    return get_object_or_404(own, receipt=receipt)
