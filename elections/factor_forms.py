"""The forms in which a second factor is set up and shown: each code once, and not many guesses."""

from __future__ import annotations

import time
from typing import Any

from allauth.core import context
from allauth.mfa import app_settings, signals
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.db import transaction

from elections import limits
from elections.factors import NAMES, FactorAdapter
from elections.models import User
from elections.services import factors

Type = Authenticator.Type
NAME_LENGTH = 60
NO_CODE = "Please type the code that your app shows now, or one of your recovery codes."
NO_APP_CODE = "Please type the code that your app shows now."
NO_PASSKEY = "The passkey gave no answer. Please try again, or use another way."
WRONG_PASSKEY = "This passkey was not taken. Please try again, or use another way."
# What fido2 raises for JSON that is no passkey's answer.
NO_ANSWER = (KeyError, TypeError, ValueError, AttributeError)
TOO_MANY = {
    Type.TOTP: "Too many codes were wrong. An app's code is taken again in a quarter of an hour."
    " One of your recovery codes, or a passkey if you have one, lets you in right away.",
    Type.RECOVERY_CODES: "Too many recovery codes were wrong. They are taken again in a quarter of"
    " an hour. Your app's code, or a passkey if you have one, lets you in right away.",
}
TOO_MANY_PASSKEYS = "Too many passkeys were wrong. Please try again in {wait}, or type a code."


class _Code:
    """A form with the field `code`: guesses are counted, under a lock, whatever comes at once."""

    user: User
    authenticator: Authenticator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]  # type: ignore[attr-defined]
        field.label = "Code"
        field.error_messages["required"] = NO_CODE
        field.widget.attrs |= {"autocomplete": "one-time-code", "spellcheck": "false"}
        field.widget.attrs.pop("placeholder", None)

    def clean_code(self) -> str:
        """The code, if it is right, was never used, and not too many were wrong before it.

        In place of django-allauth's own, which counts codes of all kinds, and passkeys, as one.
        """
        code: str = self.cleaned_data["code"]  # type: ignore[attr-defined]
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=self.user.pk)
            self.authenticator = _factor_of(self.user, code)
            kind = NAMES[self.authenticator.type]
            if factors.too_many_wrong(self.user, kind):
                raise ValidationError(TOO_MANY[self.authenticator.type], code="locked_out")
            wrong = _wrong_with(self.authenticator, code)
            if wrong:
                self._emit_authentication_failed(self.authenticator)  # type: ignore[attr-defined]
                factors.note_locked_out(self.user, kind)
        if wrong:  # raised outside, or the entries about it would be taken back
            raise ValidationError(wrong)
        return code


def _factor_of(user: User, code: str) -> Authenticator:
    """The app or the recovery codes, which are longer, so that nobody has to say which it is.

    Without an app it is the recovery codes in any case.
    """
    kinds = (Type.RECOVERY_CODES, Type.TOTP)
    found = {one.type: one for one in Authenticator.objects.filter(user=user, type__in=kinds)}
    is_long = sum(map(str.isalnum, code)) >= app_settings.RECOVERY_CODE_DIGITS
    factor = found.get(Type.RECOVERY_CODES if is_long else Type.TOTP)
    factor = factor or found.get(Type.RECOVERY_CODES) or Authenticator(type=Type.RECOVERY_CODES)
    factor.user = user
    return factor


def _wrong_with(factor: Authenticator, code: str) -> str:
    """What is wrong with the code, "" if nothing is; a right one is used up with that."""
    if factor.pk is None or not factor.wrap().validate_code(code):
        return FactorAdapter.error_messages["incorrect_code"]
    # Recovery codes are struck out by django-allauth; of an app none is taken of a time before.
    if factor.type == Type.TOTP and not use_time(factor):
        return "This code was used already. Please wait for the next one."
    return ""


def use_time(app: Authenticator) -> bool:
    """Note that the code of this moment is used; False if it, or a later one, was before."""
    now = int(time.time()) // app_settings.TOTP_PERIOD
    held = Authenticator.objects.select_for_update().get(pk=app.pk)
    if held.data.get("used", -1) >= now:
        return False
    held.data["used"] = now
    held.save(update_fields=["data"])
    return True


class AuthenticateForm(_Code, base.AuthenticateForm):  # type: ignore[misc]
    """Showing a code while signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.fields["code"].widget.attrs["autofocus"] = True


class ReauthenticateForm(_Code, base.ReauthenticateForm):  # type: ignore[misc]
    """Showing a code again."""


class ActivateTOTPForm(totp.ActivateTOTPForm):  # type: ignore[misc]
    """Setting up an app: the code shows that it and the portal agree."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = "The code that the app shows now"
        field.error_messages["required"] = NO_APP_CODE
        field.widget.attrs |= {"inputmode": "numeric", "spellcheck": "false"}
        field.widget.attrs.pop("placeholder", None)


class _Passkey:
    """A form with the hidden field `credential`, which a script fills in."""

    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"].error_messages["required"] = NO_PASSKEY  # type: ignore[attr-defined]
        self.fields["credential"].error_messages["invalid"] = NO_PASSKEY  # type: ignore[attr-defined]


class AddWebAuthnForm(_Passkey, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """Setting up a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "What to call it"
        self.fields["name"].widget.attrs["maxlength"] = NAME_LENGTH

    def clean_name(self) -> str:
        """The name, cut off rather than refused: by now the device keeps the passkey."""
        return str(super().clean_name())[:NAME_LENGTH]

    def clean(self) -> dict[str, Any]:
        """The answer of a passkey, if it is one."""
        try:
            cleaned: dict[str, Any] = super().clean()
        except NO_ANSWER as error:
            raise ValidationError(NO_PASSKEY) from error
        return cleaned


class _ShownPasskey(_Passkey):
    """A passkey that is not one of theirs is a failed attempt like a wrong code."""

    def clean_credential(self) -> Authenticator:
        """The passkey that was shown. Wrong ones count apart from codes, and right ones not."""
        request, shown = context.request, self.cleaned_data["credential"]  # type: ignore[attr-defined]
        by = {"app": "allauth.account", "action": "login_failed", "key": f"passkey-{self.user.pk}"}
        tried = limits.consume(request, **by)
        if not tried:
            raise ValidationError(TOO_MANY_PASSKEYS.format(wait=request.refusal.wait))
        try:
            auth.parse_authentication_response(shown)
            passkey: Authenticator = auth.complete_authentication(self.user, shown)
        except NO_ANSWER as error:
            raise ValidationError(NO_PASSKEY) from error
        except ValidationError as error:
            signals.authentication_failed.send(
                sender=Authenticator,
                request=request,
                user=self.user,
                authenticator=Authenticator(type=Type.WEBAUTHN),
                reauthentication=self.reauthenticated,  # type: ignore[attr-defined]
            )
            raise ValidationError(WRONG_PASSKEY) from error
        tried.rollback()
        return passkey


class AuthenticateWebAuthnForm(_ShownPasskey, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """Showing a passkey while signing in."""


class ReauthenticateWebAuthnForm(_ShownPasskey, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Showing a passkey again."""
