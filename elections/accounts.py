"""Accounts come from the roster; nobody signs up by themselves."""

from __future__ import annotations

from typing import Any

from allauth.account import auth_backends
from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from elections.models import User
from elections.prepared import A_KEY, Prepared


class AccountAdapter(DefaultAccountAdapter):
    """What django-allauth asks about accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an account that is not on the roster has nothing to elect."""
        return False


class AuthenticationBackend(auth_backends.AuthenticationBackend):
    """Signs in with django-allauth, and reads a session's account along with its roster entry."""

    def get_user(self, user_id: Any) -> User | None:
        """The account of a session, `employee` read along; None for one that is disabled."""
        user = _account.one(user=user_id)
        return user if user and self.user_can_authenticate(user) else None


_account = Prepared(
    lambda user: User.objects.filter(pk=user).select_related("employee"), user=A_KEY
)
