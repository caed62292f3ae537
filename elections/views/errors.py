"""When a form is not taken in: it cannot be trusted, or somebody tried too often."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

from elections.limits import Refusal
from elections.views.responses import may_be_kept, resend_page

OUR_VIEWS = ("elections.views.", "elections.admin.", "django.contrib.admin.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403. A form from one of our own pages can be sent again; nothing typed is lost."""
    ours = _from_our_own_page(request) and _is_our_form(request.path_info)
    if ours and may_be_kept(request):
        return resend_page(request, signed_out=False)
    return render(request, "403_csrf.html", status=403)


def too_many_tries(request: HttpRequest) -> HttpResponse:
    """429, for how long, and what works meanwhile."""
    refusal: Refusal | None = getattr(request, "refusal", None)
    response = render(request, "429.html", {"refusal": refusal}, status=429)
    if refusal:
        response.headers["Retry-After"] = str(refusal.seconds)
    return response


def _from_our_own_page(request: HttpRequest) -> bool:
    """Browsers say so themselves, and no page can make them say it of another site's form."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def _is_our_form(path: str) -> bool:
    """Never a sign-in: what was typed there is a password."""
    try:
        return resolve(path).func.__module__.startswith(OUR_VIEWS)
    except Resolver404:
        return False
