"""HR changes by hand how one person stands: checked, recorded, audited and mailed in one go."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from elections import clock
from elections.core.problems import Code
from elections.models import AuditEntry, Employee, Offer, OutboxMessage, StatusChange, User
from elections.models.audit import Act
from elections.services.change_status import (
    NotChanged,
    StatusChanged,
    Wish,
    change_status,
    check_status,
)
from elections.services.status import STANDING, effects_of, standing_of
from tests.factory import elect, extend, make_employee, make_grant, make_user, withdraw
from tests.portal import SetClock


@pytest.fixture
def hr(offer: Offer) -> User:
    return make_user("hr@example.com")


def changed(hr: User, employee: Employee, **changes: Any) -> StatusChanged | NotChanged:
    """What comes of HR changing this person, whom they saw as the roster has them now."""
    asked: dict[str, Any] = {
        "expected": standing_of(employee),
        "reason": "Told by phone.",
        "shown": None,
    }
    asked |= {name: changes.pop(name) for name in list(changes) if name in asked}
    return change_status(actor=hr, employee=employee, wish=Wish(new=changes, **asked))


def codes(outcome: StatusChanged | NotChanged) -> list[str]:
    assert isinstance(outcome, NotChanged), outcome
    return [problem.code for problem in outcome.problems]


def test_a_change_is_written_recorded_audited_and_mailed(hr: User, offer: Offer) -> None:
    employee = make_employee()
    submission = elect(employee, make_grant(employee))
    OutboxMessage.objects.all().delete()

    outcome = changed(hr, employee, left_on=date(2003, 1, 10), on_leave=False)

    assert isinstance(outcome, StatusChanged)
    assert outcome.mailed
    change = StatusChange.objects.get()
    assert outcome.change == change
    assert (change.employee, change.changed_by, change.offer) == (employee, hr, offer)
    assert (change.before, change.after) == ({"left_on": None}, {"left_on": "2003-01-10"})
    assert (change.reason, change.upload) == ("Told by phone.", None)
    assert submission.receipt in change.effect
    employee.refresh_from_db()
    assert employee.left_on == date(2003, 1, 10)
    mail = OutboxMessage.objects.get()
    assert (mail.kind, mail.status_change, mail.employee) == ("status", change, employee)
    entry = AuditEntry.objects.get(act=Act.STATUS)
    assert (entry.actor, entry.subject) == (hr, f"employee {employee.number}")
    assert entry.details == {"changed": ["left_on"], "mailed": True}


def test_the_head_of_the_chain_is_left_alone(hr: User) -> None:
    employee = make_employee()
    seen = Employee.objects.get(pk=employee.pk)
    elect(employee, make_grant(employee))

    changed(hr, seen, on_leave=True)

    assert Employee.objects.get(pk=employee.pk).ledger_length == 1


def test_where_nothing_happens_to_the_person_it_is_recorded_and_nobody_mailed(hr: User) -> None:
    employee = make_employee(country="GB")

    outcome = changed(hr, employee, country="FR")

    assert isinstance(outcome, StatusChanged)
    assert (outcome.mailed, outcome.change.effect) == (False, "")
    assert not OutboxMessage.objects.exists()
    assert AuditEntry.objects.get(act=Act.STATUS).details["mailed"] is False


def test_whoever_did_not_see_a_colleagues_change_is_told(hr: User) -> None:
    employee = make_employee()
    seen = standing_of(employee)
    changed(hr, employee, on_leave=True)

    outcome = changed(hr, employee, expected=seen, left_on=date(2003, 1, 10))

    assert codes(outcome) == [Code.STATUS_CHANGED_MEANWHILE]
    assert Employee.objects.get(pk=employee.pk).left_on is None
    assert StatusChange.objects.count() == 1


def test_whoever_saw_nothing_of_the_roster_changes_nothing(hr: User) -> None:
    outcome = changed(hr, make_employee(), expected={}, on_leave=True)

    assert codes(outcome) == [Code.STATUS_CHANGED_MEANWHILE]


def test_pressing_twice_changes_once(hr: User) -> None:
    employee = make_employee()
    seen = standing_of(employee)
    changed(hr, employee, on_leave=True)

    again = changed(hr, employee, expected=seen, on_leave=True)

    assert codes(again) == [Code.STATUS_CHANGED_MEANWHILE]
    assert OutboxMessage.objects.count() == 1


def test_a_form_or_an_extension_since_the_preview_is_told(
    hr: User, offer: Offer, portal_clock: SetClock
) -> None:
    employee = make_employee()
    elect(employee, make_grant(employee))
    portal_clock.tick(minutes=1)
    first = changed(hr, employee, country="GB", shown="What was shown.")
    assert codes(first) == [Code.STATUS_EFFECT_CHANGED]
    shown = shown_effect(employee, offer)
    withdraw(employee)
    assert codes(changed(hr, employee, country="GB", shown=shown)) == [Code.STATUS_EFFECT_CHANGED]
    shown = shown_effect(employee, offer)
    assert isinstance(changed(hr, employee, country="GB", shown=shown), StatusChanged)


def shown_effect(employee: Employee, offer: Offer) -> str:
    """What a preview of moving to Great Britain shows at this moment."""
    [effect] = effects_of([(employee, {"country": "GB"})], offer=offer, at=clock.now())
    return effect.effect


def test_a_check_says_what_would_be_and_writes_nothing(hr: User, offer: Offer) -> None:
    employee = make_employee()
    wish = Wish(expected=standing_of(employee), new={"country": "GB"}, reason="")

    check = check_status(actor=hr, employee=employee, wish=wish)

    assert [problem.code for problem in check.problems] == [Code.REASON_MISSING]
    assert check.effect
    assert check.effect.effect == shown_effect(employee, offer)
    assert not StatusChange.objects.exists()
    assert Employee.objects.get(pk=employee.pk).country == "US"


def test_an_extension_read_before_the_lock_is_not_the_one_named(hr: User, offer: Offer) -> None:
    employee = make_employee(country="GB")
    extend(offer)

    outcome = changed(hr, employee, country="US")

    assert isinstance(outcome, StatusChanged)
    assert "January 27, 2003" in outcome.change.effect


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, [Code.STATUS_UNCHANGED]),
        ({"country": "US"}, [Code.STATUS_UNCHANGED]),
        ({"name": "New Name"}, [Code.STATUS_UNCHANGED]),
        ({"on_leave": True, "reason": "  "}, [Code.REASON_MISSING]),
        ({"left_on": date(2001, 2, 28)}, [Code.LEFT_BEFORE_HIRED]),
        ({"hired_on": date(2003, 1, 2), "left_on": date(2003, 1, 1)}, [Code.LEFT_BEFORE_HIRED]),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(
    hr: User, changes: dict[str, Any], problems: list[Code]
) -> None:
    employee = make_employee()

    assert codes(changed(hr, employee, **changes)) == problems

    assert standing_of(Employee.objects.get(pk=employee.pk)) == standing_of(employee)
    for model in (StatusChange, OutboxMessage, AuditEntry):
        assert not model.objects.exists()


def test_the_day_of_the_hiring_may_be_the_last_one(hr: User) -> None:
    employee = make_employee()

    assert isinstance(changed(hr, employee, left_on=employee.hired_on), StatusChanged)


def test_nobody_changes_their_own_standing(offer: Offer) -> None:
    employee = make_employee()
    assert employee.user

    assert codes(changed(employee.user, employee, on_leave=True)) == [Code.OWN_STATUS]


def test_before_an_offer_is_loaded_it_is_recorded_and_nobody_mailed(
    db: None, portal_clock: SetClock
) -> None:
    employee = make_employee()

    outcome = changed(make_user(), employee, country="GB")

    assert isinstance(outcome, StatusChanged)
    assert (outcome.mailed, outcome.change.offer) == (False, None)


def test_the_columns_shown_are_those_that_count(offer: Offer) -> None:
    assert tuple(standing_of(make_employee())) == STANDING


@pytest.mark.postgres
def test_the_offer_is_shared_and_then_the_person_held(hr: User) -> None:
    employee = make_employee()
    with CaptureQueriesContext(connection) as captured:
        changed(hr, employee, on_leave=True)

    statements = [query["sql"] for query in captured]
    shared = next(n for n, sql in enumerate(statements) if "advisory_xact_lock_shared" in sql)
    held = next(n for n, sql in enumerate(statements) if "FOR NO KEY UPDATE" in sql)
    assert shared < held
