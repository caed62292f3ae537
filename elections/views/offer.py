"""The front page: where I stand, what the offer is, by when, and what to read."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from elections import queries
from elections.context import Portal, portal_of
from elections.core.eligibility import Standing, assess_grants, person_problems
from elections.core.problems import Problem
from elections.core.words import country_label
from elections.models import Employee, Offer, Submission
from elections.views.documents import current_documents
from elections.views.outage import kept_through_outages
from elections.views.person import employee_of
from elections.views.standing import Entry, governing_of, set_aside
from elections.views.statement import Statement, recorded_statement


@dataclass(frozen=True, slots=True)
class MyState:
    """Where one person stands.

    `says` is what governs now, or None; `aside` is their last form, if that one does not count.
    """

    reasons: tuple[Problem, ...]  # why the offer is not open to them
    anything_to_elect: bool
    governing: Submission | None
    says: Statement | None
    aside: Entry | None


@require_safe
@never_cache
@kept_through_outages
def offer(request: HttpRequest) -> HttpResponse:
    """The offer, for anyone; with where they stand, for whoever is on the roster."""
    portal = portal_of(request)
    if portal.offer is None:
        return render(request, "portal/no_offer.html", status=404)
    employee = employee_of(request)
    context = {
        "offer": portal.offer,
        "country": country_label(portal.offer.country),
        "documents": current_documents(portal.offer),
        "sessions": list(portal.offer.sessions.all()),
        "employee": employee,
        "mine": _my_state(portal, portal.offer, employee) if employee else None,
    }
    return render(request, "portal/offer.html", context)


def _my_state(portal: Portal, offer: Offer, employee: Employee) -> MyState:
    today = queries.today(offer, at=portal.at)
    grants = [grant.facts() for grant in queries.grants_of(employee)]
    history = queries.history(offer, employee)
    governing = governing_of(history)
    return MyState(
        reasons=person_problems(portal.terms, employee.facts(), today=today),
        anything_to_elect=any(
            one.standing == Standing.ELIGIBLE for one in assess_grants(portal.terms, grants)
        ),
        governing=governing,
        says=recorded_statement(governing, {}) if governing else None,
        aside=set_aside(history, governing),
    )
