"""The two groups of staff, each with just the permissions of its work; nobody may delete."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import transaction

LAW_DEPARTMENT = "Law Department"
HR = "HR"

_READ = (
    "view_offer",
    "view_extension",
    "view_document",
    "view_informationsession",
    "view_plan",
    "view_employee",
    "view_grant",
    "view_submission",
    "view_line",
    "view_reviewdecision",
    "view_outboxmessage",
)
PERMISSIONS = {
    LAW_DEPARTMENT: (*_READ, "add_reviewdecision"),
    # The roster comes by import, which adds and changes people and their grants.
    HR: (
        *_READ,
        "add_extension",
        "add_employee",
        "change_employee",
        "add_grant",
        "change_grant",
    ),
}


def set_up_groups() -> None:
    """Make both groups, and give each exactly its permissions; safe to repeat.

    Raises `LookupError` where a permission does not exist, which `migrate` would have made.
    """
    with transaction.atomic():
        for name, codenames in PERMISSIONS.items():
            found = Permission.objects.filter(
                content_type__app_label="elections", codename__in=codenames
            )
            missing = set(codenames) - {permission.codename for permission in found}
            if missing:
                raise LookupError(
                    f"No such permission: {', '.join(sorted(missing))}. Has `migrate` run?"
                )
            Group.objects.get_or_create(name=name)[0].permissions.set(found)
