"""My grants, and for each of them: exchange or keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from elections import queries
from elections.compare_form import CompareForm
from elections.forms import read_election, token_in
from elections.models import Draft, Grant, Submission
from elections.models.submission import Kind
from elections.services.answers import Election, judge_answer
from elections.services.drafts import answer_of, keep_draft, keep_unfinished, unsent_draft
from elections.views.compressed import compressed
from elections.views.person import (
    PersonRequest,
    employee_required,
    not_eligible_page,
    why_not_eligible,
)
from elections.views.responses import see_other
from elections.views.sheet import make_sheet

log = structlog.get_logger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@employee_required
@compressed
def election(request: PersonRequest) -> HttpResponse:
    """Show the grants to choose from; keep what was chosen and lead on to the check page."""
    if reasons := why_not_eligible(request):
        if request.method == "POST":
            codes = [str(reason.code) for reason in reasons]
            log.warning("form_refused", employee=request.employee.number, codes=codes)
        return not_eligible_page(request, reasons)
    grants = queries.grants_of(request.employee)
    governing = queries.governing_submission(request.offer, request.employee)
    if request.method == "POST":
        return _take_in(request, grants, governing)
    draft = unsent_draft(
        employee=request.employee,
        offer=request.offer,
        governing=governing,
        kind=Kind.ELECTION,
        token=token_in(request.GET, "form"),
    )
    context = {
        "sheet": make_sheet(request.portal.terms, grants, _said(draft, governing)),
        "governing": governing,
        "draft": draft,
        "compare_form": CompareForm(),
    }
    return render(request, "portal/election.html", context)


def _take_in(
    request: PersonRequest, grants: Sequence[Grant], governing: Submission | None
) -> HttpResponse:
    answer = read_election(request.POST)
    if "keep" in request.POST:
        return _keep(request, answer, grants, governing)
    decision = judge_answer(
        answer,
        offer=request.offer,
        employee=request.employee,
        grants=grants,
        governing=governing,
        at=request.portal.at,
    )
    if decision.accepted:
        draft = keep_draft(
            employee=request.employee,
            offer=request.offer,
            answer=answer,
            decision=decision,
            governing=governing,
        )
        return see_other("election-check", form=draft.token)
    sheet = make_sheet(request.portal.terms, grants, answer.choices, decision.problems)
    context = {"sheet": sheet, "governing": governing, "compare_form": CompareForm()}
    return render(request, "portal/election.html", context, status=422)


def _keep(
    request: PersonRequest,
    answer: Election,
    grants: Sequence[Grant],
    governing: Submission | None,
) -> HttpResponse:
    """Keep the answers so far as a draft; the script, which does so by itself, sees no page."""
    mine = {grant.number for grant in grants}
    known = {number: said for number, said in answer.choices.items() if number in mine}
    keep_unfinished(
        employee=request.employee,
        offer=request.offer,
        answer=Election(known),
        governing=governing,
    )
    if not request.accepts("text/html"):
        return HttpResponse(status=204)
    messages.success(request, "Your answers are kept as a draft. They are not submitted.")
    return see_other("election")


def _said(draft: Draft | None, governing: Submission | None) -> Mapping[str, str]:
    """What the form begins with. With nothing on record nothing is chosen: that would be advice."""
    if draft:
        answer = answer_of(draft)
        return dict(answer.choices) if isinstance(answer, Election) else {}
    return {line.grant_number: line.choice for line in governing.lines.all()} if governing else {}
