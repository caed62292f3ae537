"""Sign-ins: where and when, beside the session; and those of staff in the audit log.

Attempts at an account of staff that failed are there, too: one entry each. Django's own signals are
heard, since whichever door someone takes (password, mailed link, a shell's client) leads through
them. Employees' sign-ins are no acts of staff and leave no entry; nor do addresses that name no
account of staff, or anyone could fill the log from outside.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from elections.client_address import client_address
from elections.models import User
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


@receiver(user_logged_in, dispatch_uid="elections.staff_signed_in")
def staff_signed_in(sender: type, user: User, **kwargs: Any) -> None:
    """Note who of the staff signed in. Where that cannot be noted, nobody is let in."""
    if user.is_staff:
        record_act(Act.SIGN_IN, actor=user, subject=user.email)


@receiver(user_login_failed, dispatch_uid="elections.staff_sign_in_failed")
def staff_sign_in_failed(sender: str, credentials: dict[str, Any], **kwargs: Any) -> None:
    """Note a failed attempt at an account of staff. Who made it is not known: no actor."""
    address = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    if User.objects.filter(email=address, is_staff=True).exists():
        record_act(Act.SIGN_IN_FAILED, actor=None, subject=address)
