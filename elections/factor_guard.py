"""The one place where staff are held to a second factor: in front of every page, at every door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from elections.factors import asked_of, has_factor, has_shown
from elections.views.outage import kept_through_outages

# These read no account, or look at a session without using it: nothing is read for them here.
WITHOUT_ACCOUNT = {"healthz", "readyz", "security-txt", "session-left", "time-left"}
WAY_OUT = "account_logout"
# Where staff can go without a second factor: one who has none to set one up, others to show theirs.
ENROL = ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate")
SHOW = ("mfa_reauthenticate", "mfa_reauthenticate_webauthn")


class SecondFactorMiddleware:
    """Lets staff go nowhere but to their second factor until this session has shown it.

    Signing in asks for it already; but a session can begin elsewhere (single sign-on, a factor set
    up or an account made staff while it runs), so that it is a session's own record that counts.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on; the view is known only afterwards."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Let the request through (None), or lead elsewhere; without a database, say so."""
        return kept_through_outages(self._lead)(request)

    def _lead(self, request: HttpRequest) -> HttpResponse | None:
        page = request.resolver_match.view_name if request.resolver_match else ""
        if page in WITHOUT_ACCOUNT or not request.user.is_authenticated:
            return None
        if not asked_of(request.user):
            if page.startswith("mfa_"):
                raise Http404("Only staff have a second factor.")
            return None
        if page == WAY_OUT or has_shown(request):
            return None
        open_pages = SHOW if has_factor(request.user) else ENROL
        return None if page in open_pages else _lead_to(open_pages[0], request)


def _lead_to(page: str, request: HttpRequest) -> HttpResponse:
    wanted = request.get_full_path() if request.method == "GET" else reverse("admin:index")
    query = urlencode({REDIRECT_FIELD_NAME: wanted})
    return HttpResponseRedirect(f"{reverse(page)}?{query}")
