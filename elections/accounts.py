"""Accounts come from the roster; nobody signs up by themselves."""

from __future__ import annotations

import threading
from smtplib import SMTPException
from typing import Any

import structlog
from allauth.account import auth_backends
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as context_of
from django.core.mail import EmailMessage
from django.http import HttpRequest

from elections.models import User
from elections.prepared import A_KEY, Prepared

log = structlog.get_logger(__name__)

SENDING = "account mail"  # what the threads are called that send one


class AccountAdapter(DefaultAccountAdapter):
    """What django-allauth asks about accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an account that is not on the roster has nothing to elect."""
        return False

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
