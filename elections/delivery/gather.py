"""From the rows of the record to the plain facts that a mail or a PDF tells.

What a submission froze is taken from the submission. Whatever else a mail says is as it stood when
its cause came about (a decision, an extension, a change of status), so a mail delivered late still
says the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from elections import clock, queries
from elections.core.eligibility import person_problems
from elections.core.status_words import differences
from elections.core.terms import Choice, OptionKind
from elections.delivery.facts import (
    Envelope,
    ExtensionFacts,
    FormFacts,
    FormKind,
    FormReference,
    InvitationFacts,
    IrregularityFacts,
    LineFacts,
    MailFacts,
    OfferFacts,
    PaperFacts,
    ReinstatementFacts,
    ReminderFacts,
    StatusFacts,
)
from elections.models import (
    Extension,
    Line,
    Offer,
    OutboxMessage,
    Plan,
    Reminder,
    ReviewDecision,
    StatusChange,
    Submission,
)
from elections.models.outbox import MailKind
from elections.models.submission import Channel, Verdict


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
    submission = Submission.objects.select_related("offer", "replaces", "employee").get(
        pk=message.submission_id
    )
    lines = list(submission.lines.all())
    plans = dict(Plan.objects.filter(code__in={x.plan for x in lines}).values_list("code", "name"))
    return FormFacts(
        offer=offer_facts(submission.offer),
        kind=FormKind(submission.kind),
        paper=_paper(submission),
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
        not_open_to_them=_not_open_to_them(submission),
    )


def _not_open_to_them(submission: Submission) -> tuple[str, ...]:
    """Only a late form is kept from whoever cannot take part; withdrawing is open to everyone."""
    if submission.timely or submission.kind == FormKind.WITHDRAWAL:
        return ()
    offer = submission.offer
    day = queries.today(offer, at=submission.received_at)
    problems = person_problems(offer.terms(), submission.employee.facts(), today=day)
    return tuple(problem.sentence for problem in problems)


def _paper(submission: Submission) -> PaperFacts | None:
    if submission.channel != Channel.PAPER:
        return None
    keyed_at = submission.recorded_at
    governing = (
        queries.governing_submissions(submission.offer, as_of=keyed_at)
        .filter(employee=submission.employee_id)
        .first()
    )
    later = governing if governing and _order(governing) > _order(submission) else None
    return PaperFacts(
        keyed_at=keyed_at,
        deadline=queries.deadline_in_force(submission.offer, at=keyed_at),
        overtaken_by=_reference(later),
    )


def _order(submission: Submission) -> tuple[datetime, int]:
    return submission.ordered_at, submission.sequence


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
    submission, decision = _decided(message)
    return IrregularityFacts(
        offer=offer_facts(submission.offer),
        employee_name=submission.employee_name,
        form=_named(submission),
        reason=decision.reason,
        decided_at=decision.decided_at,
        governing=_reference(_governing(submission, decision)),
        deadline=queries.deadline_in_force(submission.offer, at=decision.decided_at),
        stays_late=decision.verdict == Verdict.LATE,
    )


def _reinstatement(message: OutboxMessage) -> ReinstatementFacts:
    submission, decision = _decided(message)
    return ReinstatementFacts(
        offer=offer_facts(submission.offer),
        employee_name=submission.employee_name,
        form=_named(submission),
        late=not submission.timely,
        reason=decision.reason,
        decided_at=decision.decided_at,
        governing=_named(_governing(submission, decision) or submission),
        deadline=queries.deadline_in_force(submission.offer, at=decision.decided_at),
    )


def _decided(message: OutboxMessage) -> tuple[Submission, ReviewDecision]:
    """The form that a mail is about, and the decision on it that set the mail off."""
    submission = Submission.objects.select_related("offer").get(pk=message.submission_id)
    return submission, ReviewDecision.objects.get(pk=message.decision_id)


def _governing(submission: Submission, decision: ReviewDecision) -> Submission | None:
    """What governed for the person once the decision was taken."""
    governing = queries.governing_submissions(submission.offer, as_of=decision.decided_at)
    return governing.filter(employee=submission.employee_id).first()


def _extension(message: OutboxMessage) -> ExtensionFacts:
    extension = Extension.objects.select_related("offer").get(pk=message.extension_id)
    offer = extension.offer
    announced_on = queries.today(offer, at=extension.announced_at)
    reasons = person_problems(offer.terms(), message.employee.facts(), today=announced_on)
    return ExtensionFacts(
        offer=offer_facts(offer),
        employee_name=message.employee.name,
        eligible=not reasons,
        previous_expiration=extension.previous_expiration,
        expiration=extension.expiration,
        announced_at=extension.announced_at,
    )


def _reminder(message: OutboxMessage) -> ReminderFacts:
    offer = Reminder.objects.select_related("offer").get(pk=message.reminder_id).offer
    return reminder_facts(offer, message.employee.name, at=clock.now())


def reminder_facts(offer: Offer, name: str, *, at: datetime) -> ReminderFacts:
    """What a reminder written at `at` (aware) says to someone of that name.

    It tells things as they stand when it is written: a deadline that was moved since the reminder
    was set off would be a wrong one.
    """
    return ReminderFacts(
        offer=offer_facts(offer),
        employee_name=name,
        deadline=queries.deadline_in_force(offer, at=at),
        written_at=at,
    )


def _invitation(message: OutboxMessage) -> InvitationFacts:
    offer = queries.current_offer()
    return invitation_facts(offer, message.employee.name, message.recipient, at=clock.now())


def invitation_facts(offer: Offer, name: str, address: str, *, at: datetime) -> InvitationFacts:
    """What an invitation written at `at` (aware) says to someone of that name and address."""
    return InvitationFacts(
        offer=offer_facts(offer),
        employee_name=name,
        address=address,
        single_sign_on=settings.PORTAL_OIDC_NAME if settings.PORTAL_OIDC_ISSUER else "",
        deadline=queries.deadline_in_force(offer, at=at),
        hr_email=settings.PORTAL_HR_EMAIL,
    )


def _status(message: OutboxMessage) -> StatusFacts:
    changes = StatusChange.objects.select_related("offer", "employee")
    return status_facts(changes.get(pk=message.status_change_id))


def status_facts(change: StatusChange) -> StatusFacts:
    """What was said when a change that has an effect was recorded, to the letter."""
    return StatusFacts(
        offer=offer_facts(change.offer),
        employee_name=change.employee.name,
        changes=differences(change.before, change.after),
        effect=change.effect,
        hr_email=settings.PORTAL_HR_EMAIL,
    )


def offer_facts(offer: Offer) -> OfferFacts:
    """The offer as a letter or a printed form names it."""
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
    MailKind.REINSTATED: _reinstatement,
    MailKind.EXTENSION: _extension,
    MailKind.REMINDER: _reminder,
    MailKind.INVITATION: _invitation,
    MailKind.STATUS: _status,
}
