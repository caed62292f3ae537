"""Who of the staff did what, and when: append-only, like the record it watches over."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Act(models.TextChoices):
    """What staff can do that leaves an entry."""

    SIGN_IN = "sign_in", "Signed in"
    SIGN_IN_FAILED = "sign_in_failed", "Sign-in failed"
    FACTOR_FAILED = "factor_failed", "Second factor wrong"
    LOCKED_OUT = "locked_out", "Locked out for a while"
    CONFIRMED = "confirmed", "Confirmed who they are"
    FACTOR = "factor", "Second factor changed"
    RECOVERY_CODE = "recovery_code", "Recovery code used"
    PERMISSIONS = "permissions", "Permissions changed"
    IMPORT = "import", "Roster imported"
    STATUS = "status", "Status of an employee changed"
    EXPORT = "export", "Exported"
    DECISION = "decision", "Submission reviewed"
    PAPER = "paper", "Paper form keyed in"
    EXTENSION_PROPOSED = "extension_proposed", "Extension proposed"
    EXTENSION = "extension", "Offer extended"
    REMINDER = "reminder", "Reminders"
    INVITATION = "invitation", "Invited to sign in"
    MAIL = "mail", "Mail held or tried again"
    DOCUMENT = "document", "Document published"
    SESSION = "session", "Information session changed"


class AuditEntry(models.Model):
    """One act. Holds no form content and no secrets; `details` are plain values for people.

    `actor_email` is frozen beside the account; empty with a null `actor` when the portal acted by
    itself. `rows` is how many rows an export or import had. `at` is UTC.
    """

    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_email = models.EmailField(blank=True)
    act = models.CharField(max_length=20, choices=Act)
    subject = models.CharField("what it was about", max_length=200)
    rows = models.PositiveIntegerField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "audit entries"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["act", "-at"])]

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.subject}"
