"""What each page costs the database: the same for one grant or thirty, one person or many."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from elections.models import Employee, Grant, Offer, Submission
from tests.factory import elect, make_employee, make_grant, make_required_grant, make_user
from tests.portal import SetClock
from tests.views.pages import choices, fill_in, sign, signed_in, words

# The session, the account with its person, the offer and how far it is extended: 3. The clock is
# the test's.
OFFER_PAGE = 11  # + documents, sessions, grants, the forms, their lines, decisions, mails, draft
ELECTION_PAGE = 7  # + grants, governing form, its lines, draft
COMPARE_PAGE = 4  # + grants
FORM_TAKEN_IN = 8  # + grants, governing form, its lines, documents, the draft
ANSWERS_KEPT = 8  # + grants, governing form, its lines, the draft, the one before it
CHECK_PAGE = (
    11  # + draft, its submission, governing form, its lines, grants, plans, documents, terms
)
WITHDRAWAL_PAGE = 7  # + governing form, its lines, draft, plans
HISTORY = 8  # + the forms, their lines, decisions, mails, plans
RECEIPT = 8  # the same
DOCUMENT = 5  # + the document, the list
# A submission's own statements (tests/services), and: its draft.
SIGNED = {"sqlite": 16, "postgresql": 17}

sizes = pytest.mark.parametrize("size", [1, 3, 30])


@pytest.fixture
def statements() -> Callable[..., int]:
    def count(ask: Callable[[], HttpResponse], status: int = 200) -> int:
        with CaptureQueriesContext(connection) as captured:
            response = ask()
        assert response.status_code == status, words(response)
        return len(captured)

    return count


def holder_of(grants: int) -> tuple[Client, Employee, tuple[Grant, ...]]:
    """Someone with so many free grants, as many required ones and an election of all."""
    employee = make_employee()
    free = tuple(make_grant(employee) for _ in range(grants))
    for _ in range(grants):
        make_required_grant(employee)
    elect(employee, *free)
    return signed_in(employee), employee, free


def make_company(people: int) -> None:
    for _ in range(people):
        other = make_employee()
        elect(other, make_grant(other))


@sizes
def test_pages_that_show_grants_cost_the_same_however_many(
    offer: Offer, statements: Callable[..., int], size: int
):
    client, _, _ = holder_of(size)
    assert statements(lambda: client.get("/")) == OFFER_PAGE
    assert statements(lambda: client.get("/election/")) == ELECTION_PAGE
    assert statements(lambda: client.get("/withdrawal/")) == WITHDRAWAL_PAGE
    assert statements(lambda: client.get("/compare/?new_price=1.50&prices=2+20")) == COMPARE_PAGE


@sizes
def test_a_form_costs_the_same_for_any_number_of_grants(
    offer: Offer, statements: Callable[..., int], size: int, portal_clock: SetClock
):
    client, _, free = holder_of(size)
    portal_clock.tick(minutes=1)
    fields = choices(exchange=free)
    assert statements(lambda: client.post("/election/", fields), 303) == FORM_TAKEN_IN
    keep = fields | {"keep": "draft"}
    by_script = {"accept": "application/json"}
    kept = statements(lambda: client.post("/election/", keep, headers=by_script), 204)
    assert kept == ANSWERS_KEPT
    token = fill_in(client, fields)
    assert statements(lambda: client.get(f"/election/check/?form={token}")) == CHECK_PAGE
    assert statements(lambda: sign(client, token), 303) == SIGNED[connection.vendor]


@sizes
def test_a_company_of_any_size_costs_one_person_nothing(
    offer: Offer, statements: Callable[..., int], size: int, portal_clock: SetClock
):
    make_company(size)
    client, _, free = holder_of(2)
    portal_clock.tick(minutes=1)
    assert statements(lambda: client.get("/election/")) == ELECTION_PAGE
    token = fill_in(client, choices(exchange=free))
    assert statements(lambda: sign(client, token), 303) == SIGNED[connection.vendor]


@sizes
def test_receipts_cost_the_same_for_any_number_of_forms(
    offer: Offer, statements: Callable[..., int], size: int
):
    client, employee, free = holder_of(2)
    for _ in range(size - 1):
        elect(employee, *free)
    receipt = Submission.objects.filter(employee=employee).latest("sequence").receipt
    assert statements(lambda: client.get("/submissions/")) == HISTORY
    assert statements(lambda: client.get(f"/submissions/{receipt}/")) == RECEIPT


def test_a_document_costs_what_it_needs(offer: Offer, statements: Callable[..., int]):
    client = signed_in(make_employee())
    assert statements(lambda: client.get("/documents/announcement-letter/")) == DOCUMENT


def test_the_frame_asks_for_offer_and_deadline_once(offer: Offer, statements: Callable[..., int]):
    client = signed_in(make_user())
    assert statements(lambda: client.get("/election/"), 403) == 3


def test_a_visitors_sign_in_page_costs_the_offer_alone(
    offer: Offer, statements: Callable[..., int]
):
    assert statements(lambda: Client().get("/accounts/login/")) == 1
