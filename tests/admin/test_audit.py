"""The audit log: what leaves an entry, who sees it, and how one is found."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from elections.models import AuditEntry, Employee, Offer, User
from elections.models.audit import Act
from elections.services.audit import record_act
from elections.services.groups import HR, LAW_DEPARTMENT
from tests.admin.pages import words
from tests.factory import DURING_OFFER, make_user
from tests.portal import SetClock

LOG = "/admin/elections/auditentry/"
PASSWORD = "a long enough password"


def entries(act: Act) -> list[tuple[User | None, str]]:
    """Who did it and to what, the latest first."""
    return [(entry.actor, entry.subject) for entry in AuditEntry.objects.filter(act=act)]


def sign_in(email: str, password: str) -> bool:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": password})
    return "_auth_user_id" in client.session


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def test_a_sign_in_of_staff_is_noted_with_its_time(law: User, portal_clock: SetClock) -> None:
    with_password(law)

    assert sign_in("Law@Example.com", PASSWORD)

    (entry,) = AuditEntry.objects.filter(act=Act.SIGN_IN)
    assert (entry.at, entry.actor, entry.actor_email) == (DURING_OFFER, law, "law@example.com")
    assert not entries(Act.SIGN_IN_FAILED)


def test_a_failed_sign_in_at_an_account_of_staff_is_noted_and_names_nobody(law: User) -> None:
    with_password(law)

    assert not sign_in("LAW@example.com", "a guess of some length")

    assert entries(Act.SIGN_IN_FAILED) == [(None, "law@example.com")]
    assert not entries(Act.SIGN_IN)
    (entry,) = AuditEntry.objects.filter(act=Act.SIGN_IN_FAILED)
    assert "guess" not in str(entry.details)


def test_employees_and_strangers_leave_nothing_in_the_log(employee: Employee) -> None:
    assert employee.user is not None
    with_password(employee.user)

    assert sign_in(employee.email, PASSWORD)
    assert not sign_in(employee.email, "a guess of some length")
    assert not sign_in("nobody@example.com", "a guess of some length")

    assert not AuditEntry.objects.exists()


def change_account(client: Client, user: User, **form: object) -> None:
    sent = {"name": user.name, "is_active": "on", "is_staff": "on"} | form
    response = client.post(
        f"/admin/elections/user/{user.pk}/change/", {k: v for k, v in sent.items() if v}
    )
    assert response.status_code == 302


def last_change() -> AuditEntry:
    return AuditEntry.objects.filter(act=Act.PERMISSIONS).first()


def test_a_change_of_groups_says_from_what_to_what(
    super_client: Client, superuser: User, law: User
) -> None:
    hr = Group.objects.get(name=HR)

    change_account(super_client, law, groups=[hr.pk])

    entry = last_change()
    assert (entry.actor, entry.subject) == (superuser, "user law@example.com")
    assert entry.details == {"groups": {"from": [LAW_DEPARTMENT], "to": [HR]}}


def test_switching_an_account_off_and_making_it_superuser_are_noted(
    super_client: Client, hr: User
) -> None:
    groups = [hr.groups.get().pk]

    change_account(super_client, hr, groups=groups, is_active="")
    assert last_change().details == {"may_sign_in": {"from": True, "to": False}}

    change_account(super_client, hr, groups=groups, is_superuser="on")
    assert last_change().details == {
        "may_sign_in": {"from": False, "to": True},
        "may_do_everything": {"from": False, "to": True},
    }


def test_a_change_of_name_alone_is_no_change_of_rights(super_client: Client, hr: User) -> None:
    before = entries(Act.PERMISSIONS)

    change_account(super_client, hr, groups=[hr.groups.get().pk], name="Hanna Renamed")

    hr.refresh_from_db()
    assert hr.name == "Hanna Renamed"
    assert entries(Act.PERMISSIONS) == before


def test_a_new_account_and_a_password_set_for_somebody_are_noted(
    super_client: Client, superuser: User
) -> None:
    sent = {"email": "new@example.com", "name": "New", "password1": PASSWORD, "password2": PASSWORD}
    super_client.post("/admin/elections/user/add/", sent | {"usable_password": "true"})
    new = User.objects.get(email="new@example.com")
    assert last_change().details["new"]["may_open_the_admin"] is False

    super_client.post(
        f"/admin/elections/user/{new.pk}/password/",
        {"password1": f"{PASSWORD} 2", "password2": f"{PASSWORD} 2", "usable_password": "true"},
    )

    new.refresh_from_db()
    assert new.check_password(f"{PASSWORD} 2")
    assert (last_change().actor, last_change().subject) == (superuser, "user new@example.com")
    assert last_change().details == {"password": "set by somebody else"}
    assert PASSWORD not in str(list(AuditEntry.objects.values_list("details")))


def test_a_change_of_what_a_group_may_do_is_noted(super_client: Client, law: User) -> None:
    group = law.groups.get()
    kept = Permission.objects.filter(codename="view_submission")

    response = super_client.post(
        f"/admin/auth/group/{group.pk}/change/",
        {"name": group.name, "permissions": [p.pk for p in kept]},
    )

    assert response.status_code == 302
    assert last_change().subject == f"group {LAW_DEPARTMENT}"
    changed = last_change().details["permissions"]
    assert "add_reviewdecision" in changed["from"]
    assert changed["to"] == ["view_submission"]


@pytest.fixture
def log(offer: Offer, portal_clock: SetClock) -> dict[str, AuditEntry]:
    """Three acts on three days by two people and by the portal."""
    ann = make_user("ann@example.com", name="Ann Actor", is_staff=True)
    ben = make_user("ben@example.com", name="Ben Actor", is_staff=True)
    acts = {
        "export": (Act.EXPORT, ann, "Register", 1234, {"format": "csv", "complete": True}),
        "decision": (Act.DECISION, ben, "ABCDE-12345", None, {"verdict": "valid"}),
        "reminder": (Act.REMINDER, None, "lantronix-2002", 7, {}),
    }
    found = {}
    for name, (act, actor, subject, rows, details) in acts.items():
        found[name] = record_act(act, actor=actor, subject=subject, rows=rows, details=details)
        portal_clock.tick(days=1)
    return found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("act__exact=export", "export"),
        ("actor__id__exact={ben}", "decision"),
        ("at__year=2003&at__month=1&at__day=17", "reminder"),
        ("at__year=2002", ""),
        ("q=register", "export"),
        ("q=ben@example.com", "decision"),
        ("q=ann+actor", "export"),
        ("act__exact=export&q=ben", ""),
    ],
)
def test_act_person_day_and_search_narrow_the_log(
    law_client: Client, log: dict[str, AuditEntry], query: str, expected: str
) -> None:
    ben = log["decision"].actor_id

    response = law_client.get(f"{LOG}?{query.format(ben=ben)}")

    assert response.status_code == 200
    shown = [entry for entry in response.context["cl"].result_list if entry in log.values()]
    assert shown == [log[name] for name in expected.split()]


def test_the_filter_by_person_offers_only_people_with_an_entry(
    law_client: Client, law: User, log: dict[str, AuditEntry]
) -> None:
    make_user("idle@example.com", name="Ida Idle", is_staff=True)

    shown = words(law_client.get(LOG))

    assert "Ann Actor" in shown
    assert "Ida Idle" not in shown


def test_an_entry_says_who_what_when_and_how_many(
    law_client: Client, log: dict[str, AuditEntry]
) -> None:
    shown = words(law_client.get(f"{LOG}{log['export'].pk}/change/"))

    assert "January 15, 2003, 10:00:00 AM PST" in shown
    assert "Ann Actor ann@example.com" in shown
    assert "Exported" in shown
    assert "1,234" in shown
    assert "format: csv complete: true" in shown


def test_what_the_portal_did_by_itself_names_nobody(
    law_client: Client, log: dict[str, AuditEntry]
) -> None:
    assert "The portal Reminders lantronix-2002 7" in words(law_client.get(LOG))


def test_the_log_is_for_law_and_auditors_and_not_for_hr(
    law_client: Client, hr_client: Client, auditor_client: Client, log: dict[str, AuditEntry]
) -> None:
    clients = (law_client, auditor_client, hr_client)

    assert [client.get(LOG).status_code for client in clients] == [200, 200, 403]
