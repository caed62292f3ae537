"""How long someone stays signed in, for the script that warns them; and staying."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from elections.views.outage import kept_through_outages


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@kept_through_outages
def session_left(request: HttpRequest) -> HttpResponse:
    """Whole seconds until they are signed out (0 when they are), which only a POST puts off.

    `token` is what forms are trusted by: a page from before a new sign-in goes on with it.
    """
    session = request.session
    session.looking = request.method != "POST"  # type: ignore[attr-defined]
    if not request.user.is_authenticated:
        return JsonResponse({"seconds_left": 0})
    left = session.seconds_left  # type: ignore[attr-defined]
    return JsonResponse({"seconds_left": left, "token": get_token(request)})
