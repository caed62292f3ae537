"""Reminding those who have not answered: dates set in advance, and what went out."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from elections.models.offer import Offer


class ReminderDate(models.Model):
    """An instant (UTC) at which those with nothing on record are to be reminded.

    `skipped_at` is set where nobody was reminded for it; the audit log says why.
    """

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="reminder_dates")
    remind_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    skipped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["remind_at"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "remind_at"], name="reminder_date_once"),
        ]

    def __str__(self) -> str:
        return f"Reminder at {self.remind_at:%Y-%m-%d %H:%M %Z}"


class Reminder(models.Model):
    """One run of reminders: by hand, or for a date set in advance, which has one run at most."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="reminders")
    date = models.OneToOneField(
        ReminderDate, on_delete=models.PROTECT, null=True, related_name="run"
    )
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    people = models.PositiveIntegerField()

    class Meta:
        ordering = ["-sent_at"]

    def __str__(self) -> str:
        return f"Reminder to {self.people} people"
