"""From the rows of the record to the plain facts that a mail or a PDF tells.

What a submission froze is taken from the submission. Whatever else a mail says is as it stood when
its cause came about (a decision, an extension), so a mail delivered late still says the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from elections import queries
from elections.core.eligibility import person_problems
from elections.core.terms import Choice, OptionKind
from elections.delivery.facts import (
    Envelope,
    ExtensionFacts,
    FormFacts,
    FormKind,
    FormReference,
    IrregularityFacts,
    LineFacts,
    MailFacts,
    OfferFacts,
)
from elections.models import (
    Extension,
    Line,
    Offer,
    OutboxMessage,
    Plan,
    ReviewDecision,
    Submission,
)
from elections.models.outbox import MailKind
from elections.models.submission import Channel


def envelope_of(message: OutboxMessage, *, written_at: datetime) -> Envelope:
    """Who writes to whom, at `written_at` (aware, the portal's time)."""
    return Envelope(
        message_id=message.message_id,
        written_at=written_at,
        sender=settings.DEFAULT_FROM_EMAIL,
        recipient=message.recipient,
        reply_to=settings.PORTAL_LAW_EMAIL,
    )


def facts_of(message: OutboxMessage) -> MailFacts:
    """What the mail of this row says."""
    return _GATHERERS[MailKind(message.kind)](message)


def _form(message: OutboxMessage) -> FormFacts:
    submission = Submission.objects.select_related("offer", "replaces").get(
        pk=message.submission_id
    )
    lines = list(submission.lines.all())
    plans = dict(Plan.objects.filter(code__in={x.plan for x in lines}).values_list("code", "name"))
    return FormFacts(
        offer=_offer(submission.offer),
        kind=FormKind(submission.kind),
        on_paper=submission.channel == Channel.PAPER,
        receipt=submission.receipt,
        received_at=submission.received_at,
        deadline=submission.deadline,
        timely=submission.timely,
        employee_name=submission.employee_name,
        employee_number=submission.employee_number,
        signature=submission.signature,
        replaced=_reference(submission.replaces),
        lines=tuple(_line(line, plans) for line in lines),
        digest=submission.digest,
    )


def _line(line: Line, plans: dict[str, str]) -> LineFacts:
    return LineFacts(
        grant_number=line.grant_number,
        plan=plans.get(line.plan, line.plan),
        kind=OptionKind(line.kind),
        granted_on=line.granted_on,
        exercise_price=line.exercise_price,
        outstanding=line.outstanding,
        choice=Choice(line.choice),
        required=line.required,
        withdrawn=line.withdrawn,
        new_shares=line.new_shares,
    )


def _irregularity(message: OutboxMessage) -> IrregularityFacts:
    submission = Submission.objects.select_related("offer").get(pk=message.submission_id)
    decision = ReviewDecision.objects.get(pk=message.decision_id)
    offer = submission.offer
    governing = (
        queries.governing_submissions(offer, as_of=decision.decided_at)
        .filter(employee=message.employee_id)
        .first()
    )
    return IrregularityFacts(
        offer=_offer(offer),
        employee_name=submission.employee_name,
        form=_named(submission),
        reason=decision.reason,
        decided_at=decision.decided_at,
        governing=_reference(governing),
        deadline=queries.deadline_in_force(offer, at=decision.decided_at),
    )


def _extension(message: OutboxMessage) -> ExtensionFacts:
    extension = Extension.objects.select_related("offer").get(pk=message.extension_id)
    offer = extension.offer
    announced_on = queries.today(offer, at=extension.announced_at)
    reasons = person_problems(offer.terms(), message.employee.facts(), today=announced_on)
    return ExtensionFacts(
        offer=_offer(offer),
        employee_name=message.employee.name,
        eligible=not reasons,
        previous_expiration=extension.previous_expiration,
        expiration=extension.expiration,
        announced_at=extension.announced_at,
    )


def _offer(offer: Offer) -> OfferFacts:
    return OfferFacts(
        company=offer.company,
        title=offer.title,
        zone=offer.zone,
        second_zone=offer.second_zone,
        required_from=offer.required_from,
        contacts=tuple(offer.contacts),
        law_email=settings.PORTAL_LAW_EMAIL,
        portal_url=settings.PORTAL_BASE_URL.rstrip("/"),
    )


def _reference(submission: Submission | None) -> FormReference | None:
    return _named(submission) if submission else None


def _named(submission: Submission) -> FormReference:
    return FormReference(
        kind=FormKind(submission.kind),
        receipt=submission.receipt,
        received_at=submission.received_at,
    )


_GATHERERS: dict[MailKind, Callable[[OutboxMessage], MailFacts]] = {
    MailKind.RECEIPT: _form,
    MailKind.IRREGULAR: _irregularity,
    MailKind.EXTENSION: _extension,
}
