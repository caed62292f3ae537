"""Accounts come from the roster; nobody signs up by themselves."""

from __future__ import annotations

import threading
from smtplib import SMTPException
from typing import Any

import structlog
from allauth.account import auth_backends
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as context_of
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest

from elections import factors, signins
from elections.models import User
from elections.prepared import A_KEY, Prepared

log = structlog.get_logger(__name__)

WAYS = {
    "reauthenticate": "Use my password",
    "mfa_reauthenticate": "Use a code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}
SENDING = "account mail"  # what the threads are called that send one


class AccountAdapter(DefaultAccountAdapter):
    """What django-allauth asks about accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an account that is not on the roster has nothing to elect."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse a password unread after too many tries, and note that."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            signins.note_locked_out(str(credentials.get("email") or "").strip().lower())
            raise

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether to ask again who it is: not within five minutes of the last answer.

        django-allauth by itself would not count the sign-in as one.
        """
        return not factors.showed_who_lately(self.request)

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """The ways to answer, in our words; a second factor not yet shown replaces the password."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if (
            factors.asked_of(user)
            and factors.has_factor(user)
            and not factors.has_shown(self.request)
        ):
            ways = [way for way in ways if way["id"] != "reauthenticate"]
        return [way | {"description": WAYS[way["id"]]} for way in ways]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a link or a code, beside the request: it does not wait for the mail server.

        Such a mail is soon worthless and easily asked for again, so it is no row of the outbox.
        """
        about = {"request": context_of.request, "email": email, **context}
        message = self.render_mail(template_prefix, email, about)
        threading.Thread(target=_send, args=(message, template_prefix), name=SENDING).start()


def _send(message: EmailMessage, kind: str) -> None:
    try:
        message.send()
    except (OSError, SMTPException) as error:
        log.error("account_mail_not_sent", kind=kind, error=repr(error))
    else:
        log.info("account_mail_sent", kind=kind)


class AuthenticationBackend(auth_backends.AuthenticationBackend):
    """Signs in with django-allauth, and reads a session's account along with its roster entry."""

    def get_user(self, user_id: Any) -> User | None:
        """The account of a session, `employee` read along; None for one that is disabled."""
        user = _account.one(user=user_id)
        return user if user and self.user_can_authenticate(user) else None


_account = Prepared(
    lambda user: User.objects.filter(pk=user).select_related("employee"), user=A_KEY
)
