"""The portal's addresses, and beside them the bare signed-in page that others are compared with."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from elections import clock
from exchange_portal.urls import urlpatterns as portal_urls

PAGE = engines["django"].from_string(
    "<!DOCTYPE html><html lang='en'><title>Bare</title>"
    "<p>Signed in as {{ request.user.email }} at {{ at|date:'c' }}.</p></html>"
)


@login_required
def bare(request: HttpRequest) -> HttpResponse:
    """Three queries: the session, the account, the database's clock."""
    return HttpResponse(PAGE.render({"at": clock.now()}, request))


urlpatterns = [path("bare/", bare), *portal_urls]
