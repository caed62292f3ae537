"""What happens to second factors, in the audit log; and an administrator's way to reset one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from elections import clock
from elections.browser_sessions import end_sessions
from elections.models import AuditEntry, User
from elections.models.audit import Act
from elections.services.audit import record_act

WRONG_AT_MOST, WITHIN = 10, timedelta(minutes=15)


def note_factor(user: User, *, actor: User | None = None, **details: Any) -> None:
    """Note a change of `user`'s second factor, which `actor` made, or else they themselves."""
    record_act(Act.FACTOR, actor=actor or user, subject=user.email, details=details)


def note_wrong(user: User, kind: str) -> None:
    """Note a wrong code, or passkey, of `kind`."""
    details = {"second_factor": kind}
    record_act(Act.FACTOR_FAILED, actor=None, subject=user.email, details=details)


def note_locked_out(user: User, kind: str) -> None:
    """Note that codes of `kind` are not taken for a while, if the last one was one too many."""
    if too_many_wrong(user, kind):
        said = f"{kind}: {WRONG_AT_MOST} wrong in {WITHIN.seconds // 60} minutes"
        record_act(Act.LOCKED_OUT, actor=None, subject=user.email, details={"second_factor": said})


def too_many_wrong(user: User, kind: str) -> bool:
    """Whether codes of `kind` were wrong too often in the last quarter of an hour to take another.

    Each kind counts by itself: whoever guesses at the app's codes leaves the recovery codes to
    their owner. The log that cannot be changed is what is counted, so the limit holds across
    processes; who calls this and writes afterwards holds the account's row.
    """
    wrong = AuditEntry.objects.filter(
        act=Act.FACTOR_FAILED,
        subject=user.email,
        at__gt=clock.now() - WITHIN,
        details__second_factor=kind,
    )
    return wrong.count() >= WRONG_AT_MOST


def reset_factor(*, actor: User | None, user: User, reason: str) -> bool:
    """Take every factor and recovery code from `user`, and end their sessions; False: had none.

    They sign in as before and set up a new one before anything else. `actor` is None for whoever
    works on the server's command line. Raises `ValueError` for one's own.
    """
    if actor == user:
        raise ValueError("Nobody resets their own second factor.")
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        taken, _ = Authenticator.objects.filter(user=user).delete()
        if taken:
            record_act(
                Act.FACTOR,
                actor=actor,
                subject=user.email,
                details={"reset": "by an administrator", "reason": reason},
            )
            end_sessions(user)
    return bool(taken)
