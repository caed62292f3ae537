"""Who is looking at which submission right now."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from elections.models.submission import Submission


class ReviewHold(models.Model):
    """A submission in one reviewer's hands until `until` (real clock); nobody else is given it."""

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="hold")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.submission_id} held by {self.reviewer_id}"
