"""My account: where I am signed in, and signing out there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from elections import clock
from elections.browser_sessions import end_sessions, live_sessions, public_name
from elections.context import portal_of
from elections.models import BrowserSession, User
from elections.views.outage import kept_through_outages
from elections.views.responses import see_other

OTHERS, ALL = "others", "all"  # what to end, beside the public name of one session


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser in which the account is signed in, as its owner is told of it."""

    name: str
    browser: str
    address: str
    since: str
    this_one: bool


def _ends_others(request: HttpRequest) -> bool:
    """Whether somebody else's browser may be meant, for which one proves again who one is."""
    mine = public_name(request.session.session_key)
    return request.method == "POST" and request.POST.get("end") != mine


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@kept_through_outages
@login_required
@reauthentication_required(enabled=_ends_others)
def my_account(request: HttpRequest) -> HttpResponse:
    """Show where one is signed in; sign out in one browser, in all others, or everywhere.

    Who has a password types it for that, unless they have done so within five minutes.
    """
    user = cast(User, request.user)
    if request.method == "POST":
        return _sign_out(request, user, ending=request.POST.get("end", ""))
    context = {
        "sessions": [_told(request, row) for row in live_sessions(user)],
        "longest": settings.SESSION_COOKIE_AGE // 3600,
    }
    return render(request, "portal/my_account.html", context)


def _sign_out(request: HttpRequest, user: User, *, ending: str) -> HttpResponse:
    mine = request.session.session_key
    if ending == ALL or ending == public_name(mine):
        end_sessions(user, only=None if ending == ALL else ending)
        logout(request)
        messages.success(request, "You have signed out.")
        return see_other("account_login")
    ended = end_sessions(user, keep=mine, only=None if ending == OTHERS else ending)
    if ended:
        messages.success(request, "You are signed out there.")
    else:
        messages.info(request, "Nobody was signed in there any more.")
    return see_other("my-account")


def _told(request: HttpRequest, row: BrowserSession) -> SignedIn:
    portal = portal_of(request)
    since = row.started_at + clock.demo_offset()  # a demo's pages all tell its own time
    return SignedIn(
        name=public_name(row.session_key),
        browser=row.browser or "Another browser",
        address=row.address or "Not known",
        since=portal.label(since) if portal.offer else f"{since:%B %-d, %Y, %H:%M} UTC",
        this_one=row.session_key == request.session.session_key,
    )
