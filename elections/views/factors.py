"""Setting up and removing a second factor: django-allauth's pages, where ours do more.

Each change and its entry in the audit log are one transaction, and one account changes one thing
at a time. An app can be replaced, since who lost a phone has one that is of no use any more, and
may not be without any in between. The last factor cannot be removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.views.generic.edit import FormView

from elections.factor_forms import use_time
from elections.factors import NAMES, FactorAdapter
from elections.models import User
from elections.services.factors import note_factor

Type = Authenticator.Type
APP, PASSKEY, CODES = NAMES[Type.TOTP], NAMES[Type.WEBAUTHN], NAMES[Type.RECOVERY_CODES]


@contextmanager
def _one_at_a_time(user: Any) -> Iterator[None]:
    """In one transaction; two removals at once could take both of the last two factors."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        yield


def _is_at_hand(request: HttpRequest, kind: str) -> None:
    """Whoever sets up a factor has just shown it: this session is held to it no more."""
    record_authentication(request, request.user, "mfa", type=kind)
    request.session.cycle_key()


@method_decorator(reauthentication_required(app="allauth.mfa"), name="dispatch")
class AppView(ActivateTOTPView):  # type: ignore[misc]
    """Set up an authenticator app, in place of the one there is."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Without django-allauth's way out for those who have an app."""
        return FormView.dispatch(self, request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether it takes the place of another."""
        return super().get_context_data(**kwargs) | {"replaces": self._present().exists()}

    def form_valid(self, form: Any) -> HttpResponse:
        """Take the new one for the old one, both or neither."""
        with _one_at_a_time(self.request.user):
            replaced, _ = self._present().delete()
            response: HttpResponse = super().form_valid(form)
            note_factor(self.request.user, added=APP, replaced=bool(replaced))
            use_time(self._present().get())
        _is_at_hand(self.request, Type.TOTP)
        return response

    def _present(self) -> Any:
        return Authenticator.objects.filter(user=self.request.user, type=Type.TOTP)


class RemoveAppView(DeactivateTOTPView):  # type: ignore[misc]
    """Remove the authenticator app; its form refuses where it is the last factor."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Hold the account before the form looks at what else there is."""
        with _one_at_a_time(self.request.user):
            response: HttpResponse = super().post(*args, **kwargs)
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        """Another factor is left."""
        note_factor(self.request.user, removed=APP)
        response: HttpResponse = super().form_valid(form)
        return response


class PasskeyView(AddWebAuthnView):  # type: ignore[misc]
    """Set up a passkey."""

    def form_valid(self, form: Any) -> HttpResponse:
        """It answered; keep it."""
        with _one_at_a_time(self.request.user):
            note_factor(self.request.user, added=PASSKEY)
            response: HttpResponse = super().form_valid(form)
        _is_at_hand(self.request, Type.WEBAUTHN)
        return response


class RemovePasskeyView(RemoveWebAuthnView):  # type: ignore[misc]
    """Remove a passkey, unless it is the last factor."""

    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        """Look at what else there is with the account held."""
        with _one_at_a_time(self.request.user):
            if FactorAdapter().can_delete_authenticator(self.get_object()):
                note_factor(self.request.user, removed=PASSKEY)
                response: HttpResponse = super().form_valid(form)
                return response
        messages.error(self.request, FactorAdapter.error_messages["cannot_delete_authenticator"])
        return HttpResponseRedirect(reverse("mfa_index"))


class NewCodesView(GenerateRecoveryCodesView):  # type: ignore[misc]
    """Make new recovery codes; the former ones are void."""

    def form_valid(self, form: Any) -> HttpResponse:
        """They are on the next page, once."""
        with _one_at_a_time(self.request.user):
            note_factor(self.request.user, renewed=CODES)
            response: HttpResponse = super().form_valid(form)
        return response


app = AppView.as_view()
remove_app = RemoveAppView.as_view()
passkey = PasskeyView.as_view()
remove_passkey = RemovePasskeyView.as_view()
new_codes = NewCodesView.as_view()
