"""Setting up and removing a second factor: django-allauth's pages, where ours do more.

An app can be replaced, since who lost a phone has one that is of no use any more, and may not be
without any in between. The last factor cannot be removed.
"""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.views.generic.edit import FormView

from elections.factors import FactorAdapter
from elections.models import User
from elections.services.factors import note_factor


@method_decorator(reauthentication_required(app="allauth.mfa"), name="dispatch")
class AppView(ActivateTOTPView):  # type: ignore[misc]
    """Set up an authenticator app, in place of the one there is."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Without django-allauth's way out for those who have an app."""
        return FormView.dispatch(self, request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether it takes the place of another."""
        mine = Authenticator.objects.filter(user=self.request.user, type=Authenticator.Type.TOTP)
        return super().get_context_data(**kwargs) | {"replaces": mine.exists()}

    def form_valid(self, form: Any) -> HttpResponse:
        """Take the new one for the old one, both or neither."""
        with transaction.atomic():
            _hold(self.request.user)
            old = Authenticator.objects.filter(user=self.request.user, type=Authenticator.Type.TOTP)
            if old.delete()[0]:
                note_factor(self.request.user, removed="the former authenticator app")
            response: HttpResponse = super().form_valid(form)
        return response


class RemoveAppView(DeactivateTOTPView):  # type: ignore[misc]
    """Remove the authenticator app; its form refuses where it is the last factor."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """One removal at a time, or two at once could take both of the last two."""
        with transaction.atomic():
            _hold(self.request.user)
            response: HttpResponse = super().post(*args, **kwargs)
        return response


class RemovePasskeyView(RemoveWebAuthnView):  # type: ignore[misc]
    """Remove a passkey, unless it is the last factor."""

    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        """One removal at a time, as above."""
        with transaction.atomic():
            _hold(self.request.user)
            if FactorAdapter().can_delete_authenticator(self.get_object()):
                response: HttpResponse = super().form_valid(form)
                return response
        messages.error(self.request, FactorAdapter.error_messages["cannot_delete_authenticator"])
        return HttpResponseRedirect(reverse("mfa_index"))


def _hold(user: Any) -> None:
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


app = AppView.as_view()
remove_app = RemoveAppView.as_view()
remove_passkey = RemovePasskeyView.as_view()
