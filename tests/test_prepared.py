"""Queries that are put into SQL once: the same rows as if they were put together each time."""

from __future__ import annotations

import uuid

from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from elections.models import Employee, Grant, Offer, Submission
from elections.prepared import A_KEY, A_TOKEN, A_WORD, Prepared, attach
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
