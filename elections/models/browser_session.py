"""Who is signed in, where: Django's sessions, with their owner beside them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class BrowserSession(AbstractBaseSession):
    """One browser's session, until `expire_date`, which moves on while it is used.

    `started_at` is when its `user` signed in, or when it began while nobody has. Instants are UTC.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions"
    )
    started_at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=60, blank=True)  # in words, made of a few known ones

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> Any:
        """The store that keeps these; by its name, since it imports this model."""
        return import_module(settings.SESSION_ENGINE).SessionStore
