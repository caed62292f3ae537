"""An administrator resets somebody's second factor: for whoever lost phone and recovery codes."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from elections import factor_signals
from elections.admin import labels
from elections.admin.confirming import ask_again
from elections.factors import NAMES
from elections.models import User
from elections.services.factors import reset_factor


class ResetForm(forms.Form):
    """Why, and how one made sure that it is they who ask."""

    reason = forms.CharField(
        label="Reason",
        max_length=400,
        help_text="How you know that it is this person who asks. It is kept in the audit log.",
        widget=forms.Textarea(attrs={"rows": 3, "aria-describedby": "id_reason_helptext"}),
        error_messages={"required": "Please say how you know that it is this person who asks."},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest, pk: int, *, frame: dict[str, Any]) -> HttpResponse:
    """The form, and on a POST the reset. For those who may change accounts, and not their own."""
    account = get_object_or_404(User, pk=pk)
    if account == request.user:
        raise PermissionDenied
    if detour := ask_again(request):
        return detour
    form = ResetForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"account": account, "form": form, "errors": form.errors, "opts": User._meta}
        context |= {"title": "Reset the second factor", "has": in_words(account)}
        path = "admin/elections/user/reset_factor.html"
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, path, frame | context, status=status)
    if reset_factor(actor=request.user, user=account, reason=form.cleaned_data["reason"]):
        factor_signals.tell_reset(account)
        said = f"{account} is signed out, and sets up a new second factor at the next sign-in."
    else:
        said = f"{account} had no second factor."
    messages.success(request, said)
    return HttpResponseRedirect(reverse("admin:elections_user_change", args=[pk]))


def in_words(account: User) -> str:
    """What the account has, one a line; no secret is read."""
    rows = Authenticator.objects.filter(user=account).defer("data").order_by("pk")
    since = [(NAMES[row.type], f"{row.created_at:%B %-d, %Y}") for row in rows]
    return format_html_join(SafeString("<br>"), "{}, since {}", since) or labels.NOTHING
