"""What follows on a second factor's change or use: a mail to its owner, and entries of the log.

Nobody can change anyone's second factor without its owner's hearing of it. That it was changed is
noted by whoever changes it, in the same transaction (`elections.views.factors`).
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from django.conf import settings
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest

from elections.factors import FACTORS, NAMES
from elections.models import User
from elections.models.audit import Act
from elections.services.audit import record_act
from elections.services.factors import note_wrong

Type = Authenticator.Type


@receiver(authenticator_added, dispatch_uid="elections.factor_added")
def factor_added(user: User, authenticator: Any, **kwargs: Any) -> None:
    """Its owner, or somebody with their password, set it up; recovery codes come with the first."""
    if authenticator.type in FACTORS:
        tell(user, f"A second factor was set up for your account: {NAMES[authenticator.type]}.")


@receiver(authenticator_removed, dispatch_uid="elections.factor_removed")
def factor_removed(user: User, authenticator: Any, **kwargs: Any) -> None:
    """Its owner took it away."""
    tell(user, f"A second factor was removed from your account: {NAMES[authenticator.type]}.")


@receiver(authenticator_reset, dispatch_uid="elections.codes_renewed")
def codes_renewed(user: User, **kwargs: Any) -> None:
    """New recovery codes; the old ones are void."""
    tell(user, "New recovery codes were made for your account; the former ones are void.")


@receiver(authenticator_used, dispatch_uid="elections.factor_used")
def factor_used(request: HttpRequest, user: User, authenticator: Any, **kwargs: Any) -> None:
    """A recovery code is for a phone that is gone, so its use is noted and told."""
    if authenticator.type != Type.RECOVERY_CODES:
        return
    authenticator.refresh_from_db()  # by now this code is struck out
    left = len(authenticator.wrap().get_unused_codes())
    record_act(Act.RECOVERY_CODE, actor=user, subject=user.email, details={"left": left})
    tell(user, f"A recovery code was used to sign in to your account. {left} are left.")
    said = f"You used a recovery code; {left} are left. If your phone is gone for good, set up"
    messages.warning(request, f"{said} another app under “Second step” now.")


@receiver(authentication_failed, dispatch_uid="elections.factor_failed")
def factor_failed(user: User, authenticator: Any, **kwargs: Any) -> None:
    """A wrong code, or somebody else's passkey."""
    note_wrong(user, NAMES[authenticator.type])


def tell(user: User, what: str) -> None:
    """Mail the owner what happened."""
    about = {"what": what, "law_email": settings.PORTAL_LAW_EMAIL}
    get_adapter().send_mail("mfa/email/changed", user.email, about)


def tell_reset(user: User) -> None:
    """Mail the owner that an administrator took all of theirs."""
    tell(user, "Your second factor was reset by an administrator; you are signed out everywhere.")
