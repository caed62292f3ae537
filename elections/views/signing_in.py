"""Typing a mailed code: takes as long for somebody who does not exist."""

from __future__ import annotations

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.views import confirm_login_code
from django.http import HttpRequest, HttpResponse

from elections.accounts import NO_KEY
from elections.models import User


def confirm_code(request: HttpRequest) -> HttpResponse:
    """allauth's page, which looks up the account of a known address: so is nobody's, then."""
    waiting = request.session.get(LOGIN_SESSION_KEY)
    if isinstance(waiting, dict) and not waiting.get("user_pk"):
        User.objects.filter(pk=NO_KEY).first()
    response: HttpResponse = confirm_login_code(request)
    return response
