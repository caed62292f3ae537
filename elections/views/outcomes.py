"""What a check page answers once a signed form was handed in, or could not be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from elections.core.problems import Problem
from elections.models import Submission
from elections.models.submission import Kind
from elections.views.person import PersonRequest
from elections.views.responses import see_other
from elections.views.statement import Statement, compare, plan_names, recorded_statement

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
    context = {"first": first, "says": recorded_statement(first, plan_names())}
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
    """409: another form was recorded since this one was filled in. Both are shown, to choose from.

    `says` is what this form says, or None for a decline; `go_on` is what the template needs to
    offer going on with it.
    """
    standing = recorded_statement(governing, plan_names()) if governing else None
    context = {
        "kind": kind,
        "governing": governing,
        "standing": standing,
        "says": says,
        "compared": compare(standing, says),
        "problems": problems,
        **go_on,
    }
    return render(request, "portal/conflict.html", context, status=409)
