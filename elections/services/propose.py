"""An extension in two steps: one person proposes it, another approves or rejects it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction

from elections import clock
from elections.core.problems import Code, Problem
from elections.models import ExtensionProposal, Offer, User
from elections.models.audit import Act
from elections.models.proposal import ProposalState
from elections.services.audit import record_act
from elections.services.extend import (
    Extended,
    NotExtended,
    extend_held,
    extension_problems,
    log_extension,
)
from elections.services.locks import hold_offer

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Proposed:
    """The proposal as recorded; it waits for somebody else."""

    proposal: ExtensionProposal


@dataclass(frozen=True, slots=True)
class Rejected:
    """The proposal as rejected; the deadline stands as it was."""

    proposal: ExtensionProposal


def propose_extension(
    *, actor: User, offer: Offer, expected: datetime, expiration: datetime, reason: str
) -> Proposed | NotExtended:
    """Record the wish to move the deadline of `offer` to `expiration` (aware). Nobody is mailed.

    Refused for what an extension would be refused for, and while another proposal is open.
    """
    reason = reason.strip()
    with transaction.atomic(durable=True):
        offer = hold_offer(offer.pk)
        instant = clock.now()
        problems = extension_problems(offer, expected, expiration, reason, at=instant)
        if offer.proposals.filter(state=ProposalState.OPEN).exists():
            problems += (Problem.of(Code.PROPOSAL_WAITS),)
        if problems:
            return NotExtended(problems)
        proposal = ExtensionProposal.objects.create(
            offer=offer,
            expected=expected,
            expiration=expiration,
            reason=reason,
            proposed_by=actor,
            proposed_at=instant,
        )
        _note(proposal, actor, "proposed")
    log.info("extension_proposed", offer=offer.slug, proposal=proposal.pk, by=actor.pk)
    return Proposed(proposal)


def approve_extension(*, actor: User, proposal: ExtensionProposal) -> Extended | NotExtended:
    """Extend the offer as proposed, under the same lock and checks as any extension.

    `actor` announces it, and must be somebody else than the one who proposed it. What has become
    impossible since (the deadline was moved, the new one has passed) is refused, and the proposal
    stays open to be rejected.
    """
    with transaction.atomic(durable=True):
        offer = hold_offer(proposal.offer_id)
        proposal = ExtensionProposal.objects.get(pk=proposal.pk)
        if problems := _not_theirs_to_decide(actor, proposal):
            return NotExtended(problems)
        outcome = extend_held(
            actor=actor,
            offer=offer,
            expected=proposal.expected,
            expiration=proposal.expiration,
            reason=proposal.reason,
        )
        if isinstance(outcome, Extended):
            proposal.extension = outcome.extension
            _decide(proposal, actor, ProposalState.APPROVED)
            _note(proposal, actor, "approved")
    log_extension(outcome)
    return outcome


def reject_extension(
    *, actor: User, proposal: ExtensionProposal, reason: str
) -> Rejected | NotExtended:
    """Close a proposal without extending; `reason` is kept. Nobody rejects their own either."""
    reason = reason.strip()
    with transaction.atomic(durable=True):
        hold_offer(proposal.offer_id)
        proposal = ExtensionProposal.objects.get(pk=proposal.pk)
        problems = _not_theirs_to_decide(actor, proposal)
        if not reason:
            problems += (Problem.of(Code.REASON_MISSING),)
        if problems:
            return NotExtended(problems)
        proposal.refusal = reason
        _decide(proposal, actor, ProposalState.REJECTED)
        _note(proposal, actor, "rejected")
    log.info("extension_rejected", proposal=proposal.pk, by=actor.pk)
    return Rejected(proposal)


def _not_theirs_to_decide(actor: User, proposal: ExtensionProposal) -> tuple[Problem, ...]:
    """Read under the offer's lock, so that of two people deciding at once the second is told."""
    if proposal.state != ProposalState.OPEN:
        return (Problem.of(Code.PROPOSAL_DECIDED),)
    if proposal.proposed_by_id == actor.pk:
        return (Problem.of(Code.OWN_PROPOSAL),)
    return ()


def _decide(proposal: ExtensionProposal, actor: User, state: ProposalState) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, actor, clock.now()
    proposal.save(update_fields=["state", "decided_by", "decided_at", "extension", "refusal"])


def _note(proposal: ExtensionProposal, actor: User, what: str) -> None:
    record_act(
        Act.EXTENSION_PROPOSED,
        actor=actor,
        subject=f"{proposal.offer.slug}, proposal {proposal.pk} {what}",
        details={
            "from": proposal.expected.isoformat(),
            "to": proposal.expiration.isoformat(),
            "reason": proposal.refusal or proposal.reason,
        },
    )
