"""Plain makers of test data: the offer of the announcement letter, people, grants, forms."""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from elections import clock, queries
from elections.core.terms import Choice
from elections.models import Document, Employee, Extension, Grant, Offer, Plan, Submission, User
from elections.services.answers import Answer, Decline, Election, Withdrawal
from elections.services.extend import Extended, extend_offer
from elections.services.submit import Outcome, Recorded, SignedForm, submit_form

EXPIRATION = datetime(2003, 1, 21, 5, 0, tzinfo=UTC)  # 9:00 PM PST on January 20, 2003
DURING_OFFER = datetime(2003, 1, 15, 18, 0, tzinfo=UTC)  # 10:00 AM PST on January 15, 2003
PLANS = {
    "2000": "2000 Stock Plan",
    "1994": "1994 Nonstatutory Stock Option Plan",
    "1993": "1993 Incentive Stock Option Plan",
    "LW2001": "Lightwave 2001 Plan",
    "PR2001": "Premise 2001 Plan",
}

_numbers = itertools.count(1)


def make_offer(**changes: Any) -> Offer:
    """The first offer, with its plans and one document; `changes` replace its columns."""
    for code, name in PLANS.items():
        Plan.objects.get_or_create(code=code, defaults={"name": name})
    columns: dict[str, Any] = {
        "slug": "lantronix-2002",
        "company": "Lantronix",
        "title": "Voluntary Stock Option Exchange Program",
        "opens_on": date(2002, 12, 19),
        "expiration": EXPIRATION,
        "zone": "America/Los_Angeles",
        "second_zone": "America/New_York",
        "country": "US",
        "hired_by": date(2002, 12, 19),
        "plan_codes": sorted(PLANS),
        "price_threshold": Decimal("3.01"),
        "threshold_inclusive": True,
        "required_from": date(2002, 6, 19),
        "ratio": Decimal("0.75"),
        "new_grant_months": 6,
        "new_grant_days": 1,
        "new_plan": "Lantronix 2000 Stock Plan",
        "vesting_first_months": 6,
        "vesting_first_part": Decimal("0.5"),
        "vesting_steps": 24,
        "contacts": ["Vincent Roth", "Michael Oswald"],
    }
    offer = Offer.objects.create(**columns | changes)
    Document.objects.create(
        offer=offer,
        slug="announcement-letter",
        title="Announcement letter",
        position=1,
        text="Please read immediately.",
        sha256="0" * 64,
    )
    return offer


def make_user(email: str = "", *, password: str | None = None, **fields: Any) -> User:
    """An account; its name and address are invented from a running number where not given."""
    return User.objects.create_user(
        email or f"user{next(_numbers)}@example.com", password, **fields
    )


def make_employee(*, user: User | None = None, **changes: Any) -> Employee:
    """An eligible regular U.S. employee with an account."""
    number = f"{next(_numbers):06d}"
    user = user or make_user(f"e{number}@example.com", name=f"Employee {number}")
    columns: dict[str, Any] = {
        "user": user,
        "number": number,
        "name": user.name or f"Employee {number}",
        "email": user.email,
        "country": "US",
        "employment": "regular",
        "hired_on": date(2001, 3, 1),
    }
    return Employee.objects.create(**columns | changes)


def make_grant(employee: Employee, number: str = "", **changes: Any) -> Grant:
    """An eligible grant of 1,000 shares at $6.00 under the 2000 Stock Plan, half vested."""
    plan, _ = Plan.objects.get_or_create(code="2000", defaults={"name": PLANS["2000"]})
    columns: dict[str, Any] = {
        "employee": employee,
        "number": number or f"G{next(_numbers):06d}",
        "plan": plan,
        "kind": "ISO",
        "granted_on": date(2001, 4, 2),
        "exercise_price": Decimal("6.00"),
        "granted": 1000,
        "vested": 500,
    }
    return Grant.objects.create(**columns | changes)


def make_required_grant(employee: Employee, number: str = "", **changes: Any) -> Grant:
    """A grant inside the look-back: 500 shares at $0.78, dated 1 August 2002."""
    columns: dict[str, Any] = {
        "granted_on": date(2002, 8, 1),
        "exercise_price": Decimal("0.78"),
        "granted": 500,
        "vested": 0,
    }
    return make_grant(employee, number, **columns | changes)


def signed(answer: Answer, **changes: Any) -> SignedForm:
    """A complete signed form of `answer`, with a fresh token."""
    columns: dict[str, Any] = {
        "answer": answer,
        "signature": "Pat Example",
        "agreed": True,
        "token": uuid.uuid4(),
        "replaces": None,
        "arrived_at": DURING_OFFER,
    }
    return SignedForm(**columns | changes)


def submit(employee: Employee, answer: Answer, **changes: Any) -> Outcome:
    """Submit `answer` as `employee`, replacing whatever governs now unless told otherwise."""
    offer = queries.current_offer()
    if "replaces" not in changes:
        governing = queries.governing_submission(offer, employee)
        changes["replaces"] = governing.receipt if governing else None
    changes.setdefault("arrived_at", clock.now())
    assert employee.user is not None
    return submit_form(
        actor=employee.user, employee=employee, offer=offer, form=signed(answer, **changes)
    )


def elect(employee: Employee, *exchange: Grant, keep: tuple[Grant, ...] = ()) -> Submission:
    """A recorded election of these grants."""
    choices = {g.number: Choice.EXCHANGE for g in exchange} | {g.number: Choice.KEEP for g in keep}
    return recorded(submit(employee, Election(choices)))


def withdraw(employee: Employee, *grants: Grant) -> Submission:
    """A recorded withdrawal of these grants; of all of them where none is named."""
    answer = Withdrawal(frozenset(g.number for g in grants) or None)
    return recorded(submit(employee, answer))


def decline(employee: Employee) -> Submission:
    """A recorded decline."""
    return recorded(submit(employee, Decline()))


def extend(offer: Offer, expiration: datetime | None = None) -> Extension:
    """An extension recorded now; without `expiration`, to a week after the first deadline."""
    offer = Offer.objects.prefetch_related("extensions").get(pk=offer.pk)
    outcome = extend_offer(
        actor=make_user(),
        offer=offer,
        expected=queries.deadline_in_force(offer),
        expiration=expiration or EXPIRATION + timedelta(days=7),
        reason="More time.",
    )
    assert isinstance(outcome, Extended), outcome
    return outcome.extension


def recorded(outcome: Outcome) -> Submission:
    """The submission of an outcome that must have been recorded."""
    assert isinstance(outcome, Recorded), outcome
    return outcome.submission
