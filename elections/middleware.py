"""When each request reached this server, before anything else is done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse

from elections import clock


class ArrivalMiddleware:
    """Put the web server's clock at arrival on the request, as evidence beside the time of record.

    In a demo it is shifted like the time of record, or the two could not be compared.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note the instant and go on."""
        request.arrived_at = datetime.now(UTC) + clock.demo_offset()  # type: ignore[attr-defined]
        return self.get_response(request)
