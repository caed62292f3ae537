"""The demo's people: an invented roster, and staff to sign in as. Never outside demo mode."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.contrib.auth.models import Group
from django.db import transaction

from elections.models import Employee, User
from elections.services.groups import AUDITOR, HR, LAW_DEPARTMENT, set_up_groups
from elections.services.roster import RosterResult, import_roster

DEMO_PASSWORD = "three-quarters-rounded-up"  # noqa: S105 -- anyone may read it
EMPLOYEE = "employee@example.com"
STAFF = {
    "law@example.com": ("Lena Lawson", LAW_DEPARTMENT),
    "hr@example.com": ("Henry Rostand", HR),
    "auditor@example.com": ("Audrey Torres", AUDITOR),
}
ROSTER = Path("offers", "lantronix-2002", "demo")


class DemoRefused(Exception):
    """The demo's people cannot be loaded here, for the reason that the text says."""


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """An account to try the demo with."""

    email: str
    who: str


LOGINS = (
    DemoLogin(EMPLOYEE, "an employee with grants to exchange"),
    DemoLogin("law@example.com", "the Law Department, who reviews what was submitted"),
    DemoLogin("hr@example.com", "HR, who extends the offer and keeps the roster"),
    DemoLogin("auditor@example.com", "an auditor, who sees all and changes nothing"),
)


def load_demo() -> RosterResult | None:
    """Fill an empty portal with the demo's people; what is there already stays as it is.

    Gives what the import did, or None when there was a roster already. Every account made here
    has `DEMO_PASSWORD`. Raises `DemoRefused` outside demo mode, where a password that anyone can
    read would open real accounts, and where the roster's plans are not loaded.
    """
    if not settings.PORTAL_DEMO:
        raise DemoRefused("Demo people can only be loaded in demo mode (PORTAL_MODE=demo).")
    result = None if Employee.objects.exists() else _import_demo_roster()
    with transaction.atomic():
        set_up_groups()
        password = make_password(DEMO_PASSWORD)  # hashing is slow by design: once for all
        for email, (name, group) in STAFF.items():
            user, made = User.objects.get_or_create(
                email=email, defaults={"name": name, "is_staff": True, "password": password}
            )
            if made:
                user.groups.add(Group.objects.get(name=group))
        # Whoever has a password by now, or has chosen another, keeps it.
        User.objects.filter(
            employee__isnull=False, password__startswith=UNUSABLE_PASSWORD_PREFIX
        ).update(password=password)
    return result


def _import_demo_roster() -> RosterResult:
    folder = settings.BASE_DIR / ROSTER
    with (
        (folder / "employees.csv").open("rb") as employees,
        (folder / "grants.csv").open("rb") as grants,
    ):
        result = import_roster(employees=employees, grants=grants)
    if result.problems:
        raise DemoRefused(
            f"The demo roster does not fit, beginning with {result.problems[0]}"
            " Is the offer loaded (`manage.py load_offer offers/lantronix-2002`)?"
        )
    return result
