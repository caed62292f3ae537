"""The forms around signing in, which say at each field what is missing there, in our own words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms
from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from elections.accounts import nobody

ADDRESS_MISSING = "Please type your company mail address."
MISSING = {
    "login": ADDRESS_MISSING,
    "email": ADDRESS_MISSING,
    "password": "Please type your password.",
    "code": "Please type the code from your mail.",
    "oldpassword": "Please type the password that you have now.",
    "password1": "Please type a new password.",
    "password2": "Please type the new password once more.",
}
LABELS = {
    "oldpassword": "The password that you have now",
    "password1": "New password",
    "password2": "New password, once more",
}
NOT_THE_SAME = "This is not the password above. Please type the same one twice."
NO_ADDRESS = "Please type a whole mail address, such as pat@example.com."


class PlainMixin:
    """Puts our words in place of "This field is required", which does not say which."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)  # its label says it
            field.label = LABELS.get(name, field.label)
            if name in MISSING:
                field.error_messages["required"] = MISSING[name]
            if name in ("login", "email"):
                field.error_messages["invalid"] = NO_ADDRESS


class TwiceMixin(PlainMixin):
    """A new password is typed twice."""

    def add_error(self, field: str | None, error: Any) -> None:
        """Note what is wrong; that the two differ, django-allauth says as a bare sentence."""
        differs = field == "password2" and not isinstance(error, ValidationError)
        super().add_error(field, NOT_THE_SAME if differs else error)  # type: ignore[misc]


class LoginForm(PlainMixin, forms.LoginForm):  # type: ignore[misc]
    """Signing in, all that its page is for: one begins to type at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:  # else one begins at the summary of what is wrong
            self.fields["login"].widget.attrs["autofocus"] = True


class RequestLoginCodeForm(PlainMixin, forms.RequestLoginCodeForm):  # type: ignore[misc]
    """Asking for a code to sign in with."""


class ConfirmLoginCodeForm(PlainMixin, forms.ConfirmLoginCodeForm):  # type: ignore[misc]
    """Signing in with it; looked at so many times and no more, however many are sent at once.

    django-allauth counts the tries in the session, which those at once all read before any writes.
    """

    def clean_code(self) -> str:
        """The code, if it is the one that was mailed."""
        request = context.request
        mailed = f"{request.session.session_key}/{self.expected_code}"
        if not ratelimit.consume(request, action="confirm_login_code", key=mailed):
            raise get_adapter().validation_error("too_many_login_attempts")
        return str(super().clean_code())


class ResetPasswordForm(PlainMixin, forms.ResetPasswordForm):  # type: ignore[misc]
    """Asking for a link to set a password."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Have the link mailed; one for an address without an account is made, and not mailed."""
        self.users = self.users or [nobody(self.cleaned_data["email"])]
        return str(super().save(request, **kwargs))


class ResetPasswordKeyForm(TwiceMixin, forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """Choosing a password by such a link."""


class ChangePasswordForm(TwiceMixin, forms.ChangePasswordForm):  # type: ignore[misc]
    """Changing a password that one knows."""


class SetPasswordForm(TwiceMixin, forms.SetPasswordForm):  # type: ignore[misc]
    """Setting a first password while signed in."""


class ReauthenticateForm(PlainMixin, forms.ReauthenticateForm):  # type: ignore[misc]
    """Typing one's password again before something sensitive."""
