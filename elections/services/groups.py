"""The groups of staff, each with just the permissions of its work; nobody may delete."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import QuerySet

from elections.models.audit import Act
from elections.services.audit import record_act

LAW_DEPARTMENT = "Law Department"
HR = "HR"
AUDITOR = "Auditor"

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
    "view_extensionproposal",
    "view_reminder",
    "view_reminderdate",
    "view_invitation",
    "view_rosterupload",
    "view_statuschange",
)
# Both departments see to what employees read, and to mail that does not get through; both have the
# desk's figures counted anew.
_WRITE = (
    "add_document",
    "add_informationsession",
    "change_informationsession",
    "change_outboxmessage",
    "change_deskfigures",
)
# What an auditor looks at beyond that: everything kept but the forms that nobody submitted.
_READ_BY_AUDITOR = (
    "view_auditentry",
    "view_renderedmail",
    "view_reviewhold",
    "view_scan",
    "view_user",
    "view_group",
)
PERMISSIONS = {
    LAW_DEPARTMENT: (
        *_READ,
        *_WRITE,
        "view_auditentry",
        "view_scan",
        "add_reviewdecision",
        "add_submission",  # a form that came on paper
    ),
    # The roster comes by import, which adds and changes people and their grants; someone's status
    # can be changed by hand as well.
    HR: (
        *_READ,
        *_WRITE,
        "add_extension",
        "add_reminder",
        "add_invitation",
        "add_employee",
        "change_employee",
        "add_grant",
        "change_grant",
        "add_rosterupload",
    ),
    AUDITOR: (*_READ, *_READ_BY_AUDITOR),
}


def set_up_groups() -> None:
    """Make the groups, and give each exactly its permissions; safe to repeat.

    A group that this changes leaves an entry in the audit log. Raises `LookupError` where a
    permission does not exist, which `migrate` would have made.
    """
    with transaction.atomic():
        for name, codenames in PERMISSIONS.items():
            found = Permission.objects.filter(
                content_type__app_label__in=("elections", "auth"), codename__in=codenames
            )
            missing = set(codenames) - {permission.codename for permission in found}
            if missing:
                raise LookupError(
                    f"No such permission: {', '.join(sorted(missing))}. Has `migrate` run?"
                )
            _give(Group.objects.get_or_create(name=name)[0], found)


def _give(group: Group, permissions: QuerySet[Permission]) -> None:
    before = set(group.permissions.values_list("codename", flat=True))
    after = set(permissions.values_list("codename", flat=True))
    group.permissions.set(permissions)
    if before != after:
        record_act(
            Act.PERMISSIONS,
            actor=None,
            subject=f"group {group.name}",
            details={"given": sorted(after - before), "taken": sorted(before - after)},
        )
