"""The demo's shifted clock; outside demo mode the table stays empty and unread."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class DemoClock(models.Model):
    """How far the demo's time is from the real one. One row at most."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    offset = models.DurationField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="demo_clock_single_row"),
        ]

    def __str__(self) -> str:
        return f"Demo clock shifted by {self.offset}"
