"""`/.well-known/security.txt` (RFC 9116): whom to tell of a weakness. SECURITY.md says the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

# A copy that somebody kept should be looked up again after that.
GOOD_FOR = timedelta(days=30)


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """The contact that is configured, or 404 where there is none.

    Good from the machine's own clock: a demo's stands in the year of its offer.
    """
    if not settings.PORTAL_SECURITY_CONTACT:
        raise Http404
    until = (datetime.now(UTC) + GOOD_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {settings.PORTAL_SECURITY_CONTACT}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.PORTAL_BASE_URL}{request.path}",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
