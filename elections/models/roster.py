"""How the roster came to be what it is: uploads, and changes of status during the offer."""

from __future__ import annotations

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q

from elections.models.offer import Offer
from elections.models.people import Employee


def upload_storage() -> Storage:
    """Where uploaded rosters lie (settings.STORAGES)."""
    return storages["uploads"]


class UploadState(models.TextChoices):
    """How far an upload has come."""

    CHECKING = "checking", "Being checked"
    REFUSED = "refused", "Refused: it has errors"
    READY = "ready", "Checked, waits for confirmation"
    APPLYING = "applying", "Being applied"
    APPLIED = "applied", "Applied"
    DISCARDED = "discarded", "Discarded"
    FAILED = "failed", "Failed"


class RosterUpload(models.Model):
    """Two files from the stock-plan system on their way to the roster.

    `report` is what the check found (`services.roster.report`). `heartbeat_at` (real clock) is
    when it came to its state, and is renewed while somebody works on it: one that nobody works on
    shows. Whoever takes it up
    holds it by the number `claim`, which grows each time; `attempts` counts those of this state.
    `note` says to people why it failed, or was checked again.
    """

    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()
    employees = models.FileField(storage=upload_storage, upload_to="")
    grants = models.FileField(storage=upload_storage, upload_to="")
    employees_name = models.CharField(max_length=200)
    grants_name = models.CharField(max_length=200)
    state = models.CharField(max_length=9, choices=UploadState, default=UploadState.CHECKING)
    stage = models.CharField("what is being done", max_length=80, blank=True)
    done = models.PositiveIntegerField("rows done", default=0)
    total = models.PositiveIntegerField("rows in all", default=0)
    heartbeat_at = models.DateTimeField(null=True)
    claim = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    note = models.TextField(blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    report = models.JSONField(default=dict)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.employees_name} and {self.grants_name}"


class StatusChange(models.Model):
    """What changed about a person's standing in the offer, and what that did. Append-only.

    `before` and `after` hold the changed columns of the roster as plain values; `effect` is what
    the person is mailed of `offer`, a paragraph a line, empty when nothing changes for them.
    `offer` is the one that ran, if any did. `reason` is what whoever changed it by hand gave; an
    `upload` needs none.
    """

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="status_changes")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    upload = models.ForeignKey(
        RosterUpload, on_delete=models.PROTECT, null=True, related_name="status_changes"
    )
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, null=True, related_name="+")
    before = models.JSONField()
    after = models.JSONField()
    effect = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effect="") | Q(offer__isnull=False), name="status_effect_names_offer"
            ),
        ]

    def __str__(self) -> str:
        return f"Status change {self.pk}"
