"""A record of a thousand people, made in sets: for what must hold at size, and be quick there."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from elections.core.receipt import make_receipt
from elections.core.terms import Choice
from elections.models import (
    Employee,
    Grant,
    Line,
    Offer,
    OutboxMessage,
    Plan,
    ReviewDecision,
    Submission,
    User,
)
from elections.models.outbox import MailKind
from elections.models.submission import Kind, Verdict
from tests.factory import DURING_OFFER, EXPIRATION

PEOPLE = 1000
# What trips up files: a formula, a separator, quotes, two lines, letters that are not ASCII.
NAMES = ("Pat Example", "=SUM(A1)", "Ünal, Ågot", 'Sam "Sid" Smith', "Jean\nMarie", "O'Neil")
REASONS = ("Not signed.", "-1 page,\nthe second", "@law: “illegible”")


def make_people(count: int = PEOPLE) -> list[Employee]:
    """Eligible people, some of whom left, work abroad or are on leave; four grants each."""
    plan = Plan.objects.get(code="2000")
    people = Employee.objects.bulk_create(
        Employee(
            number=f"{n:06d}",
            name=f"{NAMES[n % len(NAMES)]} {n}" if n % 7 else NAMES[n % len(NAMES)],
            email=f"p{n}@example.com",
            country="CA" if n % 50 == 0 else "US",
            employment="regular",
            hired_on=date(1999, 1, 1) + timedelta(days=n),
            left_on=date(2003, 1, 31) if n % 40 == 0 else None,
            on_leave=n % 30 == 0,
        )
        for n in range(count)
    )
    Grant.objects.bulk_create(
        Grant(
            employee=person,
            number=f"{person.number}-{g}",
            plan=plan,
            kind="ISO" if g % 2 else "NSO",
            granted_on=date(2000, 3, 1) + timedelta(days=250 * g),
            exercise_price=Decimal("3.0100") + g * Decimal("1.0625"),
            granted=1000 + n,
            exercised=n % 100 if g == 1 else 0,
            canceled=0,
            vested=10 * g,
        )
        for n, person in enumerate(people)
        for g in range(4)  # the last one is dated August 29, 2002: required
    )
    return people


def make_forms(offer: Offer, law: User, people: list[Employee]) -> None:
    """An election of each, and later a second form of every third; some late, some decided on.

    With lines, decisions and mails. Nobody reads their chains here, so these are not chained.
    """
    forms = [_form(offer, law, person, n, first=True) for n, person in enumerate(people)]
    forms += [
        _form(offer, law, person, n, first=False) for n, person in enumerate(people) if n % 3 == 0
    ]
    Submission.objects.bulk_create(forms)
    grants: dict[int, list[Grant]] = {}
    for grant in Grant.objects.select_related("plan").order_by("pk"):
        grants.setdefault(grant.employee_id, []).append(grant)
    Line.objects.bulk_create(
        _line(form, grant) for form in forms for grant in grants[form.employee_id]
    )
    ReviewDecision.objects.bulk_create(
        ReviewDecision(
            submission=form,
            verdict=Verdict.IRREGULAR if n % 4 == 0 else Verdict.VALID,
            reason=REASONS[n % len(REASONS)],
            decided_by=law,
            decided_at=EXPIRATION + timedelta(seconds=n + again),
        )
        for n, form in enumerate(forms)
        for again in range(2 if n % 10 == 0 else 1)
        if form.timely and n % 2 == 0
    )
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            kind=MailKind.RECEIPT,
            employee_id=form.employee_id,
            recipient=form.employee_email,
            submission=form,
            message_id=f"<{form.receipt}@example.com>",
            state="sent" if n % 5 else "waiting",
            attempts=n % 3,
            created_at=form.recorded_at,
            due_at=form.recorded_at,
            last_error="=421, busy" if n % 9 == 0 else "",
            sent_at=form.recorded_at + timedelta(seconds=n, microseconds=n) if n % 5 else None,
        )
        for n, form in enumerate(forms)
    )


def _form(offer: Offer, law: User, person: Employee, n: int, *, first: bool) -> Submission:
    at = DURING_OFFER + timedelta(seconds=97 * n, microseconds=n, hours=0 if first else 20)
    at = at if n % 25 else EXPIRATION + timedelta(seconds=n)
    kind = Kind.ELECTION if first else (Kind.WITHDRAWAL, Kind.DECLINE, Kind.ELECTION)[n // 3 % 3]
    columns: dict[str, Any] = {
        "receipt": make_receipt(),
        "form_token": uuid.uuid4(),
        "sequence": 1 if first else 2,
        "previous_digest": "0" * 64,
        "digest": uuid.uuid4().hex * 2,
    }
    return Submission(
        offer=offer,
        employee=person,
        kind=kind,
        signature=person.name,
        agreed=kind == Kind.ELECTION,
        submitted_by=law,
        submitted_by_email=law.email,
        employee_number=person.number,
        employee_name=person.name,
        employee_email=person.email,
        deadline=EXPIRATION,
        timely=at < EXPIRATION,
        **dict.fromkeys(("arrived_at", "received_at", "recorded_at", "ordered_at"), at) | columns,
    )


def _line(form: Submission, grant: Grant) -> Line:
    exchanged = form.kind == Kind.ELECTION and grant.pk % 3 != 0
    return Line(
        submission=form,
        grant=grant,
        grant_number=grant.number,
        plan=grant.plan.code,
        kind=grant.kind,
        granted_on=grant.granted_on,
        exercise_price=grant.exercise_price,
        outstanding=grant.outstanding,
        vested=grant.vested,
        choice=Choice.EXCHANGE if exchanged else Choice.KEEP,
        required=grant.granted_on >= date(2002, 6, 19),
        withdrawn=form.kind == Kind.WITHDRAWAL,
        new_shares=-(-grant.outstanding * 3 // 4) if exchanged else 0,
    )


def sequence_of(form: Submission) -> tuple[datetime, int]:
    """One person's forms come in this order."""
    return form.ordered_at, form.sequence
