"""Making a mail once and keeping it: every copy sent, and every download, is these bytes."""

from __future__ import annotations

import hashlib

from elections import clock
from elections.delivery.facts import FormFacts
from elections.delivery.gather import envelope_of, facts_of
from elections.delivery.mail import compose
from elections.delivery.pdf import render_pdf
from elections.models import OutboxMessage, RenderedMail


def find_mail(message: OutboxMessage) -> RenderedMail | None:
    """The kept bytes of this row's mail, None before they were made."""
    return RenderedMail.objects.filter(message=message).first()


def make_mail(message: OutboxMessage) -> RenderedMail:
    """Make the mail of this row and keep it. Of several who do so at once, the first one's counts.

    No transaction is open and no lock held while it is made. Whatever cannot be made raises.
    """
    facts = facts_of(message)
    pdf = render_pdf(facts) if isinstance(facts, FormFacts) else b""
    made_at = clock.now()
    mine = RenderedMail(
        message=message,
        mime=compose(facts, envelope_of(message, written_at=made_at), pdf=pdf),
        pdf=pdf,
        pdf_sha256=hashlib.sha256(pdf).hexdigest() if pdf else "",
        rendered_at=made_at,
    )
    RenderedMail.objects.bulk_create([mine], ignore_conflicts=True)
    return RenderedMail.objects.get(message=message)
