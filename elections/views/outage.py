"""When the database does not answer: nothing typed is lost, and nothing is said that may be wrong.

A connection can break after the commit and before its confirmation, so from here nobody can tell
whether a signed form was recorded. Its token can: the same form sent again gives the receipt that
there is, or is recorded then, and never a second time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.conf import settings
from django.db import Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers

from elections.views.responses import typed_in

log = structlog.get_logger(__name__)

RETRY_AFTER = 5  # seconds


def kept_through_outages(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer 503 where the database fails, with a button that sends again what was sent.

    A form is kept whatever the database's error is; a page is only given up for one that may pass.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        lasting = Error if request.method == "POST" else (OperationalError, InterfaceError)
        try:
            return view(request, *args, **kwargs)
        except lasting:
            log.exception("database_failed", method=request.method, path=request.path)
            return _outage_page(request)

    return guarded


def _outage_page(request: HttpRequest) -> HttpResponse:
    """Made without the database: no offer, no account, no deadline in its frame."""
    context = {
        "signed": "form_token" in request.POST,
        "typed": typed_in(request),
        "action": request.path,
        "again": request.get_full_path(),
        "csrf_token": get_token(request),
        "law_email": settings.PORTAL_LAW_EMAIL,
    }
    response = HttpResponse(
        render_to_string("portal/outage.html", context),
        status=503,
        headers={"Retry-After": str(RETRY_AFTER)},
    )
    add_never_cache_headers(response)
    return response
