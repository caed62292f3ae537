"""The second factor of staff: whom it is asked of, what they have, and how its secrets are kept.

Factors are django-allauth's `Authenticator` rows: an authenticator app (TOTP, RFC 6238), passkeys
(WebAuthn), and recovery codes, which come with the first of the two and are no factor by
themselves.
"""

from __future__ import annotations

import base64
import secrets
import time
from typing import Any

import structlog
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from elections.delivery.qr import qr_svg
from elections.models import User

log = structlog.get_logger(__name__)

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
NAMES = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


def asked_of(user: User | AnonymousUser) -> bool:
    """Whether this account shows a second factor; it costs no query."""
    return bool(settings.PORTAL_SECOND_FACTOR and user.is_authenticated and user.is_staff)


def has_factor(user: User) -> bool:
    """Whether there is an app or a passkey that this account could show."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def has_shown(request: HttpRequest) -> bool:
    """Whether whoever has signed in showed a second factor in this session; it costs no query."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records)


def showed_who_lately(request: HttpRequest) -> bool:
    """Whether the last sign-in, or confirmation, of this session is less than five minutes old."""
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < (
        settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    )


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """What django-allauth asks about second factors."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This is not the right code. An app's code is good for 30 seconds and"
        " once; a recovery code once.",
        "cannot_delete_authenticator": "This is your only second factor, so it stays. Set up"
        " another one first.",
    }

    def is_mfa_enabled(self, user: Any, types: list[str] | None = None) -> bool:
        """Employees who are no staff are asked for none, and this costs them no query."""
        return asked_of(user) and bool(super().is_mfa_enabled(user, types))

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whether another factor is left."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS)
        return bool(others.exclude(pk=authenticator.pk).exists())

    def get_totp_issuer(self) -> str:
        """What an app shows above the code."""
        return f"Stock option exchange, {settings.PORTAL_HOST}"

    def build_totp_svg(self, url: str) -> str:
        """The QR code as markup for the page itself, which a strict policy lets stand there."""
        return qr_svg(url).decode()

    def generate_authenticator_name(self, user: Any, type: str) -> str:  # noqa: A002
        """What a passkey is called if one does not name it."""
        taken = Authenticator.objects.filter(user=user, type=type).count()
        return f"Passkey {taken + 1}"

    def encrypt(self, text: str) -> str:
        """A secret as the database keeps it: whoever reads a backup cannot make codes of it."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; one that nobody knows, where PORTAL_SECRET_KEY is another by now.

        Nobody's code is right then, and an administrator resets the second factor.
        """
        try:
            return _cipher().decrypt(encrypted_text).decode()
        except InvalidToken:
            log.error("second_factor_unreadable", hint="Was PORTAL_SECRET_KEY changed?")
            return base64.b32encode(secrets.token_bytes(20)).decode()


def _cipher() -> MultiFernet:
    """Writes with today's key and reads with former ones too (SECRET_KEY_FALLBACKS)."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(key)) for key in keys])


def _key(key: str) -> bytes:
    derived = HKDF(SHA256(), 32, salt=None, info=b"elections.factors").derive(key.encode())
    return base64.urlsafe_b64encode(derived)
