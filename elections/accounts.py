"""Accounts come from the roster; nobody signs up by themselves, nor learns who has an account.

A known address, an unknown one and that of a disabled account are answered alike and in the same
time: the same questions to the database, one hash, and a mail that is written in any case and sent
where there is somebody to get it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from smtplib import SMTPException
from typing import Any, ClassVar

import structlog
from allauth.account import auth_backends
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as context_of
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from elections import factors, known_browser, queries, signins
from elections.browser_sessions import end_sessions
from elections.client_address import client_address
from elections.limits import Refusal
from elections.models import User

log = structlog.get_logger(__name__)

WAYS = {
    "reauthenticate": "Use my password",
    "mfa_reauthenticate": "Use a code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}
SENDING = "account mail"  # what the threads are called that send one
UNTIL_ANSWERED = 0.1  # seconds: sending at once would slow the answer by a little, and show
CODE_SENT = "account/messages/login_code_sent.txt"
NO_KEY = 0  # of no account
# What to do where somebody tried too often, by what they tried.
TOO_MANY: Mapping[str, str] = {
    "login_failed": (
        "Too many wrong passwords were typed for this address or from your network. Please try"
        " again in {wait}, or have a sign-in code mailed to you: that works right away."
    ),
    "request_login_code": (
        "Too many codes were asked for, for this address or from your network. Please use the one"
        " that came last, ask again in {wait}, or sign in with your password."
    ),
    "confirm_login_code": (
        "This code was mistyped too often to be used. Please have another one mailed to you."
    ),
}


def nobody(address: str = "") -> User:
    """Who stands in for somebody at an address that has no account (any more)."""
    return User(pk=NO_KEY, email=address.lower(), password=make_password(None))


class AccountAdapter(DefaultAccountAdapter):
    """What django-allauth asks about accounts."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": (
            "This address and this password do not go together. Please look at both again. If you"
            " forgot your password, or never had one, have a code mailed to you."
        ),
        "incorrect_code": "This is not the code from your mail. Please look at it again.",
        "incorrect_password": "This is not your password. Please type it again.",
        "enter_current_password": (
            "This is not the password that you have now. Please type it again."
        ),
        "too_many_login_attempts": (
            "That was tried too often. Please try again in some minutes, or sign in another way."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an account that is not on the roster has nothing to elect."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The client's address, as all of the portal has it."""
        return client_address(request)

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """What is wrong; of too many tries also for how long, and what works meanwhile."""
        refusal: Refusal | None = getattr(context_of.request, "refusal", None)
        if code == "too_many_login_attempts" and refusal and refusal.action in TOO_MANY:
            return ValidationError(TOO_MANY[refusal.action].format(wait=refusal.wait), code=code)
        error: ValidationError = super().validation_error(code, *args)
        return error

    def login(self, request: HttpRequest, user: User) -> None:
        """Begin the session, and note the sign-in, in one commit."""
        with transaction.atomic():
            super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        """Go on to where one wanted to go, in a browser that is known from now on."""
        response: HttpResponse = super().post_login(request, user, **how)
        known_browser.remember(response, user)
        return response

    def set_password(self, user: User, password: str) -> None:
        """Set it, and sign the account out everywhere but in the browser in which it does so."""
        super().set_password(user, password)
        request = context_of.request
        here = request is not None and request.user.pk == user.pk
        end_sessions(user, keep=request.session.session_key if here else None)

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
        for_nobody = getattr(context.get("user"), "pk", None) == NO_KEY
        wanted = (None if for_nobody else message, template_prefix)
        sending = threading.Timer(UNTIL_ANSWERED, _send, wanted)
        sending.name = SENDING
        sending.start()
        if context_of.request is not None:  # none where a command tells somebody
            context_of.request.account_mail_written = True

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say it; where a code is said to be on its way to nobody, its mail is written too."""
        if message_template == CODE_SENT and not hasattr(request, "account_mail_written"):
            about = {"user": nobody(), "code": self.generate_login_code()}
            self.send_mail("account/email/login_code", (message_context or {})["email"], about)
        super().add_message(request, level, message_template, message_context, extra_tags, message)


def _send(message: EmailMessage | None, kind: str) -> None:
    if message is None:
        return
    try:
        message.send()
    except (OSError, SMTPException) as error:
        log.error("account_mail_not_sent", kind=kind, error=repr(error))
    else:
        log.info("account_mail_sent", kind=kind)


class AuthenticationBackend(auth_backends.AuthenticationBackend):
    """Signs in with django-allauth, and reads a session's account along with its roster entry."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """The account of an address and its password; None for whatever may not sign in.

        One question and one hash, whoever it is: `nobody` has a password that cannot be right, and
        a disabled account does not show that its password was.
        """
        address = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
        password = credentials.get("password")
        if not address or not password:
            return None
        account = queries.account_at(address) or nobody()
        right = account.check_password(password)
        return account if right and self.user_can_authenticate(account) else None

    def get_user(self, user_id: Any) -> User | None:
        """The account of a session, `employee` read along; None for one that is disabled."""
        user = queries.account(user_id)
        return user if user and self.user_can_authenticate(user) else None
