"""What a check page answers once a signed form was handed in, or could not be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from elections import queries
from elections.core.problems import Problem
from elections.forms import token_in
from elections.models import Submission
from elections.models.submission import Kind, Verdict
from elections.services.drafts import find_draft
from elections.views.person import PersonRequest, why_not_eligible
from elections.views.responses import see_other
from elections.views.statement import Statement, compare, recorded_statement

START_AGAIN = {
    Kind.ELECTION: "election",
    Kind.WITHDRAWAL: "withdrawal",
    Kind.DECLINE: "election-decline",
}


def to_receipt(submission: Submission) -> HttpResponse:
    """On record: show its receipt."""
    return see_other("receipt", submission.receipt)


def recorded_before(request: PersonRequest, first: Submission) -> HttpResponse:
    """This form was recorded earlier: its receipt; 409 when it came again saying something else."""
    if request.method != "POST":
        return redirect("receipt", first.receipt)
    context = {
        "first": first,
        "says": recorded_statement(first, queries.plan_names()),
        "may_elect": not why_not_eligible(request),
    }
    return render(request, "portal/recorded_before.html", context, status=409)


def unknown_form(request: PersonRequest, kind: str) -> HttpResponse:
    """404: no form of this person's has that token. Nothing was recorded, and nothing is lost."""
    context = {"kind": kind, "start_again": START_AGAIN[Kind(kind)]}
    return render(request, "portal/unknown_form.html", context, status=404)


def conflict(
    request: PersonRequest,
    *,
    kind: str,
    governing: Submission | None,
    says: Statement | None,
    problems: Iterable[Problem] = (),
    **go_on: Any,
) -> HttpResponse:
    """409: what counts has changed since this form was filled in. Both are shown, to choose from.

    `says` is what this form says, or None for a decline; `go_on` is what the template needs to
    offer going on with it.
    """
    standing = recorded_statement(governing, queries.plan_names()) if governing else None
    context = {
        "kind": kind,
        "governing": governing,
        "law_decided": _law_decided(governing, _meant_to_replace(request, kind)),
        "standing": standing,
        "says": says,
        "compared": compare(standing, says),
        "problems": problems,
        **go_on,
    }
    return render(request, "portal/conflict.html", context, status=409)


def _law_decided(governing: Submission | None, replaced: Submission | None) -> bool:
    """Whether a decision of the Law Department made `governing` count; else it is a newer form.

    Nothing but a decision takes away what counted, brings back an older form, or makes one count
    that came late or had been found irregular.
    """
    if governing is None or (replaced and governing.sequence < replaced.sequence):
        return True
    lifted = (Verdict.REINSTATED, Verdict.IRREGULAR)
    return governing.decisions.filter(verdict__in=lifted).exists()


def _meant_to_replace(request: PersonRequest, kind: str) -> Submission | None:
    """What counted when the form was filled in: the draft knows, and a decline says."""
    if kind == Kind.DECLINE:
        mine = Submission.objects.filter(employee=request.employee)
        return mine.filter(receipt=request.POST.get("replaces", "")).first()
    token = token_in(request.POST, "form_token") or token_in(request.GET, "form")
    draft = find_draft(employee=request.employee, offer=request.offer, kind=Kind(kind), token=token)
    return draft.replaces if draft else None
