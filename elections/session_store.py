"""Django's sessions in the database, each read with a question that is put into SQL once."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from elections.prepared import A_WORD, Prepared


class SessionStore(db.SessionStore):
    """What every page reads first; all but the reading is Django's own."""

    def _get_session_from_db(self) -> Any:
        # A cookie may hold anything, also what no database takes; our keys are letters and digits.
        key = self.session_key or ""
        session = _of_key.one(key=key) if key.isalnum() else None
        if session is not None and session.expire_date > timezone.now():
            return session
        self._session_key = None  # A key that is not known is not taken over.
        return None


_of_key = Prepared(lambda key: Session.objects.filter(session_key=key), key=A_WORD)
