"""Who is asking: personal pages are for someone on the roster, and are never kept by a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

import structlog
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from elections import queries
from elections.context import Portal, portal_of
from elections.core.eligibility import person_problems
from elections.core.problems import Problem
from elections.core.status_text import leaving_note
from elections.models import Employee, Offer, User
from elections.views.outage import kept_through_outages
from elections.views.responses import may_be_kept, resend_page
from elections.views.statement import recorded_statement

log = structlog.get_logger(__name__)


class PersonRequest(HttpRequest):
    """A request that `employee_required` let through."""

    user: User
    employee: Employee
    offer: Offer
    portal: Portal
    arrived_at: datetime


def employee_of(request: HttpRequest) -> Employee | None:
    """The roster's entry for whoever is signed in; None without one."""
    return getattr(request.user, "employee", None)


def signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Let anyone with an account in, while there is an offer. No browser keeps such a page."""

    @never_cache
    @kept_through_outages
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _sign_in_first(request)
        if portal_of(request).offer is None:
            return render(request, "portal/no_offer.html", status=404)
        request.offer = portal_of(request).offer  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return guarded


def employee_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Let only someone on the roster in; tell anyone else that they are not on it."""

    @signed_in
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        employee = employee_of(request)
        if employee is None:
            return render(request, "portal/not_on_roster.html", status=403)
        request.employee = employee  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return guarded


def _sign_in_first(request: HttpRequest) -> HttpResponseBase:
    """To the sign-in and back; but a filled-in form is not thrown away on the way there."""
    if request.method == "POST" and may_be_kept(request):
        _tell_log(request)
        return resend_page(request, signed_out=True)
    return redirect_to_login(request.get_full_path())


def _tell_log(request: HttpRequest) -> None:
    """One line for a form that was not taken in, and whether its sender's account is disabled."""
    account = request.session.get(SESSION_KEY)  # gone when the session ended
    disabled = User.objects.filter(pk=account, is_active=False).exists() if account else False
    code = "account_disabled" if disabled else "signed_out"
    log.warning("form_refused", path=request.path, account=account, codes=[code])


def why_not_eligible(request: PersonRequest) -> tuple[Problem, ...]:
    """Why this person cannot take part in the offer; empty for someone who can."""
    today = queries.today(request.offer, at=request.portal.at)
    return person_problems(request.portal.terms, request.employee.facts(), today=today)


def why_not_accepted(portal: Portal, employee: Employee) -> tuple[Problem, ...]:
    """Why what this person has on record cannot be accepted as things stand; empty if it can.

    Once the offer has expired, how they stood then is what counts, and not what came after.
    """
    moment, person = portal.moment, employee.facts()
    return moment.problems_at_the_end(person) if moment.passed else moment.problems_now(person)


def not_eligible_page(request: PersonRequest, problems: tuple[Problem, ...]) -> HttpResponse:
    """Say why the offer is not open to this person, and what of theirs is on record all the same.

    403 when a form was sent.
    """
    governing = queries.governing_submission(request.offer, request.employee)
    says = recorded_statement(governing, {}) if governing else None
    context = {
        "problems": problems,
        "governing": governing,
        "says": says,
        "leaving": leaving_note(request.portal.moment, request.employee.facts()),
        "may_withdraw": bool(says and says.exchanged and not request.portal.passed),
    }
    status = 403 if request.method == "POST" else 200
    return render(request, "portal/not_eligible.html", context, status=status)
