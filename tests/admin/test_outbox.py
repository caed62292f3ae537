"""The outbox in the admin: what has gone out, what has not, and what each mail says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from elections.delivery.deliver import confirmation_pdf
from elections.models import Employee, OutboxMessage, Submission
from elections.models.outbox import MailState
from tests.admin.pages import words
from tests.factory import DURING_OFFER, elect, make_employee, make_grant

OUTBOX = "/admin/elections/outboxmessage/"
# Session, account, two of permissions, the number found, the number of all, the rows, the frame's
# offer and extensions.
QUERIES = 9


@pytest.fixture
def submission(employee: Employee) -> Submission:
    return elect(employee, make_grant(employee, "G-4711"))


def shown(client: Client, query: str = "") -> list[OutboxMessage]:
    response = client.get(f"{OUTBOX}{query}")
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def test_the_list_says_how_far_each_mail_has_come(
    law_client: Client, submission: Submission
) -> None:
    message = submission.mails.get()
    OutboxMessage.objects.filter(pk=message.pk).update(
        state=MailState.FAILED,
        attempts=3,
        last_error="550 No such user\nand more",
        created_at=message.created_at - timedelta(hours=2, minutes=10),
    )

    assert (
        f"Confirmation of a submission {submission.employee_email} {submission.receipt}"
        " Could not be delivered 3 2 hours 550 No such user" in words(law_client.get(OUTBOX))
    )


def test_the_list_takes_as_many_queries_for_three_as_for_one(
    law_client: Client,
    submission: Submission,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(QUERIES):
        assert len(shown(law_client)) == 1

    for person in (make_employee(), make_employee()):
        elect(person, make_grant(person))

    with django_assert_num_queries(QUERIES):
        assert len(shown(law_client)) == 3


def test_mail_is_found_by_state_receipt_and_address(
    law_client: Client, submission: Submission
) -> None:
    message = submission.mails.get()
    person = make_employee()
    other = elect(person, make_grant(person)).mails.get()
    OutboxMessage.objects.filter(pk=other.pk).update(state=MailState.SENT, sent_at=DURING_OFFER)

    assert shown(law_client, "?state__exact=waiting") == [message]
    assert shown(law_client, "?state__exact=sent") == [other]
    assert shown(law_client, f"?q={submission.receipt}") == [message]
    assert shown(law_client, f"?q={person.email}") == [other]
    assert shown(law_client, "?kind__exact=extension") == []


def test_a_mail_not_made_yet_says_so(law_client: Client, submission: Submission) -> None:
    page = law_client.get(f"{OUTBOX}{submission.mails.get().pk}/change/")

    assert "Not written yet: it is when it is first sent." in words(page)


def test_a_mails_page_shows_the_text_that_is_kept(
    law_client: Client, submission: Submission
) -> None:
    confirmation_pdf(submission)

    page = words(law_client.get(f"{OUTBOX}{submission.mails.get().pk}/change/"))

    assert submission.receipt in page.partition("What it says:")[2]
    assert "G-4711" in page.partition("What it says:")[2]
    assert "Not written yet" not in page
