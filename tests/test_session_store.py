"""A session is read by one question put into SQL once; all else about it is Django's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from elections.models import BrowserSession
from elections.session_store import SessionStore

pytestmark = pytest.mark.django_db


def stored() -> str:
    session = SessionStore()
    session["said"] = "kept"
    session.create()
    assert session.session_key
    return session.session_key


def test_what_was_kept_is_read_in_one_query(django_assert_num_queries: Any) -> None:
    key = stored()
    with django_assert_num_queries(1):
        assert SessionStore(key)["said"] == "kept"


def test_each_key_has_its_own() -> None:
    first, second = stored(), SessionStore()
    second["said"] = "another"
    second.create()
    assert SessionStore(first)["said"] == "kept"
    assert SessionStore(second.session_key)["said"] == "another"


def test_an_expired_session_says_nothing_and_its_key_is_not_kept() -> None:
    key = stored()
    BrowserSession.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    expired = SessionStore(key)
    assert "said" not in expired
    assert expired.session_key is None


@pytest.mark.parametrize("key", [None, "", "x" * 32, "aaaaaaaaaa\0"])
def test_a_key_nobody_was_given_is_not_taken_over(key: str | None) -> None:
    unknown = SessionStore(key)
    assert dict(unknown.items()) == {}
    unknown["said"] = "new"
    unknown.save()
    assert unknown.session_key not in (None, "", key)
