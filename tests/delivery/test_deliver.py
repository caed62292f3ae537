"""Delivering one row: claimed once, made once, sent as made, and every failure ends in the row."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import Error as DatabaseTrouble
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from elections.delivery import deliver as delivery
from elections.delivery import keep
from elections.delivery.claim import LEASE, MAY_REPEAT, due, revive, take
from elections.delivery.deliver import MAKING_TRIES, Outcome, confirmation_pdf, deliver
from elections.models import Employee, Offer, OutboxMessage, RenderedMail
from elections.models.outbox import MailKind, MailState
from tests.delivery.conftest import make_due
from tests.delivery.post_office import free_port
from tests.factory import elect, extend, make_employee, make_grant
from tests.portal import SetClock


def sent_bytes() -> list[bytes]:
    return [message.message().as_bytes() for message in mail.outbox]


def test_a_mail_is_made_sent_and_marked(receipt: OutboxMessage, portal_clock: SetClock) -> None:
    assert deliver(receipt.pk) is Outcome.SENT
    receipt.refresh_from_db()
    assert receipt.state == MailState.SENT
    assert (receipt.attempts, receipt.claimed_until, receipt.last_error) == (1, None, "")
    assert receipt.sent_at == portal_clock.instant
    kept = RenderedMail.objects.get(message=receipt)
    assert sent_bytes() == [bytes(kept.mime)]
    assert mail.outbox[0].to == [receipt.recipient]
    assert mail.outbox[0].subject == f"Your election was received: {receipt.submission.receipt}"


def test_what_is_kept_is_the_pdf_that_was_attached(receipt: OutboxMessage) -> None:
    deliver(receipt.pk)
    kept = RenderedMail.objects.get(message=receipt)
    parsed = message_from_bytes(kept.mime, _class=EmailMessage, policy=default)
    (attachment,) = parsed.iter_attachments()
    assert attachment.get_content() == bytes(kept.pdf)
    assert attachment.get_filename() == f"election-{receipt.submission.receipt}.pdf"
    assert kept.pdf_sha256 == hashlib.sha256(kept.pdf).hexdigest()


def test_delivering_again_sends_nothing(receipt: OutboxMessage) -> None:
    deliver(receipt.pk)
    assert deliver(receipt.pk) is Outcome.NOT_TAKEN
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_a_row_that_does_not_exist_is_not_delivered() -> None:
    assert deliver(404) is Outcome.NOT_TAKEN


def test_a_row_in_other_hands_is_left_alone(receipt: OutboxMessage) -> None:
    assert take(receipt.pk)
    assert deliver(receipt.pk) is Outcome.NOT_TAKEN
    assert mail.outbox == []


def test_a_claim_that_ran_out_is_taken_over(receipt: OutboxMessage) -> None:
    assert take(receipt.pk)
    make_due(receipt)
    assert deliver(receipt.pk) is Outcome.SENT
    receipt.refresh_from_db()
    # Nothing had been made when the first attempt ended, so nothing can have been sent.
    assert (receipt.attempts, receipt.last_error) == (2, "")


def test_who_lost_the_claim_while_making_the_mail_does_not_send_it(
    receipt: OutboxMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make_slowly(message: OutboxMessage) -> RenderedMail:
        made = keep.make_mail(message)
        make_due(receipt)
        assert take(receipt.pk)
        return made

    monkeypatch.setattr(delivery, "make_mail", make_slowly)
    assert deliver(receipt.pk) is Outcome.NOT_TAKEN
    assert mail.outbox == []


def test_a_late_loser_does_not_undo_what_the_new_claimant_did(receipt: OutboxMessage) -> None:
    slow = take(receipt.pk)
    assert slow
    make_due(receipt)
    assert deliver(receipt.pk) is Outcome.SENT
    slow.put_back("too late")
    slow.set_aside("too late")
    receipt.refresh_from_db()
    assert (receipt.state, receipt.last_error) == (MailState.SENT, "")


def test_a_repeat_after_a_crash_is_the_same_mail_and_says_so(
    receipt: OutboxMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crash:
        crash.setattr("elections.clock.now", _database_is_gone_after(1))
        with pytest.raises(DatabaseTrouble):
            deliver(receipt.pk)
    receipt.refresh_from_db()
    assert receipt.state == MailState.SENDING
    make_due(receipt)
    assert deliver(receipt.pk) is Outcome.SENT
    first, second = sent_bytes()
    assert first == second
    receipt.refresh_from_db()
    assert receipt.last_error == MAY_REPEAT


def _database_is_gone_after(reads: int) -> Any:
    """A clock that can be read so often before the database goes away."""
    left = iter(range(reads))

    def now() -> datetime:
        if next(left, None) is None:
            raise OperationalError("server closed the connection unexpectedly")
        return datetime(2003, 1, 15, 18, tzinfo=UTC)

    return now


def fail_to_render(monkeypatch: pytest.MonkeyPatch, *, for_receipt: str = "") -> None:
    """Let WeasyPrint fail, always or for one receipt only."""
    render = keep.render_pdf

    def fail(form: Any) -> bytes:
        if for_receipt in ("", form.receipt):
            raise MemoryError("no room for fonts")
        return render(form)

    monkeypatch.setattr(keep, "render_pdf", fail)


def test_a_mail_that_cannot_be_made_is_tried_again_and_others_go_out(
    receipt: OutboxMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    neighbour = make_employee()
    other = OutboxMessage.objects.get(submission=elect(neighbour, make_grant(neighbour)))
    fail_to_render(monkeypatch, for_receipt=receipt.submission.receipt)
    assert deliver(receipt.pk) is Outcome.PUT_BACK
    assert deliver(other.pk) is Outcome.SENT
    receipt.refresh_from_db()
    assert receipt.state == MailState.WAITING
    assert receipt.due_at > datetime.now(UTC)
    assert receipt.last_error == "MemoryError: no room for fonts"


def test_a_mail_that_can_never_be_made_is_set_aside_and_hr_is_told(
    receipt: OutboxMessage, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    fail_to_render(monkeypatch)
    for _ in range(MAKING_TRIES - 1):
        assert deliver(receipt.pk) is Outcome.PUT_BACK
        make_due(receipt)
    assert mail.outbox == []
    assert deliver(receipt.pk) is Outcome.SET_ASIDE
    receipt.refresh_from_db()
    assert (receipt.state, receipt.attempts) == (MailState.FAILED, MAKING_TRIES)
    (notice,) = mail.outbox
    assert notice.to == [settings.PORTAL_HR_EMAIL]
    assert receipt.submission.receipt in notice.subject
    assert "MemoryError: no room for fonts" in notice.body
    assert deliver(receipt.pk) is Outcome.NOT_TAKEN


def test_a_mail_whose_making_kills_its_worker_is_set_aside_too(receipt: OutboxMessage) -> None:
    for _ in range(MAKING_TRIES):
        assert take(receipt.pk)  # and the process is gone
        make_due(receipt)
    assert deliver(receipt.pk) is Outcome.SET_ASIDE
    receipt.refresh_from_db()
    assert "ended without a result" in receipt.last_error


def test_once_the_cause_is_mended_what_was_set_aside_goes_out(
    receipt: OutboxMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        fail_to_render(broken)
        for _ in range(MAKING_TRIES):
            deliver(receipt.pk)
            make_due(receipt)
    mail.outbox.clear()
    assert revive() == 1
    assert deliver(receipt.pk) is Outcome.SENT
    assert len(mail.outbox) == 1


def test_no_server_to_be_reached_puts_the_mail_back(receipt: OutboxMessage, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    assert deliver(receipt.pk) is Outcome.SERVER_AWAY
    receipt.refresh_from_db()
    assert (receipt.state, receipt.claimed_until) == (MailState.WAITING, None)
    assert "ConnectionRefusedError" in receipt.last_error


def test_an_error_nobody_foresaw_while_sending_is_recorded_and_tried_again(
    receipt: OutboxMessage, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "tests.delivery.test_deliver.Broken"
    assert deliver(receipt.pk) is Outcome.PUT_BACK
    receipt.refresh_from_db()
    assert receipt.state == MailState.WAITING
    assert receipt.last_error == f"{MAY_REPEAT}\nZeroDivisionError: a bug"
    assert "mail_not_sent_unexpectedly" in caplog.text


class Broken(BaseEmailBackend):
    """A mail backend with a bug."""

    def send_messages(self, email_messages: Any) -> int:
        raise ZeroDivisionError("a bug")


def test_the_pdf_of_the_page_is_the_pdf_of_the_mail(receipt: OutboxMessage) -> None:
    downloaded = confirmation_pdf(receipt.submission)
    deliver(receipt.pk)
    (attachment,) = message_from_bytes(
        sent_bytes()[0], _class=EmailMessage, policy=default
    ).iter_attachments()
    assert attachment.get_content() == downloaded
    assert confirmation_pdf(receipt.submission) == downloaded
    assert RenderedMail.objects.count() == 1


def test_of_two_who_make_one_mail_at_once_the_first_ones_counts(
    receipt: OutboxMessage, portal_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = keep.render_pdf

    def overtaken(form: Any) -> bytes:
        monkeypatch.setattr(keep, "render_pdf", render)
        keep.make_mail(receipt)
        portal_clock.tick(hours=1)
        return render(form)

    monkeypatch.setattr(keep, "render_pdf", overtaken)
    later = keep.make_mail(receipt)
    assert RenderedMail.objects.get() == later
    assert b"18:00:00 +0000" in later.mime
    assert b"19:00:00 +0000" not in later.mime


def test_delivering_takes_a_fixed_number_of_queries(receipt: OutboxMessage) -> None:
    with CaptureQueriesContext(connection) as queries:
        deliver(receipt.pk)
    assert len(queries) == 9, [q["sql"][:80] for q in queries]


def test_delivering_a_mail_with_many_grants_takes_no_more_queries(employee: Employee) -> None:
    grants = [make_grant(employee) for _ in range(30)]
    submission = elect(employee, *grants, *employee.grants.filter(number="001204"))
    message = OutboxMessage.objects.get(submission=submission)
    with CaptureQueriesContext(connection) as queries:
        assert deliver(message.pk) is Outcome.SENT
    assert len(queries) == 9


def test_a_row_is_due_after_its_grace(receipt: OutboxMessage) -> None:
    assert due(grace=timedelta(0)) == [receipt.pk]
    assert due(grace=timedelta(seconds=5)) == []
    make_due(receipt, timedelta(seconds=6))
    assert due(grace=timedelta(seconds=5)) == [receipt.pk]


def test_a_receipt_goes_before_an_announcement_that_has_waited_longer(
    receipt: OutboxMessage, offer: Offer
) -> None:
    extend(offer)
    announcement = OutboxMessage.objects.get(kind=MailKind.EXTENSION)
    make_due(announcement, timedelta(minutes=5))

    assert due(grace=timedelta(0)) == [receipt.pk, announcement.pk]


def test_a_claim_runs_out_within_the_minute(receipt: OutboxMessage) -> None:
    claim = take(receipt.pk)
    assert claim
    assert timedelta(seconds=49) < claim.until - datetime.now(UTC) <= LEASE
    assert timedelta(seconds=60) > LEASE
