"""What a submission costs the database: the same for one grant or thirty, one person or many."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from elections import queries
from elections.core.terms import Choice
from elections.models import Employee, Offer
from elections.services.answers import Election
from elections.services.submit import Recorded, submit_form
from tests.factory import elect, make_employee, make_grant, signed

# On SQLite the transaction itself is the offer's lock. The clock is the test's: no statement.
STATEMENTS = {"sqlite": 11, "postgresql": 12}


def statements_of_an_election(employee: Employee, offer: Offer) -> int:
    choices = {grant.number: Choice.EXCHANGE for grant in employee.grants.all()}
    governing = queries.governing_submission(offer, employee)
    form = signed(Election(choices), replaces=governing.receipt if governing else None)
    assert employee.user is not None
    with CaptureQueriesContext(connection) as captured:
        outcome = submit_form(actor=employee.user, employee=employee, offer=offer, form=form)
    assert isinstance(outcome, Recorded), outcome
    return len(captured)


@pytest.mark.parametrize("grants", [1, 3, 30])
def test_the_number_of_grants_makes_no_difference(offer: Offer, grants: int) -> None:
    employee = make_employee()
    for _ in range(grants):
        make_grant(employee)

    assert statements_of_an_election(employee, offer) == STATEMENTS[connection.vendor]


@pytest.mark.parametrize("others", [0, 3])
def test_the_number_of_other_people_makes_no_difference(offer: Offer, others: int) -> None:
    for _ in range(others):
        other = make_employee()
        elect(other, make_grant(other))
    employee = make_employee()
    make_grant(employee)

    assert statements_of_an_election(employee, offer) == STATEMENTS[connection.vendor]


def test_a_second_form_reads_only_the_lines_of_the_first_in_addition(offer: Offer) -> None:
    employee = make_employee()
    elect(employee, make_grant(employee))

    assert statements_of_an_election(employee, offer) == STATEMENTS[connection.vendor] + 1
