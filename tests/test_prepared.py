"""What is put into SQL once: the same rows as if it were put together each time."""

from __future__ import annotations

import copy
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.test.utils import CaptureQueriesContext

from elections.models import Employee, Grant, Offer, Submission
from elections.prepared import A_KEY, A_TOKEN, A_WORD, Prepared, attach, insert, update
from tests.factory import elect, make_employee, make_grant

GRANTS = Prepared(
    lambda employee: (
        Grant.objects.filter(employee=employee).select_related("plan").order_by("-number")
    ),
    employee=A_KEY,
)


def test_each_value_finds_its_own_rows(offer: Offer) -> None:
    first, second = make_employee(), make_employee()
    mine = [make_grant(first) for _ in range(3)]
    theirs = make_grant(second)

    assert GRANTS(employee=first.pk) == list(reversed(mine))
    assert GRANTS(employee=second.pk) == [theirs]
    assert GRANTS(employee=0) == []


def test_it_is_put_into_sql_once(offer: Offer) -> None:
    asked: list[int] = []

    def ask(employee: int) -> QuerySet[Grant]:
        asked.append(employee)
        return Grant.objects.filter(employee=employee)

    grants = Prepared(ask, employee=A_KEY)
    for _ in range(3):
        grants(employee=make_grant(make_employee()).employee_id)

    assert asked == [A_KEY]


def test_it_asks_once_and_reads_what_was_selected_along(offer: Offer) -> None:
    employee = make_employee()
    make_grant(employee)

    with CaptureQueriesContext(connection) as captured:
        (grant,) = GRANTS(employee=employee.pk)
        assert grant.plan.code == "2000"

    assert len(captured) == 1


def test_what_was_written_in_between_is_found(offer: Offer) -> None:
    employee = make_employee()
    assert GRANTS(employee=employee.pk) == []
    grant = make_grant(employee)
    assert GRANTS(employee=employee.pk) == [grant]


def test_keys_tokens_and_words_go_where_they_belong(offer: Offer) -> None:
    employee = make_employee()
    submission = elect(employee, make_grant(employee))
    elect(employee, *employee.grants.all())
    found = Prepared(
        lambda **of: Submission.objects.filter(**of),
        kind=A_WORD,
        form_token=A_TOKEN,
        employee=A_KEY,
        offer=A_KEY + 1,
    )
    right = {
        "offer": offer.pk,
        "employee": employee.pk,
        "kind": "election",
        "form_token": submission.form_token,
    }

    assert found.one(**right) == submission
    wrong = {"offer": 0, "employee": 0, "kind": "decline", "form_token": uuid.uuid4()}
    for name, value in wrong.items():
        assert found.one(**right | {name: value}) is None, name


def test_annotations_come_along_and_values_too(offer: Offer) -> None:
    employee = make_employee()
    make_grant(employee)
    numbers = Prepared(
        lambda employee: Grant.objects.filter(employee=employee).values_list("kind", "granted"),
        employee=A_KEY,
    )
    assert numbers(employee=employee.pk) == [("ISO", 1000)]


def test_attached_rows_are_what_the_relation_gives(offer: Offer) -> None:
    employee, other = make_employee(), make_employee()
    grant = make_grant(employee)
    make_grant(other)
    fresh = Employee.objects.get(pk=employee.pk)

    attach(fresh, "grants", GRANTS(employee=employee.pk))
    make_grant(employee)

    with CaptureQueriesContext(connection) as captured:
        assert list(fresh.grants.all()) == [grant]  # as read then, like prefetched ones
    assert len(captured) == 0
    # A further question goes to the database, and only about this person's rows.
    assert fresh.grants.filter(granted=1000).count() == 2


def test_without_the_right_place_another_persons_rows_would_come(offer: Offer) -> None:
    """The control: a value that is no place is part of the query for good."""
    first, second = make_employee(), make_employee()
    grant = make_grant(first)
    make_grant(second)
    frozen = Prepared(lambda: Grant.objects.filter(employee=first.pk))

    assert frozen() == [grant]
    assert frozen(employee=second.pk) == [grant]


def stored(row: Model) -> dict[str, object]:
    """Each column of a row as the database has it, but its key."""
    found = type(row)._base_manager.values().get(pk=row.pk)
    return {name: value for name, value in found.items() if name != "id"}


def twin(row: Model, **other: object) -> Any:
    """A new row, not stored yet, with the same values but these."""
    again = copy.copy(row)
    again._state = ModelState()
    for name, value in {"pk": None, **other}.items():
        setattr(again, name, value)
    return again


def test_an_inserted_row_is_as_django_would_have_stored_it(offer: Offer) -> None:
    employee = make_employee()
    submission = elect(employee, make_grant(employee))
    (line,), mail = submission.lines.all(), submission.mails.get()
    by_django = Submission.objects.create(
        **stored(submission) | {"sequence": 7, "receipt": "R7", "form_token": uuid.uuid4()}
    )

    ours = twin(by_django, sequence=8, receipt="R8", form_token=uuid.uuid4())
    insert([ours])
    differs = {"sequence", "receipt", "form_token"}
    assert {k: v for k, v in stored(ours).items() if k not in differs} == {
        k: v for k, v in stored(by_django).items() if k not in differs
    }
    insert([lines := twin(line, submission=ours)])
    assert stored(lines) == stored(line) | {"submission_id": ours.pk}
    insert([letter := twin(mail, submission=ours, message_id="<2@example.com>")])
    assert stored(letter) == stored(mail) | {
        "submission_id": ours.pk,
        "message_id": "<2@example.com>",
    }


@pytest.mark.parametrize("count", [0, 1, 2, 60])
def test_each_of_several_rows_has_its_own_key(offer: Offer, count: int) -> None:
    employee = make_employee()
    grant = make_grant(employee)
    rows = [twin(grant, number=f"{number:04}") for number in range(count)]

    with CaptureQueriesContext(connection) as captured:
        insert(rows)

    assert len(captured) == min(count, 1)
    assert [Grant.objects.get(pk=row.pk).number for row in rows] == [row.number for row in rows]
    assert all(row in employee.grants.all() for row in rows)


def test_of_rows_of_which_one_is_refused_none_is_inserted(offer: Offer) -> None:
    grant = make_grant(make_employee())
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([twin(grant, number="new"), twin(grant)])  # a number that there is

    assert Grant.objects.get() == grant


def test_an_update_writes_the_named_fields_of_its_own_row_alone(offer: Offer) -> None:
    employee, other = make_employee(name="Pat"), make_employee(name="Sam")
    employee.name, employee.ledger_length, employee.ledger_head = "Changed", 3, "f" * 64

    with CaptureQueriesContext(connection) as captured:
        update(employee, "ledger_length", "ledger_head")

    assert len(captured) == 1
    found = Employee.objects.get(pk=employee.pk)
    assert (found.name, found.ledger_length, found.ledger_head) == ("Pat", 3, "f" * 64)
    assert Employee.objects.get(pk=other.pk).ledger_length == 0


def test_an_update_of_a_row_that_is_gone_is_an_error(offer: Offer) -> None:
    employee = make_employee()
    Employee.objects.filter(pk=employee.pk).delete()
    with pytest.raises(LookupError, match="not there"):
        update(employee, "ledger_length")
