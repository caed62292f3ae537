"""Browsers in which someone has signed in before: their tries are counted by themselves.

Whoever knows an address can use up what strangers may try in its name. Its owner's browser carries
a signed cookie that no stranger has, and is not kept out by them. Whose it is cannot be read in it:
the address is part of what is signed with, so that the signature is right for that address alone.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from elections.models import User

COOKIE = "known"
KEPT = timedelta(days=120)  # longer than an offer runs
SALT = "elections.known_browser"


def cookie_name() -> str:
    """Its name, under which in production no other host can set it."""
    return f"__Host-{COOKIE}" if settings.SESSION_COOKIE_SECURE else COOKIE


def remember(response: HttpResponse, user: User) -> None:
    """Let the browser show, from now on, that `user` has signed in with it."""
    response.set_cookie(
        cookie_name(),
        _signer(user.email).sign(secrets.token_hex(8)),
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def name_for(request: HttpRequest, email: str) -> str | None:
    """What this browser's tries at the account of `email` are counted as; None for a stranger's."""
    try:
        return _signer(email).unsign(request.COOKIES.get(cookie_name(), ""), max_age=KEPT)
    except signing.BadSignature:
        return None


def _signer(email: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"{SALT}/{email.lower()}")
