"""Inviting those whom an import put on the roster: whom, by whom, and how often."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from elections.models.people import Employee


class Invitation(models.Model):
    """One mail that tells someone how to sign in; the first has `number` 1. Append-only.

    `invited_by` is None where it came from the command line.
    """

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="invitations")
    number = models.PositiveIntegerField()
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["employee", "number"], name="invitation_once"),
        ]

    def __str__(self) -> str:
        return f"Invitation {self.number}"
