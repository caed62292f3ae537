"""Whose account it is, its entry on the roster read along: asked at every door, on every page."""

from __future__ import annotations

from elections.models import User
from elections.prepared import A_KEY, A_WORD, Prepared


def account(key: int) -> User | None:
    """The account of that key."""
    return _by_key.one(key=key)


def account_at(address: str) -> User | None:
    """The account that signs in with `address` (in lower case, as they are kept)."""
    return _by_address.one(address=address)


def account_numbered(number: str) -> User | None:
    """The account of the employee with that number."""
    return _by_number.one(number=number)


_accounts = User.objects.select_related("employee")
_by_key = Prepared(lambda key: _accounts.filter(pk=key), key=A_KEY)
_by_address = Prepared(lambda address: _accounts.filter(email=address), address=A_WORD)
_by_number = Prepared(lambda number: _accounts.filter(employee__number=number), number=A_WORD)
