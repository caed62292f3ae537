"""How often something was tried lately: what the limits count with."""

from __future__ import annotations

from django.db import models


class Tries(models.Model):
    """How many tries were let through under one limit since the first of them.

    `until`, in seconds since 1970 by the database's clock, is when counting begins anew.
    """

    counter = models.CharField(primary_key=True, max_length=200)
    count = models.PositiveIntegerField()
    until = models.FloatField()

    class Meta:
        verbose_name_plural = "tries"

    def __str__(self) -> str:
        return f"{self.count} tries: {self.counter}"
