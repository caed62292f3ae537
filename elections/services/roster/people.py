"""People: what the employees file changes on the roster and in the accounts, and writing it.

An account's password, its rights and the head of someone's chain are never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from elections.models import Employee, User
from elections.services.roster.batches import batches
from elections.services.roster.changes import address_taken
from elections.services.roster.rows import PersonRow, RosterProblem

FIELDS = (
    "name",
    "email",
    "country",
    "employment",
    "hired_on",
    "left_on",
    "is_director",
    "is_executive_officer",
)


class Account(NamedTuple):
    """An account as it stands, and the number of the employee whose it is."""

    pk: int
    email: str
    name: str
    holder: str | None


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A row to write, and the account it goes with; None where one must be made.

    `on_leave` is what the row says, or what the roster does where the row says nothing.
    """

    row: PersonRow
    account: Account | None
    on_leave: bool


@dataclass(slots=True)
class PeopleChanges:
    """What writing the employees file would change, and what stands in its way."""

    new: list[PersonChange] = field(default_factory=list)
    changed: list[PersonChange] = field(default_factory=list)
    unchanged: int = 0
    problems: list[RosterProblem] = field(default_factory=list)


def compare_people(rows: Sequence[PersonRow]) -> PeopleChanges:
    """Compare the rows with the roster and the accounts; writes nothing."""
    changes = PeopleChanges()
    addresses = {row.number: row.email for row in rows}
    for batch in batches(rows):
        on_roster = _on_roster(batch)
        own = _accounts(employee__number__in=[row.number for row in batch])
        by_number = {account.holder: account for account in own}
        by_address = {a.email: a for a in _accounts(email__in=[row.email for row in batch])}
        for row in batch:
            current, holder = by_number.get(row.number), by_address.get(row.email)
            if holder and _is_taken(row, current, holder, addresses):
                changes.problems.append(address_taken(row.line, row.email, holder.holder))
                continue
            free = holder if holder and holder.holder is None else None
            facts, was_on_leave = on_roster.get(row.number, ((), False))
            on_leave = was_on_leave if row.on_leave is None else row.on_leave
            change = PersonChange(row, current or free, on_leave)
            if row.number not in on_roster:
                changes.new.append(change)
            elif (facts, was_on_leave) != (_facts(row), on_leave) or _account_differs(row, current):
                changes.changed.append(change)
            else:
                changes.unchanged += 1
    return changes


def write_people(changes: PeopleChanges) -> None:
    """Write what `compare_people` found, in the transaction that is open."""
    written = [*changes.new, *changes.changed]
    _free_addresses(change for change in written if _moves(change))
    for batch in batches(written):
        accounts = _write_accounts(batch)
        Employee.objects.bulk_create(
            [
                Employee(
                    number=change.row.number,
                    user_id=accounts[change.row.number],
                    on_leave=change.on_leave,
                    **dict(zip(FIELDS, _facts(change.row), strict=True)),
                )
                for change in batch
            ],
            update_conflicts=True,
            unique_fields=["number"],
            update_fields=["user", "on_leave", *FIELDS],
        )


def _on_roster(rows: Iterable[PersonRow]) -> dict[str, tuple[tuple[object, ...], bool]]:
    """The facts of those who are on the roster, and whether each is on leave."""
    people = Employee.objects.filter(number__in=[row.number for row in rows])
    found = people.values_list("number", "on_leave", *FIELDS)
    return {number: (tuple(facts), on_leave) for number, on_leave, *facts in found}


def _accounts(**where: object) -> list[Account]:
    found = User.objects.filter(**where).values_list("pk", "email", "name", "employee__number")
    return [Account(*values) for values in found]


def _facts(row: PersonRow) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in FIELDS)


def _account_differs(row: PersonRow, account: Account | None) -> bool:
    return account is None or (account.email, account.name) != (row.email, row.name)


def _moves(change: PersonChange) -> bool:
    return change.account is not None and change.account.email != change.row.email


def _is_taken(
    row: PersonRow,
    current: Account | None,
    holder: Account,
    addresses: Mapping[str, str],
) -> bool:
    """Whether this person's account cannot have this address.

    Someone else's address is free if the file gives that person another one.
    """
    if holder.holder == row.number:
        return False
    if holder.holder is None:
        return current is not None
    return addresses.get(holder.holder, row.email) == row.email


def _free_addresses(moving: Iterable[PersonChange]) -> None:
    """Take the accounts off the addresses they leave, since two people may be trading theirs.

    Whoever holds an old address must no longer sign in or reset a password with it, so what
    allauth remembers of it goes too.
    """
    accounts = [change.account.pk for change in moving if change.account]
    for batch in batches(accounts):
        placeholder = Concat(Value("moving-"), Cast("pk", CharField()), Value("@example.invalid"))
        User.objects.filter(pk__in=batch).update(email=placeholder)
        EmailAddress.objects.filter(user_id__in=batch).delete()


def _write_accounts(changes: Sequence[PersonChange]) -> dict[str, int]:
    """Make and mend the accounts of these people; the account's key by employee number."""
    missing = [change.row for change in changes if change.account is None]
    made = User.objects.bulk_create(
        [User(email=row.email, name=row.name, password=make_password(None)) for row in missing]
    )
    keys = {row.number: user.pk for row, user in zip(missing, made, strict=True)}
    stale = []
    for change in changes:
        if change.account is not None:
            keys[change.row.number] = change.account.pk
            if _account_differs(change.row, change.account):
                row = change.row
                stale.append(User(pk=change.account.pk, email=row.email, name=row.name))
    User.objects.bulk_update(stale, ["email", "name"])
    return keys
