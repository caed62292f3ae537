"""Verifying a receipt without signing in: that it is on record, and nothing about anybody."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from elections.core.receipt import make_receipt
from elections.models import Employee, Grant, Submission
from tests.factory import elect
from tests.views.html_rules import Page
from tests.views.pages import title, words

# The offer with its deadline for the frame, and the record.
QUERIES = 2


@pytest.fixture
def submission(employee: Employee, iso: Grant) -> Submission:
    return elect(employee, iso)


def test_whoever_holds_the_code_sees_time_and_digest_and_nothing_of_the_person(
    submission: Submission, employee: Employee
):
    response = Client().get(f"/verify/{submission.receipt}/")

    page = words(response)
    assert "This receipt is on record" in page
    assert "January 15, 2003, 10:00:00.000000 AM PST (1:00:00.000000 PM EST)" in page
    assert submission.digest in page
    assert "it does not compute it anew" in page  # so it vouches for no more than the lookup
    whole = response.content.decode()
    for secret in (employee.name, employee.number, employee.email, "0001", "lection "):
        assert secret not in whole.partition("<main")[2].partition("</main")[0]
    assert "no-store" in response.headers["Cache-Control"]


def test_a_code_typed_carelessly_is_understood(submission: Submission):
    typed = submission.receipt.lower().replace("-", " ")

    response = Client().get("/verify/", {"receipt": f"  {typed} "}, follow=True)

    assert response.redirect_chain[-1][0] == f"/verify/{submission.receipt}/"
    assert "This receipt is on record" in words(response)


def test_check_digits_that_do_not_fit_are_told_before_anything_is_looked_up(
    submission: Submission, django_assert_num_queries: DjangoAssertNumQueries
):
    wrong = submission.receipt[:-1] + str((int(submission.receipt[-1]) + 1) % 10)

    with django_assert_num_queries(QUERIES - 1):
        response = Client().get("/verify/", {"receipt": wrong})

    assert response.status_code == 422
    assert title(response).startswith("Error: ")
    assert "its last two digits do not fit the rest" in words(response)
    assert wrong in response.content.decode()


@pytest.mark.parametrize("typed", ["", "x" * 500, "\N{KELVIN SIGN}" * 12, "'; --", "7K3MQ"])
def test_whatever_else_is_typed_gets_a_sentence(submission: Submission, typed: str):
    response = Client().get("/verify/", {"receipt": typed})

    assert response.status_code == 422
    assert "That did not work" in words(response)


def test_a_proper_code_that_nobody_was_given_is_not_on_record(submission: Submission):
    response = Client().get(f"/verify/{make_receipt()}/")

    assert response.status_code == 404
    assert "There is no record of this receipt" in words(response)


def test_an_address_with_another_code_in_it_asks_for_a_proper_one(submission: Submission):
    response = Client().get("/verify/nonsense/")

    assert response.status_code == 404
    assert "Receipt code" in words(response)


def test_it_costs_one_query_beside_the_frame(
    submission: Submission, django_assert_num_queries: DjangoAssertNumQueries
):
    with django_assert_num_queries(QUERIES):
        Client().get(f"/verify/{submission.receipt}/")


def test_its_pages_are_sound(submission: Submission):
    for path in ("/verify/", "/verify/?receipt=x", f"/verify/{submission.receipt}/",
                 f"/verify/{make_receipt()}/"):  # fmt: skip
        assert Page(Client().get(path).content.decode()).complaints() == []


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_can_be_sent_to_it(submission: Submission, method: str):
    assert getattr(Client(), method)(f"/verify/{submission.receipt}/").status_code == 405
