"""The groups of staff and what each may do."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission

from elections.models import AuditEntry
from elections.models.audit import Act
from elections.services.groups import AUDITOR, HR, LAW_DEPARTMENT, PERMISSIONS, set_up_groups
from tests.factory import make_user

pytestmark = pytest.mark.django_db


def may(group: str) -> set[str]:
    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return {name.partition(".")[2] for name in user.get_all_permissions()}


def test_law_decides_and_hr_extends_and_neither_does_the_others_work() -> None:
    set_up_groups()
    law, hr = may(LAW_DEPARTMENT), may(HR)

    both = {
        "add_document",
        "add_informationsession",
        "change_informationsession",
        "change_outboxmessage",
        "change_deskfigures",
    }
    assert {name for name in law if not name.startswith("view_")} - both == {
        "add_reviewdecision",
        "add_submission",
    }
    assert {name for name in hr if not name.startswith("view_")} - both == {
        "add_extension",
        "add_reminder",
        "add_invitation",
        "add_employee",
        "change_employee",
        "add_grant",
        "change_grant",
        "add_rosterupload",
    }
    assert both <= law & hr
    looks_at = [{name for name in may_do if name.startswith("view_")} for may_do in (law, hr)]
    assert looks_at[0] - looks_at[1] == {"view_auditentry", "view_scan"}
    assert {"view_submission", "view_line", "view_reviewdecision", "view_outboxmessage"} <= law


def test_neither_group_sees_accounts_or_drafts_or_deletes_anything() -> None:
    set_up_groups()

    for name in may(LAW_DEPARTMENT) | may(HR):
        assert not name.startswith("delete_")
        assert not name.endswith(("_user", "_draft", "_group", "_permission"))


def test_an_auditor_sees_whatever_anybody_sees_and_changes_nothing() -> None:
    set_up_groups()
    auditor = may(AUDITOR)

    assert all(name.startswith("view_") for name in auditor)
    for group in PERMISSIONS:
        assert {name for name in may(group) if name.startswith("view_")} <= auditor
    assert {"view_auditentry", "view_user", "view_group", "view_scan"} <= auditor
    assert "view_draft" not in auditor


def test_the_log_names_what_a_group_was_given_and_what_was_taken() -> None:
    set_up_groups()
    law = Group.objects.get(name=LAW_DEPARTMENT)
    law.permissions.add(Permission.objects.get(codename="delete_employee"))
    law.permissions.remove(Permission.objects.get(codename="view_submission"))
    before = AuditEntry.objects.count()

    set_up_groups()
    set_up_groups()

    assert before == len(PERMISSIONS)
    assert AuditEntry.objects.count() == before + 1
    entry = AuditEntry.objects.first()
    assert (entry.act, entry.actor) == (Act.PERMISSIONS, None)
    assert entry.subject == f"group {LAW_DEPARTMENT}"
    assert entry.details == {"given": ["view_submission"], "taken": ["delete_employee"]}


def test_setting_up_again_mends_a_group_and_adds_no_other() -> None:
    set_up_groups()
    law = Group.objects.get(name=LAW_DEPARTMENT)
    law.permissions.add(Permission.objects.get(codename="delete_employee"))
    law.permissions.remove(Permission.objects.get(codename="view_submission"))
    before = may(HR)

    set_up_groups()

    assert Group.objects.count() == 3
    assert "delete_employee" not in may(LAW_DEPARTMENT)
    assert "view_submission" in may(LAW_DEPARTMENT)
    assert may(HR) == before


def test_a_missing_permission_is_named_and_nothing_is_set_up() -> None:
    Permission.objects.filter(codename="add_extension").delete()

    with pytest.raises(LookupError, match="add_extension"):
        set_up_groups()

    assert not Group.objects.exists()
