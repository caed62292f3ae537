"""An extension that waits for a second person, where the portal is set to ask for one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from elections.models.offer import Extension, Offer


class ProposalState(models.TextChoices):
    """What became of a proposal."""

    OPEN = "open", "Waits for approval"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


class ExtensionProposal(models.Model):
    """Someone's wish to extend. `expected` is the deadline they saw; nobody approves their own.

    Of each offer one proposal at most is open. `refusal` is why a rejected one was rejected.
    """

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="proposals")
    expected = models.DateTimeField()
    expiration = models.DateTimeField("proposed expiration")
    reason = models.TextField()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=ProposalState, default=ProposalState.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    refusal = models.TextField("reason for rejecting it", blank=True)
    extension = models.OneToOneField(
        Extension, on_delete=models.PROTECT, null=True, related_name="proposal"
    )

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="proposal_second_person",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_by__isnull=True, extension__isnull=True)
                | Q(state="approved", decided_by__isnull=False, extension__isnull=False)
                | (Q(state="rejected", decided_by__isnull=False) & ~Q(refusal="")),
                name="proposal_state_told_whole",
            ),
            models.UniqueConstraint(
                fields=["offer"], condition=Q(state="open"), name="proposal_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"Proposal to extend to {self.expiration:%Y-%m-%d %H:%M %Z}"
