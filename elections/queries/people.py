"""Who may take part and with what, and who is to be told."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from elections.models import Employee, Grant, Invitation, Offer, Plan, Submission
from elections.models.people import Employment
from elections.prepared import A_KEY, Prepared
from elections.queries.offer import today


def grants_of(employee: Employee) -> list[Grant]:
    """Someone's grants with their plans, oldest first, in one query."""
    return _grants(employee=employee.pk)


def plan_names() -> dict[str, str]:
    """The plans' names by code."""
    return dict(_plans())


def is_eligible(offer: Offer, *, at: datetime, person: str = "") -> Q:
    """Whether someone may take part at `at` (aware), as a condition for the database.

    The rules of `core.eligibility.person_problems`; a test holds the two together. `person` leads
    to the employee from the rows asked about, as in "employee__".
    """
    left_on = f"{person}left_on"
    still_employed = Q((f"{left_on}__isnull", True)) | Q((f"{left_on}__gte", today(offer, at=at)))
    rules = {
        "country": offer.country,
        "employment": Employment.REGULAR,
        "hired_on__lte": offer.hired_by,
        "is_director": False,
        "is_executive_officer": False,
    }
    return still_employed & Q(**{f"{person}{rule}": value for rule, value in rules.items()})


def choosable_grants(offer: Offer) -> QuerySet[Grant]:
    """The grants that can be chosen freely, whoever holds them.

    The rules of `core.eligibility.assess_grants`; a test holds the two together.
    """
    takes_price = "exercise_price__gte" if offer.threshold_inclusive else "exercise_price__gt"
    return Grant.objects.filter(
        Q((takes_price, offer.price_threshold)),
        plan__code__in=offer.plan_codes,
        granted_on__lt=offer.required_from,
        granted__gt=F("exercised") + F("canceled"),
    )


def people_to_remind(offer: Offer, *, at: datetime) -> QuerySet[Employee]:
    """Whoever could take part at `at` (aware) and has nothing on record, by employee number.

    A form of any kind, late or irregular too, is something on record. Whoever holds no grant that
    can be chosen could not.
    """
    choosable = choosable_grants(offer).filter(employee=OuterRef("pk"))
    on_record = Submission.objects.filter(offer=offer, employee=OuterRef("pk"))
    return Employee.objects.filter(
        is_eligible(offer, at=at), Exists(choosable), ~Exists(on_record)
    ).order_by("number")


def people_to_notify(offer: Offer, *, at: datetime) -> QuerySet[Employee]:
    """Everyone concerned by a new deadline announced at `at` (aware), by employee number.

    The eligible, and whoever has anything on record, eligible still or not.
    """
    on_record = Q(pk__in=Submission.objects.filter(offer=offer).values("employee_id"))
    return Employee.objects.filter(is_eligible(offer, at=at) | on_record).order_by("number")


def people_to_invite(offer: Offer, *, at: datetime) -> QuerySet[Employee]:
    """Whoever has an account, has not left by `at`, never signed in and was never invited.

    By employee number. Eligible or not: everybody on the roster sees how they stand.
    """
    left = Q(left_on__isnull=False, left_on__lt=today(offer, at=at))
    invited = Invitation.objects.filter(employee=OuterRef("pk"))
    return Employee.objects.filter(
        ~left, ~Exists(invited), user__is_active=True, user__last_login=None
    ).order_by("number")


_grants = Prepared(
    lambda employee: (
        Grant.objects.filter(employee=employee)
        .select_related("plan")
        .order_by("granted_on", "number")
    ),
    employee=A_KEY,
)
_plans = Prepared(lambda: Plan.objects.values_list("code", "name"))
