"""Before sensitive acts staff show again who they are, if they did not within five minutes.

What somebody typed outlives it: the form waits in the session, and the page "Go on" sends it to
where it was meant for, so that nothing happens twice when a page is loaded again.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from elections.factors import asked_of, showed_who_lately
from elections.models import Offer

KEPT = "form_kept_while_confirming"


def ask_again(request: HttpRequest) -> HttpResponse | None:
    """Where to show who one is before this request is answered; None where it was done lately.

    Call it once it is known that the person may do what they ask for.
    """
    if not asked_of(request.user) or showed_who_lately(request):
        if request.method == "POST":
            request.session.pop(KEPT, None)
        return None
    back = request.get_full_path()
    if request.method == "POST":
        request.session[KEPT] = {"action": back, "typed": _typed(request)}
        back = reverse("admin:confirmed")
    ways = get_adapter().get_reauthentication_methods(request.user)
    # Without any, something to show is set up first.
    page = ways[0]["url"] if ways else reverse("mfa_index")
    return HttpResponseRedirect(f"{page}?{urlencode({REDIRECT_FIELD_NAME: back})}")


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Every field as it was sent; but a password is kept nowhere, not even for a minute."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and "password" not in name
    ]


@require_safe
def go_on(request: HttpRequest) -> HttpResponse:
    """The form that waits, to be sent by one press; without one, the first page."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if kept is None:
        return HttpResponseRedirect(reverse("admin:index"))
    if detour := ask_again(request):
        return detour
    frame = admin.site.each_context(request) | {"opts": Offer._meta, "title": "Go on"}
    return TemplateResponse(request, "admin/elections/go_on.html", frame | kept)


class AsksAgain:
    """For a ModelAdmin whose rows say who may do what: asked before one is opened, and changed."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form, for those who may change something in it; others just look."""
        may = self.has_change_permission if object_id else self.has_add_permission  # type: ignore[attr-defined]
        if may(request) and (detour := ask_again(request)):
            return detour
        return super().changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc]

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list, whose actions are changes too."""
        if request.method == "POST" and (detour := ask_again(request)):
            return detour
        return super().changelist_view(request, *args, **kwargs)  # type: ignore[misc]

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Deleting, for those who may."""
        if self.has_delete_permission(request) and (detour := ask_again(request)):  # type: ignore[attr-defined]
            return detour
        return super().delete_view(request, *args, **kwargs)  # type: ignore[misc]


admin.site.add_page("confirmed/", go_on, name="confirmed")
