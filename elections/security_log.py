"""A line of the log for whatever concerns somebody's way in; staff's are in the audit log as well.

An account stands in it by its number. What was typed is in none: people type passwords into the
field of the address.
"""

from __future__ import annotations

from typing import Any

import structlog
from allauth.account import signals as account
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from elections.models import User
from exchange_portal.logs import asked_by

log = structlog.get_logger(__name__)


@receiver(user_logged_in, dispatch_uid="elections.log_signed_in")
def signed_in(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Someone signed in, by whichever way."""
    log.info("signed_in", **asked_by(request) | {"account": user.pk})


@receiver(user_login_failed, dispatch_uid="elections.log_sign_in_failed")
def sign_in_failed(
    sender: str, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Someone did not get in; `account` is the one that was tried, if there is one."""
    address = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    tried = User.objects.filter(email=address).values_list("pk", flat=True).first()
    log.warning("sign_in_failed", **asked_by(request) | {"account": tried})


@receiver(user_logged_out, dispatch_uid="elections.log_signed_out")
def signed_out(sender: type, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Someone signed out."""
    log.info("signed_out", **asked_by(request) | {"account": user.pk if user else None})


@receiver(
    [account.password_changed, account.password_set, account.password_reset],
    dispatch_uid="elections.log_password",
)
def password_chosen(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Someone has another password now."""
    log.info("password_chosen", **asked_by(request) | {"account": user.pk})
