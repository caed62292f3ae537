"""A form someone has filled in and not yet submitted."""

from __future__ import annotations

import uuid

from django.db import models

from elections.models.offer import Offer
from elections.models.people import Employee
from elections.models.submission import Kind, Submission


class Draft(models.Model):
    """A filled-in form on its way to the check page; never a submission.

    What the check page shows and what its token submits are the same stored answers, so two
    tabs cannot mix theirs. `answers` is, for an election, {grant number: "exchange" | "keep"};
    for a withdrawal, a list of grant numbers, or None for all of them. `replaces` is the
    submission that governed when the form was filled in, and `shown` what the answers came to
    then (`services.answers.as_shown`): nobody signs one thing and finds another on record. Of a
    form that is not filled in to the end nothing was shown to sign, so `shown` is empty.
    """

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="drafts")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    answers = models.JSONField(null=True)
    shown = models.JSONField()
    replaces = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"Draft {self.kind} {self.token}"

    @property
    def checked(self) -> bool:
        """Whether its check page was reached, without which it cannot be signed."""
        return bool(self.shown)
