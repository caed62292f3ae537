"""The check pages: look at what was filled in, sign it, and have it recorded or be told why not.

A page shows one stored draft, and its token submits that draft and no other. So two tabs cannot
mix their answers, and going back, pressing twice or sending again gives the first receipt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from elections import queries
from elections.core.rules import Decision
from elections.forms import SIGNATURE_FORMS, SignatureForm, contradicts, fields_of, token_in
from elections.models import Draft, Submission
from elections.models.submission import Kind
from elections.services.answers import as_shown, differences, judge_answer, taken_back
from elections.services.drafts import answer_of, find_draft
from elections.services.submit import Recorded, Refused, SignedForm, TokenReused, submit_form
from elections.views.documents import current_document
from elections.views.outcomes import (
    START_AGAIN,
    conflict,
    recorded_before,
    to_receipt,
    unknown_form,
)
from elections.views.person import (
    PersonRequest,
    employee_required,
    not_eligible_page,
    why_not_eligible,
)
from elections.views.statement import Row, Statement, recorded_statement, statement

CHANGED = (
    "This form was changed after it was checked, so nothing was recorded. Below is what was"
    " checked: sign it if that is what you want, or change your answers."
)
TERMS = {Kind.ELECTION: "election-form", Kind.WITHDRAWAL: "withdrawal-form"}


@require_http_methods(["GET", "HEAD", "POST"])
@employee_required
def election_check(request: PersonRequest) -> HttpResponse:
    """Check, agree and sign an election."""
    return _check(request, Kind.ELECTION)


@require_http_methods(["GET", "HEAD", "POST"])
@employee_required
def withdrawal_check(request: PersonRequest) -> HttpResponse:
    """Check and sign a withdrawal."""
    return _check(request, Kind.WITHDRAWAL)


def _check(request: PersonRequest, kind: Kind) -> HttpResponse:
    if request.method == "POST":
        return _sign(request, kind)
    token = token_in(request.GET, "form")
    if "form" in request.GET and token is None:
        return unknown_form(request, kind)
    draft = find_draft(employee=request.employee, offer=request.offer, kind=kind, token=token)
    if draft is not None and draft.checked:
        return _show(request, draft)
    return unknown_form(request, kind) if token else _nothing_to_check(request, kind)


def _sign(request: PersonRequest, kind: Kind) -> HttpResponse:
    token = token_in(request.POST, "form_token")
    # Without a token the latest draft would be found, which is not what was signed.
    draft = token and find_draft(
        employee=request.employee, offer=request.offer, kind=kind, token=token
    )
    if not draft or not draft.checked:
        return unknown_form(request, kind)
    form = SIGNATURE_FORMS[kind](request.POST, employee=request.employee)
    if contradicts(request.POST, draft):
        form.add_error(None, CHANGED)
    if not form.is_valid():
        return _show(request, draft, form)
    signed = SignedForm(
        answer=answer_of(draft),
        signature=form.cleaned_data["signature"],
        agreed=form.cleaned_data.get("agree", False),
        token=draft.token,
        replaces=draft.replaces.receipt if draft.replaces else None,
        arrived_at=request.arrived_at,
        shown=draft.shown,
    )
    match submit_form(
        actor=request.user, employee=request.employee, offer=request.offer, form=signed
    ):
        case Recorded(submission):
            return to_receipt(submission)
        case TokenReused(first):
            return recorded_before(request, first)
        case Refused(problems):
            form.add_problems(problems)
    return _show(request, draft, form)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a draft comes to, beside the record as it stands now."""

    draft: Draft
    governing: Submission | None
    decision: Decision
    says: Statement
    standing: Statement | None  # what governs now, in the same words

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The form fields that would say the same again."""
        return fields_of(self.draft)

    @property
    def change(self) -> str:
        """The address of the form with these answers filled in."""
        return f"{reverse(START_AGAIN[Kind(self.draft.kind)])}?form={self.draft.token}"

    @property
    def taken_back(self) -> tuple[Row, ...]:
        """What a withdrawal takes back."""
        return tuple(row for row in self.says.kept if row.withdrawn)


def _judge(request: PersonRequest, draft: Draft) -> Checked:
    governing = queries.governing_submission(request.offer, request.employee)
    answer = answer_of(draft)
    decision = judge_answer(
        answer,
        offer=request.offer,
        employee=request.employee,
        grants=queries.grants_of(request.employee),
        governing=governing,
        at=request.portal.at,
        late=request.portal.passed,
    )
    if decision.accepted and not request.portal.passed:
        now = as_shown(answer, decision, queries.document_digests(request.offer))
        decision = replace(decision, problems=differences(draft.shown, now))
    plans = queries.plan_names()
    back = taken_back(answer, governing=governing, decision=decision)
    return Checked(
        draft,
        governing,
        decision,
        says=statement(decision.lines, plans, withdrawn=back),
        standing=recorded_statement(governing, plans) if governing else None,
    )


def _show(request: PersonRequest, draft: Draft, form: SignatureForm | None = None) -> HttpResponse:
    first = queries.submission_with_token(draft.token)
    if first is not None:
        return recorded_before(request, first)
    if draft.kind == Kind.ELECTION and (reasons := why_not_eligible(request)):
        return not_eligible_page(request, reasons)
    checked = _judge(request, draft)
    # After the deadline a form is late whatever it replaces, and is recorded all the same.
    if draft.replaces != checked.governing and not request.portal.passed:
        return _conflict(request, checked)
    blank = SIGNATURE_FORMS[draft.kind](
        initial={"form_token": draft.token}, employee=request.employee
    )
    context: dict[str, Any] = {
        "checked": checked,
        "form": form or blank,
        "terms": current_document(request.offer, TERMS[Kind(draft.kind)]),
    }
    wrong = checked.decision.problems or (form and form.errors)
    return render(request, f"portal/{draft.kind}_check.html", context, status=422 if wrong else 200)


def _conflict(request: PersonRequest, checked: Checked) -> HttpResponse:
    return conflict(
        request,
        kind=checked.draft.kind,
        governing=checked.governing,
        says=checked.says,
        problems=checked.decision.problems,
        action=START_AGAIN[Kind(checked.draft.kind)],
        fields=checked.fields,
    )


def _nothing_to_check(request: PersonRequest, kind: Kind) -> HttpResponse:
    """Nothing was filled in yet; the decline is offered all the same."""
    may_decline = kind == Kind.ELECTION and not why_not_eligible(request)
    context = {"kind": kind, "start": START_AGAIN[kind], "may_decline": may_decline}
    return render(request, "portal/nothing_to_check.html", context)
