"""What a real SMTP server may answer, and what each answer ends in."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from elections.delivery.claim import MAY_REPEAT
from elections.delivery.deliver import Outcome, deliver
from elections.delivery.sending import WITH_LINK
from elections.models import OutboxMessage, RenderedMail
from elections.models.outbox import MailState
from tests.delivery.conftest import make_due
from tests.delivery.post_office import Mishap, PostOffice


def kept(message: OutboxMessage) -> bytes:
    return bytes(RenderedMail.objects.get(message=message).mime)


def test_the_server_gets_the_kept_bytes_unchanged(
    receipt: OutboxMessage, post_office: PostOffice
) -> None:
    assert deliver(receipt.pk) is Outcome.SENT
    assert post_office.received == [kept(receipt)]
    assert post_office.addresses == [("stock-exchange@example.com", [receipt.recipient])]


@pytest.mark.parametrize("answer", ["421 Closing down", "450 Mailbox busy", "451 Try again later"])
@pytest.mark.parametrize("stage", ["at_rcpt", "at_data"])
def test_a_temporary_refusal_is_tried_again(
    receipt: OutboxMessage, post_office: PostOffice, stage: str, answer: str
) -> None:
    getattr(post_office, stage).append(answer)
    assert deliver(receipt.pk) is Outcome.PUT_BACK
    receipt.refresh_from_db()
    assert (receipt.state, receipt.last_error) == (MailState.WAITING, answer)
    make_due(receipt)
    assert deliver(receipt.pk) is Outcome.SENT
    receipt.refresh_from_db()
    assert receipt.last_error == ""
    assert post_office.received == [kept(receipt)]


@pytest.mark.parametrize("stage", ["at_rcpt", "at_data"])
def test_a_permanent_refusal_is_final_and_hr_is_told(
    receipt: OutboxMessage, post_office: PostOffice, settings: Any, stage: str
) -> None:
    getattr(post_office, stage).append("550 5.1.1 No such user")
    assert deliver(receipt.pk) is Outcome.SET_ASIDE
    receipt.refresh_from_db()
    assert (receipt.state, receipt.last_error) == (MailState.FAILED, "550 5.1.1 No such user")
    (notice,) = post_office.received
    assert post_office.addresses[0][1] == [settings.PORTAL_HR_EMAIL]
    assert b"550 5.1.1 No such user" in notice
    make_due(receipt)
    assert deliver(receipt.pk) is Outcome.NOT_TAKEN


def test_a_mail_is_set_aside_even_if_hr_cannot_be_told(
    receipt: OutboxMessage, post_office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    post_office.at_rcpt += ["550 No such user", "550 No such user"]
    assert deliver(receipt.pk) is Outcome.SET_ASIDE
    receipt.refresh_from_db()
    assert receipt.state == MailState.FAILED
    assert "mail_set_aside" in caplog.text
    assert "hr_not_told" in caplog.text


@pytest.mark.parametrize("mishap", [Mishap.DROPPED, Mishap.STALLED])
def test_a_broken_connection_is_tried_again(
    receipt: OutboxMessage, post_office: PostOffice, mishap: Mishap
) -> None:
    post_office.at_data.append(mishap)
    assert deliver(receipt.pk) is Outcome.PUT_BACK
    make_due(receipt)
    assert deliver(receipt.pk) is Outcome.SENT
    assert post_office.received == [kept(receipt)]


def test_a_mail_whose_250_was_lost_is_repeated_byte_for_byte_and_flagged(
    receipt: OutboxMessage, post_office: PostOffice
) -> None:
    post_office.at_data.append(Mishap.TAKEN_AND_DROPPED)
    assert deliver(receipt.pk) is Outcome.PUT_BACK
    make_due(receipt)
    assert deliver(receipt.pk) is Outcome.SENT
    assert post_office.received == [kept(receipt), kept(receipt)]
    receipt.refresh_from_db()
    assert (receipt.state, receipt.last_error) == (MailState.SENT, MAY_REPEAT)


def test_the_flag_of_a_possible_repeat_outlives_other_failures(
    receipt: OutboxMessage, post_office: PostOffice
) -> None:
    post_office.at_data += [Mishap.TAKEN_AND_DROPPED, "451 Try again later"]
    for _ in range(2):
        assert deliver(receipt.pk) is Outcome.PUT_BACK
        make_due(receipt)
    receipt.refresh_from_db()
    assert receipt.last_error == f"{MAY_REPEAT}\n451 Try again later"
    assert deliver(receipt.pk) is Outcome.SENT
    receipt.refresh_from_db()
    assert receipt.last_error == MAY_REPEAT


def test_a_reset_at_the_goodbye_changes_nothing(
    receipt: OutboxMessage, post_office: PostOffice
) -> None:
    def crash() -> None:
        raise ConnectionResetError

    post_office.at_quit = crash
    assert deliver(receipt.pk) is Outcome.SENT
    receipt.refresh_from_db()
    assert (receipt.state, receipt.last_error) == (MailState.SENT, "")


def test_where_the_attachment_is_refused_a_link_goes_in_its_place(
    receipt: OutboxMessage, post_office: PostOffice
) -> None:
    post_office.refuses_pdfs = True
    assert deliver(receipt.pk) is Outcome.SENT
    (taken,) = post_office.received
    parsed = message_from_bytes(taken, _class=EmailMessage, policy=default)
    assert parsed["Message-ID"] == receipt.message_id
    assert [part.get_content_type() for part in parsed.walk() if not part.is_multipart()] == [
        "text/plain",
        "text/html",
        "text/plain",
    ]
    assert f"/submissions/{receipt.submission.receipt}.pdf" in parsed.get_body().get_content()
    receipt.refresh_from_db()
    assert receipt.last_error == f"{WITH_LINK} (552 5.3.4 Message too big)."


def test_the_mail_with_the_link_is_the_same_each_time(
    receipt: OutboxMessage, post_office: PostOffice
) -> None:
    post_office.refuses_pdfs = True
    post_office.at_data += ["250 OK", Mishap.TAKEN_AND_DROPPED]
    assert deliver(receipt.pk) is Outcome.PUT_BACK
    make_due(receipt)
    assert deliver(receipt.pk) is Outcome.SENT
    first, second = post_office.received
    assert first == second


def test_a_full_mailbox_refuses_the_link_as_well_and_is_final(
    receipt: OutboxMessage, post_office: PostOffice
) -> None:
    post_office.at_rcpt += ["552 5.2.2 Mailbox full", "552 5.2.2 Mailbox full"]
    assert deliver(receipt.pk) is Outcome.SET_ASIDE
    receipt.refresh_from_db()
    assert receipt.last_error == "552 5.2.2 Mailbox full"
