"""When what counts changed while a form was being filled in: which of two things happened."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client

from elections.models import Employee, Grant, Offer, Submission
from elections.models.submission import Verdict
from tests.factory import EXPIRATION, elect, withdraw
from tests.portal import SetClock
from tests.views.html_rules import Page
from tests.views.pages import choices, decide, extend, fill_in, sign, title, typed, words

RECORDED = "another form of yours was recorded"
DECIDED = "what counts has changed by a decision of the Law Department"


@pytest.fixture
def first(employee: Employee, iso: Grant, nso: Grant) -> Submission:
    return elect(employee, iso, keep=(nso,))


def filled_in(client: Client, iso: Grant, nso: Grant) -> str:
    return fill_in(client, choices(exchange=(nso,), keep=(iso,)))


def conflict(response: HttpResponse) -> str:
    assert response.status_code == 409
    assert Page(response.content.decode()).complaints() == []
    page = words(response)
    assert "This one was not submitted." in page
    return page


@pytest.mark.parametrize("how", ["opened", "signed"])
def test_a_newer_form_is_called_one(
    client: Client, employee: Employee, first: Submission, iso: Grant, nso: Grant, how: str
):
    token = filled_in(client, iso, nso)
    newer = withdraw(employee)
    path = f"/election/check/?form={token}"
    response = client.get(path) if how == "opened" else sign(client, token)
    page = conflict(response)
    assert RECORDED in page
    assert newer.receipt in page
    assert title(response).startswith("Another form was recorded in between")
    assert "Law Department" not in page.partition("This one was not submitted.")[0]


@pytest.mark.parametrize("how", ["opened", "signed"])
def test_an_older_form_that_law_brought_back_is_not_called_a_newer_one(
    client: Client, employee: Employee, first: Submission, iso: Grant, nso: Grant, how: str
):
    second = withdraw(employee)
    token = filled_in(client, iso, nso)
    decide(second, Verdict.IRREGULAR)
    path = f"/election/check/?form={token}"
    response = client.get(path) if how == "opened" else sign(client, token)
    page = conflict(response)
    assert f"{DECIDED}: now it is a form that you had submitted before" in page
    assert RECORDED not in page
    assert first.receipt in page
    assert title(response).startswith("What counts has changed in between")


def test_what_law_took_away_is_not_called_replaced(
    client: Client, first: Submission, iso: Grant, nso: Grant
):
    token = filled_in(client, iso, nso)
    decide(first, Verdict.IRREGULAR)
    page = conflict(sign(client, token))
    assert "what counted has ceased to count, by a decision of the Law Department" in page
    assert "No form of yours, so you keep all of your grants." in page
    assert "on record" not in page


def test_a_form_found_irregular_and_then_valid_after_all_is_not_called_a_newer_one(
    client: Client, first: Submission, iso: Grant, nso: Grant
):
    decide(first, Verdict.IRREGULAR)
    token = filled_in(client, iso, nso)
    decide(first, Verdict.VALID)
    page = conflict(sign(client, token))
    assert DECIDED in page
    assert RECORDED not in page


def test_a_late_form_that_law_reinstated_is_not_called_a_newer_one(
    client: Client,
    offer: Offer,
    employee: Employee,
    first: Submission,
    iso: Grant,
    nso: Grant,
    portal_clock: SetClock,
):
    portal_clock.set(EXPIRATION)
    late = withdraw(employee)
    extend(offer)
    portal_clock.tick(hours=1)
    token = filled_in(client, iso, nso)
    decide(late, Verdict.REINSTATED, "The network was down.")
    page = conflict(sign(client, token))
    assert DECIDED in page
    assert RECORDED not in page


@pytest.mark.parametrize("newer", [True, False])
def test_a_decline_is_told_which_it_was_too(
    client: Client, employee: Employee, first: Submission, newer: bool
):
    second = withdraw(employee)
    fields = typed(client.get("/election/decline/")) | {"signature": "Pat Example"}
    if newer:
        elect(employee, *employee.grants.all())
    else:
        decide(second, Verdict.IRREGULAR)
    page = conflict(client.post("/election/decline/", fields))
    assert (RECORDED in page, DECIDED in page) == (newer, not newer)
