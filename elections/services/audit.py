"""Noting what staff did, in the transaction in which they did it."""

from __future__ import annotations

from typing import Any

from elections import clock
from elections.models import AuditEntry, User
from elections.models.audit import Act


def record_act(
    act: Act,
    *,
    actor: User | None,
    subject: str,
    rows: int | None = None,
    details: dict[str, Any] | None = None,
) -> AuditEntry:
    """Append one entry: who did what to `subject`, and over how many rows.

    `actor` is None where the portal acted by itself. `details` are plain values, without secrets
    and without what a form says.
    """
    return AuditEntry.objects.create(
        at=clock.now(),
        actor=actor,
        actor_email=actor.email if actor else "",
        act=act,
        subject=subject[:200],
        rows=rows,
        details=details or {},
    )
