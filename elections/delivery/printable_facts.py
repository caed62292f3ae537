"""What a form to print says of one person, from the roster and the record as they stand."""

from __future__ import annotations

from datetime import datetime

from elections import queries
from elections.core.eligibility import GrantFacts, Standing, assess_grants, person_problems
from elections.core.problems import Code, Problem
from elections.core.terms import Choice
from elections.delivery.facts import FormKind, GrantFactsOnPaper
from elections.delivery.gather import offer_facts
from elections.delivery.printable import PrintableForm
from elections.models import Document, Employee, Offer, Plan

TERMS = {FormKind.ELECTION: "election-form", FormKind.WITHDRAWAL: "withdrawal-form"}


class NothingToPrint(Exception):
    """There is no such form for this person; the text is a sentence that says why."""


def printable_form(
    offer: Offer, employee: Employee, kind: FormKind, *, at: datetime
) -> PrintableForm:
    """The election or withdrawal form of this person at `at` (aware).

    An election lists what can be elected and what goes along; a withdrawal what is exchanged as
    things stand, or, since an election may be on its way on paper too, what could be elected.
    Raises `NothingToPrint`.
    """
    grants = _electable(offer, employee, at)
    if kind == FormKind.WITHDRAWAL:
        grants = _exchanged(offer, employee) or grants
    if not any(not grant.required for grant in grants):
        raise NothingToPrint(_why_not(offer, employee, at))
    terms = Document.objects.filter(offer=offer, slug=TERMS[kind]).order_by("-version").first()
    return PrintableForm(
        offer=offer_facts(offer),
        kind=kind,
        employee_name=employee.name,
        employee_number=employee.number,
        grants=tuple(grants),
        deadline=queries.deadline_in_force(offer),
        printed_at=at,
        terms=terms.text if terms else "",
        terms_version=terms.version if terms else 0,
    )


def _electable(offer: Offer, employee: Employee, at: datetime) -> list[GrantFactsOnPaper]:
    terms = offer.terms()
    if person_problems(terms, employee.facts(), today=queries.today(offer, at=at)):
        return []
    held = queries.grants_of(employee)
    plans = {grant.number: grant.plan.name for grant in held}
    return [
        _grant(
            one.grant,
            plan=plans[one.grant.number],
            new_shares=one.new_shares,
            required=one.standing == Standing.REQUIRED,
        )
        for one in assess_grants(terms, [grant.facts() for grant in held])
        if one.standing != Standing.INELIGIBLE
    ]


def _exchanged(offer: Offer, employee: Employee) -> list[GrantFactsOnPaper]:
    governing = queries.governing_submission(offer, employee)
    plans = dict(Plan.objects.values_list("code", "name"))
    return [
        _grant(
            line.grant,
            plan=plans.get(line.grant.plan, line.grant.plan),
            new_shares=line.new_shares,
            required=line.required,
        )
        for line in queries.standing_lines(governing)
        if line.choice == Choice.EXCHANGE
    ]


def _grant(grant: GrantFacts, *, plan: str, new_shares: int, required: bool) -> GrantFactsOnPaper:
    return GrantFactsOnPaper(
        number=grant.number,
        plan=plan,
        kind=grant.kind,
        granted_on=grant.granted_on,
        exercise_price=grant.exercise_price,
        outstanding=grant.outstanding,
        new_shares=new_shares,
        required=required,
    )


def _why_not(offer: Offer, employee: Employee, at: datetime) -> str:
    """Why someone has nothing to elect; the offer itself first."""
    today = queries.today(offer, at=at)
    problems = person_problems(offer.terms(), employee.facts(), today=today)
    return (problems or (Problem.of(Code.NOTHING_TO_ELECT),))[0].sentence
