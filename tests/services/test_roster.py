"""Importing a roster: people, their accounts and their grants, all or nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import is_password_usable, make_password
from django.db import IntegrityError, connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from elections.models import Employee, Grant, Offer, User
from elections.services.ledger import broken_chains
from elections.services.roster import Tally, in_sets, people
from tests.factory import elect, make_employee, make_grant, make_user
from tests.mails import account_mails
from tests.roster_files import accepted, employee, grant, load, refusals


def everything() -> list[list[dict[str, Any]]]:
    models: list[type[Model]] = [User, Employee, Grant]
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def test_people_come_with_accounts_that_nobody_can_sign_in_to_yet(offer: Offer) -> None:
    result = accepted([employee("000123", Email="Pat@Example.com", Legal_Name="Pat O'Hara")])

    assert result.people == Tally(new=1)
    person = Employee.objects.get()
    assert person.user is not None
    assert (person.number, person.name, person.email) == (
        "000123",
        "Pat O'Hara",
        "pat@example.com",
    )
    assert (person.user.email, person.user.name) == ("pat@example.com", "Pat O'Hara")
    assert not person.user.has_usable_password()
    assert not person.user.is_staff


def test_whoever_has_no_password_yet_can_ask_for_a_link_to_set_one(
    offer: Offer, client: Client
) -> None:
    accepted([employee("1", Email="pat@example.com")])

    client.post(reverse("account_reset_password"), {"email": "Pat@Example.com"})

    (mail,) = account_mails()
    assert mail.to == ["pat@example.com"]
    assert "/accounts/password/reset/key/" in str(mail.body)


def test_no_two_people_have_the_same_unusable_password(offer: Offer) -> None:
    """Nor one that anybody could guess: it goes into the link with which they set their own."""
    accepted([employee(str(number)) for number in range(20)])

    passwords = User.objects.values_list("password", flat=True)

    assert len(set(passwords)) == 20
    assert {len(password) for password in passwords} == {len(make_password(None))}
    assert not any(map(is_password_usable, passwords))


def test_grants_come_with_their_exact_price_and_shares(offer: Offer) -> None:
    grants = [grant("0001", Exercise_Price="$3.0100", Plan="1994", Option_Type="NSO")]

    result = accepted([employee("000123")], grants)

    assert result.grants == Tally(new=1)
    held = Grant.objects.select_related("employee", "plan").get()
    assert (held.employee.number, held.number, held.plan.code) == ("000123", "0001", "1994")
    assert (held.kind, held.granted_on, held.exercise_price) == (
        "NSO",
        date(2001, 4, 2),
        Decimal("3.01"),
    )
    assert (held.granted, held.exercised, held.canceled) == (1000, 100, 50)
    assert (held.outstanding, held.vested) == (850, 300)


def test_the_same_files_again_change_nothing(offer: Offer) -> None:
    persons, grants = [employee("1"), employee("2")], [grant("10", Employee_Number="1")]
    accepted(persons, grants)
    before = everything()

    with CaptureQueriesContext(connection) as queries:
        result = accepted(persons, grants)

    assert str(result.people) == "0 new, 0 changed, 2 unchanged"
    assert str(result.grants) == "0 new, 0 changed, 1 unchanged"
    assert everything() == before
    written = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == []


def test_a_changed_row_changes_that_row_alone(offer: Offer) -> None:
    persons = [employee("1"), employee("2")]
    accepted(persons, [grant("10", Employee_Number="1"), grant("20", Employee_Number="2")])
    before = everything()

    result = accepted(
        [employee("1", Termination_Date="2003-01-17", Country="GB"), employee("2")],
        [
            grant("10", Employee_Number="1", Shares_Exercised="200", Shares_Outstanding="750"),
            grant("20", Employee_Number="2"),
        ],
    )

    assert result.people == Tally(changed=1, unchanged=1)
    assert result.grants == Tally(changed=1, unchanged=1)
    users, employees, grants = everything()
    assert users == before[0]
    assert employees[0] == before[1][0] | {"left_on": date(2003, 1, 17), "country": "GB"}
    assert grants[0] == before[2][0] | {"exercised": 200}
    assert (employees[1], grants[1]) == (before[1][1], before[2][1])


def test_passwords_rights_and_chains_are_left_alone(offer: Offer) -> None:
    user = make_user("e1@example.com", password="a password of one's own", is_staff=True)
    person = make_employee(user=user, number="1")
    elect(person, make_grant(person, "10"))
    chain = Employee.objects.values("ledger_length", "ledger_head", "ledger_at").get()

    result = accepted([employee("1", Legal_Name="Another Name", Country="CA")])

    assert result.people == Tally(changed=1)
    assert Employee.objects.values("ledger_length", "ledger_head", "ledger_at").get() == chain
    user.refresh_from_db()
    assert (user.name, user.is_staff) == ("Another Name", True)
    assert user.check_password("a password of one's own")
    assert list(broken_chains()) == []


def test_a_new_address_on_the_roster_breaks_no_chain(offer: Offer) -> None:
    person = make_employee(user=make_user("e1@example.com"), number="1")
    elect(person, make_grant(person, "10"))

    accepted([employee("1", Email="married@example.com")])

    assert list(broken_chains()) == []


def test_whoever_is_not_in_the_file_is_named_and_kept(offer: Offer) -> None:
    accepted([employee("1"), employee("2")], [grant("10", Employee_Number="1"),
                                              grant("20", Employee_Number="2")])  # fmt: skip

    result = accepted([employee("2")], [grant("30", Employee_Number="1")])

    assert result.people == Tally(unchanged=1, absent=("1",))
    assert result.grants == Tally(new=1, absent=("10", "20"))
    assert Employee.objects.count() == 2
    assert Grant.objects.count() == 3


def test_one_bad_row_leaves_everything_as_it_was(offer: Offer) -> None:
    accepted([employee("1")])
    before = everything()

    result = load(
        [employee("1", Legal_Name="Changed"), employee("2"), employee("3", Country="Chile")],
        [grant("10", Employee_Number="1"), grant("11", Employee_Number="9", Plan="2020")],
    )

    assert refusals(result) == [
        "employees, line 4, Country: 'Chile' is not a two-letter country code such as US.",
        "grants, line 3, Employee Number: '9' is neither in the employees file nor on record.",
        "grants, line 3, Plan: '2020' is not the code of a plan that is loaded.",
    ]
    assert (result.people, result.grants) == (Tally(), Tally())
    assert everything() == before


def test_a_grant_of_someone_whose_row_is_bad_is_not_blamed_for_it(offer: Offer) -> None:
    result = load([employee("1", Country="Chile")], [grant("10", Employee_Number="1")])

    assert [problem.column for problem in result.problems] == ["Country"]


def test_a_dry_run_says_what_would_be_and_writes_nothing(offer: Offer) -> None:
    accepted([employee("1"), employee("2")])
    before = everything()

    result = load(
        [employee("1", Country="GB"), employee("3")],
        [grant("10", Employee_Number="3")],
        dry_run=True,
    )

    assert result.people == Tally(new=1, changed=1, absent=("2",))
    assert result.grants == Tally(new=1)
    assert everything() == before


def test_a_new_address_moves_the_account_and_closes_the_old_one(offer: Offer) -> None:
    accepted([employee("1", Email="maiden@example.com")])
    user = User.objects.get()
    user.set_password("a password of one's own")
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)

    result = accepted([employee("1", Email="married@example.com")])

    assert result.people == Tally(changed=1)
    sign_in = partial(authenticate, None, password="a password of one's own")
    assert sign_in(email="married@example.com") == user
    assert sign_in(email="maiden@example.com") is None


def test_two_people_trade_their_addresses(offer: Offer) -> None:
    accepted([employee("1", Email="a@example.com"), employee("2", Email="b@example.com")])
    first, second = User.objects.get(employee__number="1"), User.objects.get(employee__number="2")

    result = accepted(
        [
            employee("1", Email="b@example.com"),
            employee("2", Email="c@example.com"),
            employee("3", Email="a@example.com"),
        ]
    )

    assert result.people == Tally(new=1, changed=2)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.email, second.email) == ("b@example.com", "c@example.com")
    assert User.objects.get(email="a@example.com").employee.number == "3"


def test_without_freeing_them_first_addresses_could_not_be_traded(
    offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted([employee("1", Email="a@example.com"), employee("2", Email="b@example.com")])
    monkeypatch.setattr(people, "_free_addresses", lambda moving: None)
    monkeypatch.setattr(in_sets, "free_addresses", lambda: None)

    with pytest.raises(IntegrityError):
        load([employee("1", Email="b@example.com"), employee("2", Email="a@example.com")])


def test_the_address_of_someone_who_is_not_in_the_file_is_taken(offer: Offer) -> None:
    accepted([employee("1", Email="a@example.com")])

    result = load([employee("2", Email="A@example.com")])

    assert refusals(result) == [
        "employees, line 2, Email: 'a@example.com' is the address of employee 1."
    ]
    assert Employee.objects.count() == 1


def test_someone_with_an_account_keeps_it_when_the_roster_comes(offer: Offer) -> None:
    staff = make_user("law@example.com", password="a password of one's own", is_staff=True)

    result = accepted([employee("1", Email="law@example.com", Legal_Name="Lena Law")])

    assert result.people == Tally(new=1)
    staff.refresh_from_db()
    assert Employee.objects.get().user == staff
    assert (staff.name, staff.is_staff) == ("Lena Law", True)
    assert staff.check_password("a password of one's own")


def test_someone_with_an_account_is_not_given_anothers(offer: Offer) -> None:
    accepted([employee("1", Email="a@example.com")])
    make_user("law@example.com")

    result = load([employee("1", Email="law@example.com")])

    assert refusals(result) == [
        "employees, line 2, Email: 'law@example.com' is another account's, which is nobody's on"
        " the roster."
    ]


def test_someone_on_the_roster_without_an_account_gets_one(offer: Offer) -> None:
    accepted([employee("1")])
    Employee.objects.update(user=None)
    User.objects.all().delete()

    result = accepted([employee("1")])

    assert result.people == Tally(changed=1)
    assert User.objects.get().employee.number == "1"


def test_a_grant_nobody_has_answered_about_can_be_given_to_its_right_holder(offer: Offer) -> None:
    persons = [employee("1"), employee("2")]
    accepted(persons, [grant("10", Employee_Number="1")])

    result = accepted(persons, [grant("10", Employee_Number="2")])

    assert result.grants == Tally(changed=1)
    assert Grant.objects.get().employee.number == "2"


def test_a_grant_on_record_never_changes_hands(offer: Offer) -> None:
    person = make_employee(user=make_user("e1@example.com"), number="1")
    elect(person, make_grant(person, "10"))

    result = load([employee("1"), employee("2")], [grant("10", Employee_Number="2")])

    assert refusals(result) == [
        "grants, line 2, Employee Number: grant 10 is on record as employee 1's, who has submitted"
        " a form about it, so it cannot become 2's."
    ]
    assert Grant.objects.get().employee == person
    assert Employee.objects.count() == 1


def test_the_queries_do_not_grow_with_the_rows(offer: Offer) -> None:
    def queries(count: int, prefix: str) -> int:
        persons = [employee(f"{prefix}{n}") for n in range(count)]
        grants = [grant(f"{prefix}{n}", Employee_Number=f"{prefix}{n}") for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            accepted(persons, grants)
        return len(captured)

    # PostgreSQL takes the rows in sets: more statements for few rows, no more for a million.
    expected = {"sqlite": 18, "postgresql": 39}[connection.vendor]
    assert queries(3, "a") == queries(40, "b") == expected


def test_long_files_are_written_in_several_batches(offer: Offer) -> None:
    persons = [employee(f"{n:06}") for n in range(1001)]
    grants = [grant(f"G{n:06}", Employee_Number=f"{n % 1001:06}") for n in range(2001)]

    assert accepted(persons, grants).grants == Tally(new=2001)
    moved = [row | {"Email": f"new{row['Employee Number']}@example.com"} for row in persons]
    assert accepted(moved, grants).people == Tally(changed=1001)

    assert User.objects.filter(email__startswith="new").count() == 1001
    assert Grant.objects.filter(employee__number="000999").count() == 2
