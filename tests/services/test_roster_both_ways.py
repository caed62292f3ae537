"""PostgreSQL imports in sets and SQLite row by row: whatever the files say, both do the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import transaction

from elections.models import Employee, Grant, Offer, User
from elections.services.roster import RosterResult, importing
from elections.services.roster.in_sets import InSets
from elections.services.roster.row_by_row import RowByRow
from tests.factory import elect, make_employee, make_grant, make_user
from tests.roster_files import Rows, employee, grant, load

pytestmark = pytest.mark.postgres
SEEDS = range(40)
NUMBERS = ("1", "2", "3", "4", "5", "6")
HIRED_ON = date(1999, 6, 7)  # as the files have it
ADDRESSES = tuple(f"{letter}@example.com" for letter in "abcdefgh")


def some_portal(chance: random.Random) -> None:
    """A few people, with accounts or without; accounts that are nobody's; grants, some elected."""
    free = chance.sample(ADDRESSES, len(ADDRESSES))
    for number in chance.sample(NUMBERS, 4):
        user = make_user(free.pop(), name=chance.choice(["Pat Example", "Al Sample"]))
        country = chance.choice(["US", "US", "CA"])
        person = make_employee(user=user, number=number, country=country, hired_on=HIRED_ON)
        grants = [
            make_grant(person, f"{number}{n}", exercised=100, canceled=50, vested=300)
            for n in range(chance.randint(0, 2))
        ]
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        if grants and person.country == "US" and chance.random() < 0.3:
            elect(person, *grants)
        elif chance.random() < 0.2:
            Employee.objects.filter(pk=person.pk).update(user=None)
    for _ in range(chance.randint(0, 2)):
        make_user(free.pop(), name="Nobody's")


def some_files(chance: random.Random) -> tuple[Rows, Rows]:
    """Rows that fit each other, if not always what is there."""
    numbers = chance.sample(NUMBERS, chance.randint(1, 5))
    addresses = chance.sample(ADDRESSES, len(numbers))
    held = list(Employee.objects.values_list("number", "email"))
    if chance.random() < 0.5:  # addresses as they are, so that other things come to be compared
        addresses = [dict(held).get(number, f"n{number}@example.com") for number in numbers]
    persons = [
        employee(
            number,
            Email=address,
            Legal_Name=chance.choice(["Pat Example", "Al Sample"]),
            Country=chance.choice(["US", "US", "CA"]),
            Termination_Date=chance.choice(["", "", "2003-01-17"]),
        )
        for number, address in zip(numbers, addresses, strict=True)
    ]
    known = [*numbers, *[number for number, _ in held]]
    grants = [
        grant(
            f"{number}{n}",
            Employee_Number=chance.choice([number, chance.choice(known)])
            if number in known
            else chance.choice(known),
            Plan=chance.choice(["2000", "2000", "1994"]),
            Exercise_Price=chance.choice(["6.00", "6", "6.0001"]),
        )
        for number in NUMBERS
        for n in range(chance.randint(0, 3))
    ]
    return persons, grants


def what_is_there() -> list[Any]:
    """People, accounts, addresses and grants, without the keys that each way gives on its own."""
    return [
        list(User.objects.order_by("email").values("email", "name", "is_staff", "is_active",
                                                   "is_superuser", "last_login")),
        list(EmailAddress.objects.order_by("email").values("email", "user__email")),
        list(Employee.objects.order_by("number").values(
            "number", "user__email", "name", "email", "country", "employment", "hired_on",
            "left_on", "on_leave", "is_director", "is_executive_officer", "ledger_length",
            "ledger_head", "ledger_at")),
        list(Grant.objects.order_by("number").values(
            "number", "employee__number", "plan__code", "kind", "granted_on", "exercise_price",
            "granted", "exercised", "canceled", "vested")),
    ]  # fmt: skip


@contextmanager
def undone() -> Iterator[None]:
    """What is done within is taken back; an import is its own transaction, and stays it here."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)


def imported(
    way: type[InSets | RowByRow], persons: Rows, grants: Rows, monkeypatch: pytest.MonkeyPatch
) -> tuple[RosterResult, RosterResult, list[Any]]:
    """What this way does, at first and again, and what is there then; all of it undone after."""
    monkeypatch.setattr(importing, "_import", way)
    with undone():
        first, again = load(persons, grants), load(persons, grants)
        return first, again, what_is_there()


@pytest.mark.parametrize("seed", SEEDS)
def test_both_ways_find_refuse_and_write_the_same(
    offer: Offer, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    some_portal(chance)
    persons, grants = some_files(chance)

    in_sets = imported(InSets, persons, grants, monkeypatch)
    row_by_row = imported(RowByRow, persons, grants, monkeypatch)

    assert in_sets == row_by_row


def test_the_files_tried_hold_everything_that_can_be_found(
    offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A control: what is compared above is not one easy case again and again."""
    seen = set()
    for seed in SEEDS:
        with undone():
            chance = random.Random(seed)
            some_portal(chance)
            result, _, _ = imported(InSets, *some_files(chance), monkeypatch)
        for tally in (result.people, result.grants):
            seen |= {name for name in ("new", "changed", "unchanged", "absent")
                     if getattr(tally, name)}  # fmt: skip
        for problem in result.problems:
            seen |= {words for words in ("is the address of", "nobody's on", "on record as")
                     if words in problem.reason}  # fmt: skip

    assert seen == {"new", "changed", "unchanged", "absent", "is the address of", "nobody's on",
                    "on record as"}  # fmt: skip
