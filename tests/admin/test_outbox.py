"""The outbox in the admin: what has gone out, what has not, and what each mail says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from elections.delivery.deliver import confirmation_pdf, deliver
from elections.models import AuditEntry, Employee, Offer, OutboxMessage, Submission, User
from elections.models.outbox import MailState
from elections.services.extend import extend_offer
from tests.admin.pages import words
from tests.factory import DURING_OFFER, EXPIRATION, elect, make_employee, make_grant

OUTBOX = "/admin/elections/outboxmessage/"
# Session, account, two of permissions, the number found, the number of all, the rows, the frame's
# offer.
QUERIES = 8


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


def act(client: Client, name: str, *messages: OutboxMessage) -> str:
    """Take an action of the list on these mails; the page that follows, in words."""
    chosen = [str(message.pk) for message in messages]
    form = {"action": name, "_selected_action": chosen}
    return words(client.post(OUTBOX, form, follow=True))


@pytest.fixture
def announced(employee: Employee, hr: User, offer: Offer) -> OutboxMessage:
    """A mail that tells someone of an extension."""
    extend_offer(
        actor=hr,
        offer=offer,
        expected=EXPIRATION,
        expiration=EXPIRATION + timedelta(days=7),
        reason="A storm.",
    )
    return OutboxMessage.objects.get(kind="extension")


@pytest.mark.parametrize("client_of", ["law_client", "hr_client"])
def test_staff_hold_and_release_an_announcement(
    request: pytest.FixtureRequest, client_of: str, announced: OutboxMessage
) -> None:
    client = request.getfixturevalue(client_of)

    assert "1 mail is held." in act(client, "hold", announced)
    announced.refresh_from_db()
    assert announced.state == MailState.HELD

    assert "1 mail is released." in act(client, "release", announced)
    announced.refresh_from_db()
    assert announced.state == MailState.WAITING
    assert AuditEntry.objects.filter(act="mail").count() == 2


def test_a_confirmation_is_left_as_it_is_and_the_page_says_why(
    hr_client: Client, submission: Submission, announced: OutboxMessage
) -> None:
    receipt = submission.mails.get()

    shown = act(hr_client, "hold", receipt, announced)

    assert "1 mail is held. 1 left as it is: only announcements" in shown
    receipt.refresh_from_db()
    assert receipt.state == MailState.WAITING


def test_a_failed_mail_is_tried_again(law_client: Client, submission: Submission) -> None:
    message = submission.mails.get()
    OutboxMessage.objects.filter(pk=message.pk).update(state=MailState.FAILED, attempts=8)

    assert "1 mail is being tried again." in act(law_client, "retry", message)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (MailState.WAITING, 0)


def test_whoever_only_looks_is_offered_no_action_and_takes_none(
    auditor_client: Client, announced: OutboxMessage
) -> None:
    page = f"{OUTBOX}{announced.pk}/change/"
    assert "Hold this mail" not in words(auditor_client.get(page))
    assert 'name="action"' not in auditor_client.get(OUTBOX).content.decode()

    act(auditor_client, "hold", announced)

    announced.refresh_from_db()
    assert announced.state == MailState.WAITING


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (MailState.WAITING, {"Hold this mail", "Try again now"}),
        (MailState.HELD, {"Release this mail"}),
        (MailState.FAILED, {"Try again now"}),
        (MailState.SENDING, set()),
        (MailState.SENT, set()),
        (MailState.DROPPED, set()),
    ],
)
def test_the_page_of_a_mail_offers_what_would_change_something(
    hr_client: Client, announced: OutboxMessage, state: MailState, offered: set[str]
) -> None:
    OutboxMessage.objects.update(state=state, sent_at=DURING_OFFER)

    shown = words(hr_client.get(f"{OUTBOX}{announced.pk}/change/"))

    buttons = {"Hold this mail", "Release this mail", "Try again now"}
    assert {words for words in buttons if words in shown} == offered


def test_a_confirmation_offers_no_holding(hr_client: Client, submission: Submission) -> None:
    page = f"{OUTBOX}{submission.mails.get().pk}/change/"

    assert "Hold this mail" not in words(hr_client.get(page))


def test_the_bytes_of_a_mail_and_of_its_pdf_are_those_that_were_sent(
    law_client: Client, submission: Submission
) -> None:
    message = submission.mails.get()
    whole, pdf = f"{OUTBOX}{message.pk}/mail.eml", f"{OUTBOX}{message.pk}/attachment.pdf"
    assert law_client.get(whole).status_code == law_client.get(pdf).status_code == 404
    deliver(message.pk)

    shown = law_client.get(f"{OUTBOX}{message.pk}/change/").content.decode()

    assert whole in shown
    assert pdf in shown
    assert message.rendered.pdf_sha256 in shown
    assert law_client.get(whole).content == bytes(message.rendered.mime)
    assert law_client.get(whole)["Content-Type"] == "message/rfc822"
    assert law_client.get(pdf).content == bytes(message.rendered.pdf)
    assert law_client.get(pdf)["Content-Type"] == "application/pdf"


def test_a_mail_without_an_attachment_has_no_pdf(
    law_client: Client, announced: OutboxMessage
) -> None:
    deliver(announced.pk)

    assert law_client.get(f"{OUTBOX}{announced.pk}/attachment.pdf").status_code == 404
    assert law_client.get(f"{OUTBOX}{announced.pk}/mail.eml").status_code == 200


def test_a_remark_on_a_sent_mail_is_shown(law_client: Client, submission: Submission) -> None:
    OutboxMessage.objects.update(
        state=MailState.SENT, sent_at=DURING_OFFER, last_error="It went out with a link."
    )

    assert "It went out with a link." in words(law_client.get(OUTBOX))
    page = f"{OUTBOX}{submission.mails.get().pk}/change/"
    assert "Error or remark: It went out with a link." in words(law_client.get(page))
