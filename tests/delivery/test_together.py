"""Several at once for one row; the guard is also shown switched off."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core import mail

from elections.delivery import claim, keep
from elections.delivery.claim import take
from elections.delivery.deliver import Outcome, confirmation_pdf, deliver
from elections.models import OutboxMessage, RenderedMail
from tests.concurrency import PATIENCE, at_once
from tests.factory import elect, make_employee, make_grant, make_offer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receipt(transactional_db: None, portal_clock: Any) -> OutboxMessage:
    make_offer()
    person = make_employee()
    return OutboxMessage.objects.get(submission=elect(person, make_grant(person)))


def all_read_before_any_writes(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Hold everyone between reading the row and claiming it, until all have read it."""
    everyone_read = threading.Barrier(count)
    now = claim._now
    reads = threading.local()

    def wait_at_the_second_look() -> Any:
        # `take` looks at the clock to read the row, then for the end of the claim.
        reads.count = getattr(reads, "count", 0) + 1
        if reads.count == 2:
            everyone_read.wait(PATIENCE)
        return now()

    monkeypatch.setattr(claim, "_now", wait_at_the_second_look)


def test_ten_deliveries_of_one_row_send_one_mail(
    receipt: OutboxMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_read_before_any_writes(monkeypatch, 10)
    outcomes = at_once([lambda: deliver(receipt.pk)] * 10)
    assert outcomes.count(Outcome.SENT) == 1
    assert outcomes.count(Outcome.NOT_TAKEN) == 9
    assert len(mail.outbox) == 1
    receipt.refresh_from_db()
    assert receipt.attempts == 1


def test_without_the_claim_every_delivery_would_send(
    receipt: OutboxMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_what_was_read(message_id: int) -> claim.Claim:
        found = take(message_id)
        message = found.message if found else OutboxMessage.objects.get(pk=message_id)
        return claim.Claim(message, claim._now(), may_repeat=False)

    monkeypatch.setattr("elections.delivery.deliver.take", take_what_was_read)
    monkeypatch.setattr(claim.Claim, "renew", lambda self: True)
    at_once([lambda: deliver(receipt.pk)] * 3)
    assert len(mail.outbox) == 3


def test_downloads_and_the_mail_made_at_once_are_one_pdf(
    receipt: OutboxMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone_made_one = threading.Barrier(3)
    compose = keep.compose

    def compose_together(*facts: Any, **how: Any) -> bytes:
        made = compose(*facts, **how)
        everyone_made_one.wait(PATIENCE)
        return made

    monkeypatch.setattr(keep, "compose", compose_together)

    def download() -> bytes:
        return confirmation_pdf(OutboxMessage.objects.get().submission)

    first, second, outcome = at_once([download, download, lambda: deliver(receipt.pk)])
    kept = RenderedMail.objects.get()
    assert first == second == bytes(kept.pdf)
    assert outcome is Outcome.SENT
    assert mail.outbox[0].message().as_bytes() == bytes(kept.mime)
