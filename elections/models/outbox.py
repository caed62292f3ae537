"""The queue of record for mail: what must be sent, to whom, and how far it has come."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from elections.models.invitation import Invitation
from elections.models.offer import Extension
from elections.models.people import Employee
from elections.models.reminder import Reminder
from elections.models.roster import StatusChange
from elections.models.submission import ReviewDecision, Submission


class MailKind(models.TextChoices):
    """Why a mail is sent."""

    RECEIPT = "receipt", "Confirmation of a submission"
    IRREGULAR = "irregular", "A submission does not count"
    REINSTATED = "reinstated", "A submission counts after all"
    EXTENSION = "extension", "The offer was extended"
    STATUS = "status", "A change of status"
    REMINDER = "reminder", "A reminder"
    INVITATION = "invitation", "An invitation to sign in"


class MailState(models.TextChoices):
    """How far a mail has come. A claim that runs out makes a SENDING row due again.

    SENT and DROPPED are final; FAILED and HELD wait for a person.
    """

    WAITING = "waiting", "Not sent yet"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Could not be delivered"
    HELD = "held", "Held by staff"
    DROPPED = "dropped", "Not needed any more"


class OutboxMessage(models.Model):
    """One mail to one person, written in the transaction that makes it due.

    `due_at`, `claimed_until` and `created_at` run on the server's real clock, since they only
    pace the delivery; `sent_at` is in the portal's time, as shown to people.
    """

    kind = models.CharField(max_length=10, choices=MailKind)
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="mails")
    recipient = models.EmailField()
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, null=True, related_name="mails"
    )
    decision = models.ForeignKey(
        ReviewDecision, on_delete=models.PROTECT, null=True, related_name="mails"
    )
    extension = models.ForeignKey(
        Extension, on_delete=models.PROTECT, null=True, related_name="mails"
    )
    status_change = models.ForeignKey(
        StatusChange, on_delete=models.PROTECT, null=True, related_name="mails"
    )
    reminder = models.ForeignKey(
        Reminder, on_delete=models.PROTECT, null=True, related_name="mails"
    )
    invitation = models.ForeignKey(
        Invitation, on_delete=models.PROTECT, null=True, related_name="mails"
    )
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=8, choices=MailState, default=MailState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "mail"
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["waiting", "sending"]),
                name="outbox_undelivered",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"], condition=Q(kind="receipt"), name="outbox_one_receipt"
            ),
            models.UniqueConstraint(
                fields=["decision"],
                condition=Q(kind__in=["irregular", "reinstated"]),
                name="outbox_one_per_decision",
            ),
            models.UniqueConstraint(
                fields=["extension", "employee"],
                condition=Q(kind="extension"),
                name="outbox_one_extension_each",
            ),
            models.UniqueConstraint(
                fields=["status_change"],
                condition=Q(kind="status"),
                name="outbox_one_per_status_change",
            ),
            models.UniqueConstraint(
                fields=["reminder", "employee"],
                condition=Q(kind="reminder"),
                name="outbox_one_reminder_each",
            ),
            models.UniqueConstraint(
                fields=["invitation"],
                condition=Q(kind="invitation"),
                name="outbox_one_per_invitation",
            ),
            models.CheckConstraint(
                condition=Q(kind="receipt", submission__isnull=False)
                | Q(
                    kind__in=["irregular", "reinstated"],
                    submission__isnull=False,
                    decision__isnull=False,
                )
                | Q(kind="extension", extension__isnull=False)
                | Q(kind="status", status_change__isnull=False)
                | Q(kind="reminder", reminder__isnull=False)
                | Q(kind="invitation", invitation__isnull=False),
                name="outbox_names_its_cause",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="outbox_sent_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to {self.recipient}"


class RenderedMail(models.Model):
    """The bytes of a mail, made once: every copy sent, and every download, is these. Append-only.

    `pdf` is empty where the mail has no attachment; `pdf_sha256` is then empty too.
    """

    message = models.OneToOneField(OutboxMessage, on_delete=models.PROTECT, related_name="rendered")
    mime = models.BinaryField()
    pdf = models.BinaryField()
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    rendered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Rendered mail {self.message_id}"
