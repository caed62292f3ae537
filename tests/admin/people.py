"""Making staff, and signing them in."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.test import Client

from elections.models import User
from elections.services.groups import set_up_groups
from tests.factory import make_user
from tests.signing_in import sign_in


def make_staff(email: str, name: str, group: str) -> User:
    """Someone in one of the two groups."""
    set_up_groups()
    user = make_user(email, name=name, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


def signed_in(user: User) -> Client:
    """A browser in which `user` is signed in."""
    return sign_in(Client(), user)
