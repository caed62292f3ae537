"""Where somebody is signed in, and signing them out there."""

from __future__ import annotations

from django.contrib.auth import HASH_SESSION_KEY
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from elections.models import BrowserSession, User


def live_sessions(user: User) -> list[BrowserSession]:
    """The sessions with which this account is signed in now, the newest first.

    One that was begun with another password is over, though its row may still be there.
    """
    rows = BrowserSession.objects.filter(user=user, expire_date__gt=timezone.now())
    password = user.get_session_auth_hash()
    return [
        row
        for row in rows.order_by("-started_at", "session_key")
        if constant_time_compare(row.get_decoded().get(HASH_SESSION_KEY, ""), password)
    ]


def public_name(session_key: str | None) -> str:
    """What a page may call a session by: nobody gets into it with that."""
    name = salted_hmac("elections.browser_sessions", session_key or "", algorithm="sha256")
    return name.hexdigest()[:16]


def end_sessions(user: User, *, keep: str | None = None, only: str | None = None) -> int:
    """Sign the account out everywhere at once; how many sessions that ended.

    `keep` is the key of a session that goes on, `only` the public name of the one that ends.
    """
    keys = user.sessions.exclude(session_key=keep).values_list("session_key", flat=True)
    ending = [key for key in keys if only is None or public_name(key) == only]
    BrowserSession.objects.filter(session_key__in=ending).delete()
    return len(ending)


def end_all_sessions() -> int:
    """Sign everybody out; how many sessions that ended."""
    return BrowserSession.objects.filter(user__isnull=False).delete()[0]


def throw_away_ended() -> None:
    """Delete the sessions whose time is over."""
    BrowserSession.objects.filter(expire_date__lte=timezone.now()).delete()
