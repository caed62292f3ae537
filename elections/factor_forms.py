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
from django.core.exceptions import ValidationError
from django.db import transaction

from elections.models import User
from elections.services import factors

NAME_LENGTH = 60
NO_CODE = "Please type the code that your app shows now, or one of your recovery codes."
NO_APP_CODE = "Please type the code that your app shows now."
NO_PASSKEY = "The passkey gave no answer. Please try again, or use another way."
# What fido2 raises for JSON that is no passkey's answer.
NO_ANSWER = (KeyError, TypeError, ValueError, AttributeError)
TOO_MANY = (
    "Too many codes were wrong. Please wait a quarter of an hour, or use a passkey if you have one."
)


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
        """The code, if it is right, was never used, and not too many were wrong before it."""
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=self.user.pk)
            if factors.too_many_wrong(self.user):
                raise ValidationError(TOO_MANY, code="locked_out")
            try:
                code: str = super().clean_code()  # type: ignore[misc]
                self._use()
            except ValidationError as refused:
                wrong = refused  # raised outside, or the entry about it would be taken back
            else:
                return code
        raise wrong

    def _use(self) -> None:
        """An app's code is good once: none is taken of a time that was used before."""
        if self.authenticator.type != Authenticator.Type.TOTP:
            return  # recovery codes are struck out by django-allauth
        if not use_time(self.authenticator):
            self._emit_authentication_failed(self.authenticator)  # type: ignore[attr-defined]
            raise ValidationError("This code was used already. Please wait for the next one.")


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
        """The passkey that was shown."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except NO_ANSWER as error:
            raise ValidationError(NO_PASSKEY) from error
        except ValidationError:
            signals.authentication_failed.send(
                sender=Authenticator,
                request=context.request,
                user=self.user,
                authenticator=Authenticator(type=Authenticator.Type.WEBAUTHN),
                reauthentication=self.reauthenticated,  # type: ignore[attr-defined]
            )
            raise


class AuthenticateWebAuthnForm(_ShownPasskey, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """Showing a passkey while signing in."""


class ReauthenticateWebAuthnForm(_ShownPasskey, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Showing a passkey again."""
