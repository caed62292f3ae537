"""The page of one submission: everything Law needs to decide, from the frozen values."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from elections.core.terms import Choice
from elections.models import Employee, Offer, Submission, User
from elections.models.submission import Verdict
from elections.services.answers import Election
from elections.services.review import review_submission
from tests.admin.pages import page, pdf, words
from tests.factory import (
    DURING_OFFER,
    EXPIRATION,
    elect,
    extend,
    make_employee,
    make_grant,
    make_required_grant,
    make_user,
    recorded,
    submit,
    withdraw,
)
from tests.portal import SetClock

# Session, account, two of permissions; the submission and its mails, lines, decisions, who decided,
# employee, sender, what replaced it; the person's grants, their plans, all their forms with lines;
# the offer for the frame.
QUERIES = 18


def sign(employee: Employee, name: str) -> Submission:
    """A recorded election signed with that name."""
    grant = make_grant(employee)
    return recorded(submit(employee, Election({grant.number: Choice.EXCHANGE}), signature=name))


def test_the_page_shows_what_was_received_and_when(
    law_client: Client, employee: Employee, portal_clock: SetClock
) -> None:
    portal_clock.set(DURING_OFFER + timedelta(seconds=5, microseconds=123456))
    grant = make_grant(employee, "G-7", exercise_price=Decimal("6.5"))
    kept, required = make_grant(employee, "G-8"), make_required_grant(employee, "G-9")
    choices = {grant.number: Choice.EXCHANGE, kept.number: Choice.KEEP}
    submission = recorded(
        submit(employee, Election(choices), arrived_at=DURING_OFFER, signature=employee.name)
    )

    shown = words(law_client.get(page(submission)))

    for expected in (
        "This submission governs.",
        f"{employee.name} , number {employee.number}, {employee.email}",
        "Kind Election, by web",
        f"Signed {employee.name}, having agreed to the terms",
        "Time of record January 15, 2003, 10:00:05.123456 AM PST (1:00:05.123456 PM EST)",
        "Arrived at the web server January 15, 2003, 10:00:00.000000 AM PST",
        "From arrival to record 5.123456 seconds",
        "Deadline in force then 9:00 PM PST on January 20, 2003 (midnight Eastern)",
        "Arrival In time",
        "Replaces Nothing: no submission governed before it",
        "G-7 2000 ISO April 2, 2001 $6.50 1,000 500 Exchange 750",
        "G-8 2000 ISO April 2, 2001 $6.00 1,000 500 Keep –",
        f"{required.number} 2000 ISO August 1, 2002 $0.78 500 0 Exchange (required) 375",
        "2 exchanged, 1 kept 1,500 exchanged 1,125",
        "Confirmation of a submission Not sent yet, to " + employee.email,
        f"Digest (SHA-256) {submission.digest}",
        f"Previous digest {'0' * 64}",
        "Decisions so far None.",
    ):
        assert expected in shown, expected


def test_the_page_links_what_it_replaces_and_what_replaced_it(
    law_client: Client, employee: Employee, portal_clock: SetClock
) -> None:
    first = elect(employee, make_grant(employee))
    portal_clock.tick(minutes=1)
    second = withdraw(employee)

    earlier, later = law_client.get(page(first)), law_client.get(page(second))

    assert "This submission does not govern: a later one does." in words(earlier)
    assert f'<a href="{page(second)}">{second.receipt}</a>' in earlier.content.decode()
    assert f'<a href="{page(first)}">{first.receipt}</a>' in later.content.decode()
    assert "Keep (withdrawn here)" in words(later)
    assert f"Previous digest {first.digest}" in words(later)


def test_the_page_of_a_late_submission_says_that_it_does_not_count(
    law_client: Client, law: User, employee: Employee, offer: Offer, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION)
    late = elect(employee, make_grant(employee))
    shown = words(law_client.get(page(late)))
    assert "This submission was late and does not count unless it is reinstated." in shown
    assert "Arrival Late" in shown
    extend(offer)

    review_submission(
        actor=law, submission=late, verdict=Verdict.REINSTATED, reason="The portal was down."
    )

    shown = words(law_client.get(page(late)))
    assert "This submission governs. It was late and is reinstated." in shown
    assert "January 20, 2003, 9:00:00 PM PST Late, reinstated The portal was down. Lou Law" in shown


@pytest.mark.parametrize("price", ["3.0100", "3.01"])
def test_a_grant_exactly_at_the_threshold_is_flagged(
    law_client: Client, employee: Employee, price: str
) -> None:
    submission = elect(employee, make_grant(employee, "EDGE", exercise_price=Decimal(price)))

    assert "Grant EDGE is priced at exactly $3.01, the threshold of the offer." in words(
        law_client.get(page(submission))
    )


def test_a_grant_above_the_threshold_is_not_flagged(law_client: Client, employee: Employee) -> None:
    submission = elect(employee, make_grant(employee, exercise_price=Decimal("3.0101")))

    assert "the threshold of the offer" not in words(law_client.get(page(submission)))


@pytest.mark.parametrize(
    "name", ["Chloé O’Neil", "chloé  o’neil ", "CHLOÉ O’NEIL", "Chloe\u0301 O’Neil"]
)
def test_a_typed_name_that_is_the_legal_one_is_not_flagged(
    law_client: Client, offer: Offer, name: str
) -> None:
    submission = sign(make_employee(name="Chloé O’Neil"), name)

    assert "differs from the legal name" not in words(law_client.get(page(submission)))


@pytest.mark.parametrize("name", ["C. O’Neil", "Chloe O’Neil", "Chloé ONeil", "<b>Chloé</b>"])
def test_a_typed_name_that_differs_from_the_legal_one_is_flagged(
    law_client: Client, offer: Offer, name: str
) -> None:
    submission = sign(make_employee(name="Chloé O’Neil"), name)

    response = law_client.get(page(submission))

    assert "For the Law Department to look at" in words(response)
    assert "<b>Chloé</b>" not in response.content.decode()


def test_a_submission_that_someone_else_entered_is_flagged(
    law_client: Client, employee: Employee
) -> None:
    submission = elect(employee, make_grant(employee))
    Employee.objects.filter(pk=employee.pk).update(user=make_user("new@example.com"))

    assert f"It was entered by {employee.name}, not by the employee." in words(
        law_client.get(page(submission))
    )


def test_the_page_takes_as_many_queries_for_three_grants_as_for_one(
    law_client: Client,
    law: User,
    employee: Employee,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    one = elect(employee, make_grant(employee))
    review_submission(actor=law, submission=one, verdict=Verdict.VALID, reason="")
    with django_assert_num_queries(QUERIES):
        law_client.get(page(one))

    person = make_employee()
    three = elect(person, *[make_grant(person) for _ in range(3)])
    for reason in ("Once.", "Twice.", "Thrice."):
        review_submission(actor=law, submission=three, verdict=Verdict.VALID, reason=reason)

    with django_assert_num_queries(QUERIES):
        law_client.get(page(three))


@pytest.mark.parametrize("client_of", ["law_client", "hr_client"])
def test_staff_read_the_very_pdf_that_the_employee_has(
    request: pytest.FixtureRequest, client_of: str, employee: Employee
) -> None:
    client = request.getfixturevalue(client_of)
    submission = elect(employee, make_grant(employee))

    response = client.get(pdf(submission))

    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="{submission.receipt}.pdf"'
    assert response.content.startswith(b"%PDF-")
    assert response.content == bytes(submission.mails.get().rendered.pdf)
    assert client.get(pdf(submission)).content == response.content


def test_the_pdf_is_closed_to_anyone_but_staff(employee: Employee, client: Client) -> None:
    submission = elect(employee, make_grant(employee))
    client.force_login(employee.user)

    response = client.get(pdf(submission))

    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")
