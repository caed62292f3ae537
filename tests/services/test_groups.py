"""The groups of staff and what each may do."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission

from elections.services.groups import HR, LAW_DEPARTMENT, set_up_groups
from tests.factory import make_user

pytestmark = pytest.mark.django_db


def may(group: str) -> set[str]:
    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return {name.removeprefix("elections.") for name in user.get_all_permissions()}


def test_law_decides_and_hr_extends_and_neither_does_the_others_work() -> None:
    set_up_groups()
    law, hr = may(LAW_DEPARTMENT), may(HR)

    assert {name for name in law if not name.startswith("view_")} == {"add_reviewdecision"}
    assert {name for name in hr if not name.startswith("view_")} == {
        "add_extension",
        "add_employee",
        "change_employee",
        "add_grant",
        "change_grant",
    }
    assert {name for name in law if name.startswith("view_")} == {
        name for name in hr if name.startswith("view_")
    }
    assert {"view_submission", "view_line", "view_reviewdecision", "view_outboxmessage"} <= law


def test_neither_group_sees_accounts_or_drafts_or_deletes_anything() -> None:
    set_up_groups()

    for name in may(LAW_DEPARTMENT) | may(HR):
        assert not name.startswith("delete_")
        assert not name.endswith(("_user", "_draft", "_group", "_permission"))


def test_setting_up_again_mends_a_group_and_adds_no_other() -> None:
    set_up_groups()
    law = Group.objects.get(name=LAW_DEPARTMENT)
    law.permissions.add(Permission.objects.get(codename="delete_employee"))
    law.permissions.remove(Permission.objects.get(codename="view_submission"))
    before = may(HR)

    set_up_groups()

    assert Group.objects.count() == 2
    assert "delete_employee" not in may(LAW_DEPARTMENT)
    assert "view_submission" in may(LAW_DEPARTMENT)
    assert may(HR) == before


def test_a_missing_permission_is_named_and_nothing_is_set_up() -> None:
    Permission.objects.filter(codename="add_extension").delete()

    with pytest.raises(LookupError, match="add_extension"):
        set_up_groups()

    assert not Group.objects.exists()
