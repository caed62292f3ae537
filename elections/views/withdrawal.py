"""Taking back an election: all of it, or chosen grants."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from elections import queries
from elections.core.problems import Problem
from elections.forms import WITHDRAW, WITHDRAW_ALL, read_withdrawal, token_in
from elections.models import Draft, Submission
from elections.models.submission import Kind
from elections.services.answers import Withdrawal, judge_answer
from elections.services.drafts import answer_of, keep_draft, unsent_draft
from elections.views.person import PersonRequest, employee_required, why_not_eligible
from elections.views.responses import see_other
from elections.views.statement import recorded_statement


@require_http_methods(["GET", "HEAD", "POST"])
@employee_required
def withdrawal(request: PersonRequest) -> HttpResponse:
    """Show what is being exchanged; keep what was taken back and lead on to the check page."""
    governing = queries.governing_submission(request.offer, request.employee)
    if request.method != "POST":
        draft = unsent_draft(
            employee=request.employee,
            offer=request.offer,
            governing=governing,
            kind=Kind.WITHDRAWAL,
            token=token_in(request.GET, "form"),
        )
        return _page(request, governing, _filled_in(draft), draft=draft)
    answer = read_withdrawal(request.POST)
    decision = judge_answer(
        answer,
        offer=request.offer,
        employee=request.employee,
        grants=(),  # withdrawing never depends on the roster
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
        return see_other("withdrawal-check", form=draft.token)
    return _page(request, governing, answer, decision.problems, status=422)


def _filled_in(draft: Draft | None) -> Withdrawal:
    """What the form begins with: that of the draft to go on with, or nothing ticked."""
    answer = answer_of(draft) if draft else None
    return answer if isinstance(answer, Withdrawal) else Withdrawal(frozenset())


def _page(
    request: PersonRequest,
    governing: Submission | None,
    answer: Withdrawal,
    problems: Sequence[Problem] = (),
    *,
    draft: Draft | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "governing": governing,
        "standing": recorded_statement(governing, queries.plan_names()) if governing else None,
        "prefix": WITHDRAW,
        "all": WITHDRAW_ALL,
        "ticked": answer.grants or frozenset(),
        "all_ticked": answer.grants is None,
        "draft": draft,
        # A refused form leads to its first box, where the same sentences stand.
        "problems": [(WITHDRAW_ALL, problem.sentence) for problem in problems],
        "may_elect": not (request.portal.passed or why_not_eligible(request)),
    }
    return render(request, "portal/withdrawal.html", context, status=status)
