"""Signing people in for a test that is about something else."""

from __future__ import annotations

import time

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.test import Client

from elections.models import User


def sign_in(browser: Client, user: User, *, ago: float = 0) -> Client:
    """Sign `user` in so many seconds ago; staff as if they had shown a second factor."""
    browser.force_login(user)
    if user.is_staff:
        session = browser.session
        session.update(shown(user, ago=ago))
        session.save()
    return browser


def shown(user: User, *, ago: float = 0) -> dict[str, object]:
    """What the session of somebody says who showed a second factor so many seconds ago."""
    return {
        AUTHENTICATION_METHODS_SESSION_KEY: [
            {"method": "mfa", "type": "totp", "at": time.time() - ago}
        ],
        _AUTHENTICATION_METHODS_USER_SESSION_KEY: str(user.pk),
    }
