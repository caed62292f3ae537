"""The front page: where I stand, what the offer is, by when, and what to read."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from elections import queries
from elections.context import Portal, portal_of
from elections.core.eligibility import Standing, assess_grants
from elections.core.problems import Problem
from elections.core.status_text import leaving_note
from elections.core.words import country_label
from elections.models import Draft, Employee, Offer, Submission
from elections.services.drafts import unsent_draft
from elections.views.compressed import compressed
from elections.views.documents import current_documents
from elections.views.outage import kept_through_outages
from elections.views.person import employee_of, why_not_accepted
from elections.views.standing import Entry, governing_of, set_aside
from elections.views.statement import Statement, recorded_statement


@dataclass(frozen=True, slots=True)
class MyState:
    """Where one person stands.

    `says` is what governs now, or None; `aside` is their last form, if that one does not count.
    `leaving` is what they should know of a last day ahead, or ""; `draft` what they filled in since
    and did not submit.
    """

    reasons: tuple[Problem, ...]  # why the offer is not open to them, or was not when it expired
    leaving: str
    may_elect: bool
    anything_to_elect: bool
    governing: Submission | None
    says: Statement | None
    aside: Entry | None
    draft: Draft | None

    @property
    def on_the_way(self) -> bool:
        """Whether they can answer and have nothing on record yet."""
        return self.may_elect and self.anything_to_elect and not (self.governing or self.aside)


@require_safe
@never_cache
@kept_through_outages
@compressed
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
    moment, person = portal.moment, employee.facts()
    not_today = moment.problems_now(person)
    grants = [grant.facts() for grant in queries.grants_of(employee)]
    history = queries.history(offer, employee)
    governing = governing_of(history)
    says = recorded_statement(governing, {}) if governing else None
    exchanges = bool(says and says.exchanged)
    return MyState(
        reasons=why_not_accepted(portal, employee) if exchanges else not_today,
        leaving=leaving_note(moment, person) if exchanges or not portal.passed else "",
        may_elect=not not_today,
        anything_to_elect=any(
            one.standing == Standing.ELIGIBLE for one in assess_grants(portal.terms, grants)
        ),
        governing=governing,
        says=says,
        aside=set_aside(history, governing),
        draft=unsent_draft(employee=employee, offer=offer, governing=governing),
    )
