"""Django's sessions as they come, for the floor: on our table, which has the columns it needs."""

from __future__ import annotations

from django.contrib.sessions.backends import db

from elections.models import BrowserSession


class SessionStore(db.SessionStore):
    """All of it Django's own."""

    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        """Where they are kept."""
        return BrowserSession
