"""`manage.py load_demo` and the demo roster that ships."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from pytest_django import Settings

from elections import queries
from elections.core.eligibility import Standing, assess_grants, person_problems
from elections.demo import DEMO_PASSWORD, ROSTER
from elections.models import Employee, Grant, Plan, User
from elections.models.people import Employment
from elections.services.load_offer import load_offer
from elections.services.offer_file import read_offer
from tests.factory import EXPIRATION

TODAY = date(2003, 1, 15)


@pytest.fixture
def demo(db: None, settings: Settings) -> None:
    """Demo mode, with the shipped offer loaded and nobody on the roster."""
    settings.PORTAL_DEMO = True
    load_offer(file=read_offer(Path(settings.BASE_DIR, "offers", "lantronix-2002")))


def run() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def standings(email: str) -> list[str]:
    grants = queries.grants_of(Employee.objects.get(email=email))
    assessed = assess_grants(queries.current_offer().terms(), [g.facts() for g in grants])
    return [str(grant.standing) for grant in assessed]


def codes(email: str, today: date = TODAY) -> list[str]:
    person = Employee.objects.get(email=email).facts()
    problems = person_problems(queries.current_offer().terms(), person, today=today)
    return [str(problem.code) for problem in problems]


def test_it_prints_three_logins_that_work(demo: None) -> None:
    printed = run()

    assert DEMO_PASSWORD in printed
    groups = {
        "law@example.com": "Law Department",
        "hr@example.com": "HR",
        "auditor@example.com": "Auditor",
    }
    for email in ("employee@example.com", *groups):
        assert email in printed
        assert authenticate(None, email=email, password=DEMO_PASSWORD) is not None
    assert not User.objects.get(email="employee@example.com").is_staff
    for email, group in groups.items():
        staff = User.objects.get(email=email)
        assert (staff.is_staff, staff.is_superuser) == (True, False)
        assert list(staff.groups.all()) == [Group.objects.get(name=group)]
        assert not Employee.objects.filter(user=staff).exists()


def test_everyone_of_the_demo_can_sign_in(demo: None) -> None:
    run()

    hashes = set(User.objects.values_list("password", flat=True))

    assert len(hashes) == 1  # hashed once, which is what makes it quick
    assert User.objects.count() == Employee.objects.count() + 3
    assert authenticate(None, email="officer@example.com", password=DEMO_PASSWORD) is not None


def test_a_second_run_resets_nothing_that_people_changed(demo: None) -> None:
    run()
    person = User.objects.get(email="employee@example.com")
    person.set_password("a password of one's own")
    person.save()
    law = User.objects.get(email="law@example.com")
    law.name, law.is_staff = "Somebody Else", False
    law.save()
    Employee.objects.filter(email="left@example.com").update(left_on=None)
    before = [list(m._default_manager.order_by("pk").values()) for m in (User, Employee, Grant)]

    assert "law@example.com" in run()

    after = [list(m._default_manager.order_by("pk").values()) for m in (User, Employee, Grant)]
    assert after == before


def test_a_run_that_broke_off_is_finished_by_the_next(demo: None) -> None:
    run()
    User.objects.get(email="hr@example.com").delete()
    unfinished = User.objects.get(email="employee@example.com")
    unfinished.set_unusable_password()
    unfinished.save()

    run()

    for email in ("hr@example.com", "employee@example.com"):
        assert authenticate(None, email=email, password=DEMO_PASSWORD) is not None


def test_it_refuses_outside_demo_mode(db: None, settings: Settings) -> None:
    settings.PORTAL_DEMO = False

    with pytest.raises(CommandError, match="only be loaded in demo mode"):
        run()

    assert not User.objects.exists()


def test_it_asks_for_the_offer_first(db: None, settings: Settings) -> None:
    settings.PORTAL_DEMO = True

    with pytest.raises(CommandError, match="Is the offer loaded"):
        run()

    assert not User.objects.exists()


def test_both_files_say_in_their_first_line_that_everyone_is_invented() -> None:
    for name in ("employees.csv", "grants.csv"):
        first = Path(settings.BASE_DIR, ROSTER, name).read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# Everyone in this file is invented")


def test_the_roster_spans_all_plans_and_both_kinds(demo: None) -> None:
    run()

    assert (Employee.objects.count(), Grant.objects.count()) == (60, 208)
    assert set(Grant.objects.values_list("plan__code", flat=True)) == set(
        Plan.objects.values_list("code", flat=True)
    )
    assert set(Grant.objects.values_list("kind", flat=True)) == {"ISO", "NSO"}
    assert set(Employee.objects.values_list("employment", flat=True)) == set(Employment.values)


def test_the_employee_to_begin_with_has_something_of_everything(demo: None) -> None:
    run()

    assert codes("employee@example.com") == []
    held = standings("employee@example.com")
    assert held.count(Standing.ELIGIBLE) >= 4
    assert held.count(Standing.REQUIRED) == 2
    assert held.count(Standing.INELIGIBLE) == 1
    threshold = queries.current_offer().price_threshold
    required = Grant.objects.filter(
        employee__email="employee@example.com", granted_on__gte=date(2002, 6, 19)
    )
    assert required.filter(exercise_price__lt=threshold).count() == 1


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("nonus@example.com", ["not_in_country"]),
        ("officer@example.com", ["executive_officer"]),
        ("director@example.com", ["director"]),
        ("both@example.com", ["director", "executive_officer"]),
        ("newhire@example.com", ["hired_too_late"]),
        ("hiredafter@example.com", ["hired_too_late"]),
        ("hiredlastday@example.com", []),
        ("left@example.com", ["left"]),
        ("leaving@example.com", []),
        ("lastday@example.com", []),
        ("temporary@example.com", ["not_regular"]),
        ("contractor@example.com", ["not_regular"]),
        ("intern@example.com", ["not_regular"]),
    ],
)
def test_there_is_someone_for_each_rule_about_people(
    demo: None, email: str, expected: list[str]
) -> None:
    run()

    assert codes(email) == expected


def test_two_people_leave_around_the_expiration(demo: None) -> None:
    run()

    last_day = queries.today(queries.current_offer(), at=EXPIRATION.replace(hour=4))
    assert last_day == date(2003, 1, 20)
    assert codes("leaving@example.com", today=last_day) == ["left"]
    assert codes("lastday@example.com", today=last_day) == []


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("nogrants@example.com", []),
        ("onegrant@example.com", ["eligible"]),
        ("requiredonly@example.com", ["required"] * 2),
        ("requiredlow@example.com", ["eligible", "required", "required"]),
        ("hiredlastday@example.com", ["required"]),
        ("lookback@example.com", ["eligible", "eligible", "required"]),
        ("threshold@example.com", ["eligible"] * 2),
        ("belowthreshold@example.com", ["ineligible", "ineligible", "eligible"]),
        ("allbelow@example.com", ["ineligible"] * 2),
        ("exercised@example.com", ["ineligible"] * 2),
        ("partly@example.com", ["eligible"] * 3),
        ("odd@example.com", ["eligible"] * 5),
        ("acquired@example.com", ["eligible"] * 3),
    ],
)
def test_there_is_someone_for_each_rule_about_grants(
    demo: None, email: str, expected: list[str]
) -> None:
    run()

    assert standings(email) == expected


def test_the_roster_has_the_values_that_trip_software_up(demo: None) -> None:
    run()

    names = set(Employee.objects.values_list("name", flat=True))
    assert {"José Núñez-Ørsted", "Siobhán O'Brien-D'Arcy"} <= names
    assert Employee.objects.get(email="employee@example.com").number == "000107"
    assert Grant.objects.filter(number__startswith="0").exists()
    prices = set(Grant.objects.values_list("exercise_price", flat=True))
    assert {Decimal("3.01"), Decimal("3.0099"), Decimal("3.0101"), Decimal("3.00")} <= prices
    assert 334 in Grant.objects.filter(employee__email="odd@example.com").values_list(
        "granted", flat=True
    )
    assert Grant.objects.filter(employee__email="manygrants@example.com").count() >= 20


def test_no_grant_of_the_demo_is_made_after_the_offer_opened(demo: None) -> None:
    run()

    latest = Grant.objects.order_by("-granted_on").first()
    assert latest is not None
    assert latest.granted_on <= date(2002, 12, 19)
