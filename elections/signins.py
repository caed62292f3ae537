"""Sign-ins: where and when, beside the session; and those of staff in the audit log.

The signals of Django and django-allauth are heard, since whichever door someone takes (password,
mailed code, single sign-on, a shell's client) leads through them. Employees' sign-ins are no acts
of staff and leave no entry there; nor do addresses that name no account of staff, or anyone could
fill the log from outside. What concerns anybody's way in is in the structured log (`security_log`).
"""

from __future__ import annotations

from typing import Any

import structlog
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import authentication_step_completed, login_code_rejected
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from elections import clock, limits
from elections.client_address import client_address
from elections.models import AuditEntry, User
from elections.models.audit import Act
from elections.services.audit import record_act
from elections.session_store import SIGNED_IN
from elections.user_agents import browser_in_words


@receiver(user_logged_in, dispatch_uid="elections.signed_in")
def signed_in(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Note when, from where and in which browser, for the person's own list of sessions."""
    request.session[SIGNED_IN] = {
        "at": timezone.now().isoformat(),
        "address": client_address(request),
        "browser": browser_in_words(request.META.get("HTTP_USER_AGENT", "")),
    }


log = structlog.get_logger(__name__)


@receiver(user_logged_in, dispatch_uid="elections.staff_signed_in")
def staff_signed_in(
    sender: type, user: User, request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Note who of the staff signed in, and by what. Where that cannot be, nobody is let in."""
    if user.is_staff:
        records = get_authentication_records(request, user) if request else []
        details: dict[str, Any] = {"by": [_name(**record) for record in records]}
        if user.is_superuser:
            details["as"] = "superuser"
        record_act(Act.SIGN_IN, actor=user, subject=user.email, details=details)


@receiver(user_login_failed, dispatch_uid="elections.staff_sign_in_failed")
def staff_sign_in_failed(sender: str, credentials: dict[str, Any], **kwargs: Any) -> None:
    """Note a failed attempt at an account of staff. Who made it is not known: no actor."""
    address = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    if User.objects.filter(email=address, is_staff=True).exists():
        record_act(Act.SIGN_IN_FAILED, actor=None, subject=address)


@receiver(login_code_rejected, dispatch_uid="elections.login_code_rejected")
def code_rejected(sender: type, user: User | None, **kwargs: Any) -> None:
    """Note a mailed code that was mistyped, or guessed."""
    log.warning("sign_in_failed", account=user.pk if user else None, by="code")
    if user and user.is_staff:
        record_act(Act.SIGN_IN_FAILED, actor=None, subject=user.email, details={"by": "code"})


@receiver(authentication_step_completed, dispatch_uid="elections.confirmed")
def confirmed(sender: type, request: HttpRequest, user: User, method: str, **kwargs: Any) -> None:
    """Somebody signed in has shown once more who they are: a new session key, and for staff a note.

    Whoever got hold of the key before is left behind.
    """
    if not kwargs.get("reauthenticated"):
        return
    request.session.cycle_key()
    if user.is_staff:
        by = _name(method=method, **kwargs)
        record_act(Act.CONFIRMED, actor=user, subject=user.email, details={"by": by})


def note_locked_out(address: str) -> None:
    """Note that passwords of this account of staff are not tried any more for a while; once."""
    log.warning("sign_in_locked_out")
    # Both are asked at once, so that an address of staff is not known by its taking longer.
    lately = clock.now() - limits.longest("login_failed")
    noted = AuditEntry.objects.filter(act=Act.LOCKED_OUT, subject=address, at__gt=lately).exists()
    of_staff = User.objects.filter(email=address, is_staff=True).exists()
    if of_staff and not noted:
        record_act(Act.LOCKED_OUT, actor=None, subject=address, details={"by": "password"})


def _name(method: str, type: str = "", **rest: Any) -> str:  # noqa: A002  (named by allauth)
    """Password, code, totp, webauthn or recovery_codes."""
    return type or method
