"""How much time is left, for a page that has stood open so long that it cannot know any more."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from elections.context import portal_of
from elections.views.outage import kept_through_outages


@require_safe
@never_cache
@kept_through_outages
def time_left(request: HttpRequest) -> HttpResponse:
    """The deadline in force in words, and the whole seconds until then (0 once it has passed)."""
    portal = portal_of(request)
    if portal.offer is None:
        raise Http404("No offer")
    return JsonResponse({"deadline": portal.deadline_label, "seconds_left": portal.seconds_left})
