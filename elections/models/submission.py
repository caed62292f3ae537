"""The record: what was submitted, what it says of each grant, and what Law decided of it.

Everything here is append-only in the database itself (see `append_only`), on both engines.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from elections.core.terms import Choice, OptionKind
from elections.models.offer import Offer
from elections.models.people import Employee, Grant


class Kind(models.TextChoices):
    """What a submission is."""

    ELECTION = "election"
    WITHDRAWAL = "withdrawal"
    DECLINE = "decline", "Decline (not taking part)"


class Channel(models.TextChoices):
    """How a submission came in."""

    WEB = "web"
    PAPER = "paper", "Paper or fax"


class Submission(models.Model):
    """An election, a withdrawal or a decline, exactly as received.

    Each is a whole statement: its lines say of every electable grant whether it is exchanged,
    so the governing submission alone tells what someone has elected. Instants are UTC with
    microseconds. `received_at` is the time of record; `arrived_at` (the web server's clock)
    stands beside it as evidence only. `ordered_at` puts one person's forms in order: it is
    `received_at`, but for a web form never before that of the web form recorded before it, even
    when a clock stepped back in between. `deadline` is the expiration in force as read under the
    lock, and `timely` says `received_at < deadline` for good: an extension never changes it.
    Names and addresses are frozen beside the foreign key, for whoever reads this years later.
    """

    receipt = models.CharField(max_length=20, unique=True)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="submissions")
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="submissions")
    sequence = models.PositiveIntegerField("number in the employee's chain")
    kind = models.CharField(max_length=10, choices=Kind)
    channel = models.CharField(max_length=5, choices=Channel, default=Channel.WEB)
    form_token = models.UUIDField(unique=True)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    arrived_at = models.DateTimeField("arrived at the web server")
    received_at = models.DateTimeField("time of record")
    recorded_at = models.DateTimeField()
    ordered_at = models.DateTimeField()
    deadline = models.DateTimeField("deadline in force when received")
    timely = models.BooleanField()
    agreed = models.BooleanField("agreed to the terms")
    signature = models.CharField(max_length=200)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    submitted_by_email = models.EmailField()
    employee_number = models.CharField(max_length=40)
    employee_name = models.CharField(max_length=200)
    employee_email = models.EmailField()
    documents = models.JSONField("SHA-256 of the documents in force, by name", default=dict)
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-ordered_at", "-sequence"]
        indexes = [
            models.Index(fields=["employee", "-ordered_at", "-sequence"]),
            models.Index(fields=["offer", "-ordered_at", "-sequence"]),
            # The list backwards, the queue of those to review forwards.
            models.Index(fields=["received_at", "id"], name="submission_as_received"),
            models.Index(
                fields=["offer", "received_at"], name="submission_late", condition=Q(timely=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "sequence"], name="submission_numbered_once"
            ),
            models.CheckConstraint(
                condition=Q(timely=True, received_at__lt=F("deadline"))
                | Q(timely=False, received_at__gte=F("deadline")),
                name="submission_timely_means_before_deadline",
            ),
            models.CheckConstraint(
                condition=Q(received_at__lte=F("recorded_at")),
                name="submission_received_before_recorded",
            ),
        ]

    def __str__(self) -> str:
        return self.receipt


class Line(models.Model):
    """What one submission says of one grant, with the grant as it stood then, frozen.

    `outstanding`, `vested` and `new_shares` are whole shares; `new_shares` is 0 for a grant that
    is kept. `withdrawn` marks a grant that was exchanged before this withdrawal and is kept now.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="lines")
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="lines")
    grant_number = models.CharField(max_length=40)
    plan = models.CharField("plan code", max_length=40)
    kind = models.CharField(max_length=3, choices=[(k.value, k.value) for k in OptionKind])
    granted_on = models.DateField("grant date")
    exercise_price = models.DecimalField(max_digits=12, decimal_places=4)
    outstanding = models.PositiveIntegerField("outstanding shares")
    vested = models.PositiveIntegerField("vested shares")
    choice = models.CharField(max_length=8, choices=[(c.value, c.value) for c in Choice])
    required = models.BooleanField("required by the look-back rule")
    withdrawn = models.BooleanField(default=False)
    new_shares = models.PositiveIntegerField("new shares promised")

    class Meta:
        ordering = ["granted_on", "grant_number"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "grant"], name="line_once_per_grant"),
            models.CheckConstraint(
                condition=Q(choice="exchange", new_shares__gt=0, withdrawn=False)
                | Q(choice="keep", new_shares=0),
                name="line_new_shares_follow_choice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant_number}: {self.choice}"


class Verdict(models.TextChoices):
    """What Law can decide of a submission.

    A timely one is valid or irregular. A late one stays late, is reinstated, or is irregular too.
    """

    VALID = "valid", "Valid"
    IRREGULAR = "irregular", "Irregular"
    LATE = "late", "Late, does not count"
    REINSTATED = "reinstated", "Late, reinstated"


class ReviewDecision(models.Model):
    """One decision of the Law Department. Changing one's mind is another decision."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]  # the order of recording, whatever clocks do
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["valid", "late"]) | ~Q(reason=""), name="decision_reasoned"
            ),
        ]

    def __str__(self) -> str:
        return self.get_verdict_display()
