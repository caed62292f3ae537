"""The desk's figures, counted in the background once the record is too large to count per page."""

from __future__ import annotations

from django.db import models

from elections.models.offer import Offer


class DeskFigures(models.Model):
    """What the desk shows, as counted at `counted_at` (portal's time), as plain values.

    `asked_at` is when staff last asked to have it counted anew, until that was done.
    """

    offer = models.OneToOneField(Offer, on_delete=models.CASCADE, related_name="figures")
    counted_at = models.DateTimeField()
    figures = models.JSONField()
    asked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Figures counted at {self.counted_at:%Y-%m-%d %H:%M:%S %Z}"
