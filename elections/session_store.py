"""Django's sessions in the database, each read with a question that is put into SQL once.

A session ends when it was not used for `SESSION_IDLE`, and `SESSION_COOKIE_AGE` after the sign-in
whatever happens. It is moved on only once a tenth of the idle time is gone, so hardly any page
writes anything.

Nobody is signed out for idleness in the last hour before the deadline: they would come back to
sign, and have to sign in first while time runs out.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

from elections import clock, queries
from elections.models import BrowserSession, Offer
from elections.prepared import A_WORD, Prepared

SIGNED_IN = "signed_in"  # what elections.signins notes of a sign-in, for the columns of its row
SECOND = timedelta(seconds=1)
BEFORE_THE_DEADLINE = timedelta(hours=1)  # no session ends for idleness ...
AFTER_THE_DEADLINE = timedelta(minutes=15)  # ... until it is over by so much


class SessionStore(db.SessionStore):
    """What every page reads first; all but the reading and the end is Django's own.

    A view that only asks how long a session lasts sets `looking` first, so that it does not last
    longer for that.
    """

    looking = False
    started_at: datetime | None = None
    ends_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        """Where they are kept."""
        return BrowserSession

    @property
    def seconds_left(self) -> int:
        """Whole seconds until it ends, if nothing is done; 0 where there is none."""
        if self.ends_at is None:
            return 0
        return max(0, (self.ends_at - timezone.now()) // SECOND)

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        """Its row, with whose it is beside what it holds."""
        row: BrowserSession = super().create_model_instance(data)  # type: ignore[assignment]
        now, sign_in = timezone.now(), data.get(SIGNED_IN, {})
        if sign_in:
            self.started_at = datetime.fromisoformat(sign_in["at"])
        row.started_at = self.started_at = self.started_at or now
        row.expire_date = self.ends_at = self._end(self.started_at, now)
        row.user_id = data.get(SESSION_KEY)
        row.address = sign_in.get("address") or None
        row.browser = sign_in.get("browser", "")
        return row

    def _get_session_from_db(self) -> Any:
        # A cookie may hold anything, also what no database takes; our keys are letters and digits.
        key = self.session_key or ""
        row = _of_key.one(key=key) if key.isalnum() else None
        now = timezone.now()
        if row is None or row.expire_date <= now:
            self._session_key = None  # A key that is not known is not taken over.
            return None
        self.started_at, self.ends_at = row.started_at, row.expire_date
        later = min(_longest(row.started_at), now + settings.SESSION_IDLE)
        if not self.looking and later - row.expire_date >= settings.SESSION_IDLE / 10:
            self.ends_at = self._end(row.started_at, now)
            BrowserSession.objects.filter(pk=key).update(expire_date=self.ends_at)
        return row

    def _end(self, started_at: datetime, now: datetime) -> datetime:
        """When a session that is used now ends, if it is not used again."""
        idle = now + settings.SESSION_IDLE
        if self._deadline and self._deadline - BEFORE_THE_DEADLINE < idle <= self._deadline:
            idle = self._deadline + AFTER_THE_DEADLINE
        return min(_longest(started_at), idle)

    @cached_property
    def _deadline(self) -> datetime | None:
        """When the offer expires on the clock by which sessions end, which no demo shifts."""
        try:
            offer = queries.offer_running(clock.now)
        except Offer.DoesNotExist:
            return None
        return timezone.now() + (queries.deadline_in_force(offer) - clock.now())


def _longest(started_at: datetime) -> datetime:
    return started_at + timedelta(seconds=settings.SESSION_COOKIE_AGE)


_of_key = Prepared(lambda key: BrowserSession.objects.filter(session_key=key), key=A_WORD)
