"""Walking the addresses of the admin as whoever one likes, without leaving a trace."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver

from elections.models import User
from tests.admin.people import signed_in


def addresses() -> Iterator[tuple[str, str]]:
    """Each address of the admin: its name (where it has none, its route), and its route."""
    yield from _walk(admin.site.get_urls(), "")


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield pattern.name or route, route


class Visitor:
    """Somebody, or nobody, who asks for pages one after the other."""

    def __init__(self, user: User | None) -> None:
        name = settings.SESSION_COOKIE_NAME
        self.session = signed_in(user).cookies[name].value if user else ""

    def browser(self) -> Client:
        """A browser with their session."""
        browser = Client(raise_request_exception=False)
        if self.session:
            browser.cookies[settings.SESSION_COOKIE_NAME] = self.session
        return browser

    def status(self, method: str, address: str) -> int:
        """The status that comes, and everything as before again: signed in, and nothing changed."""
        before = transaction.savepoint()
        try:
            return self.browser().generic(method.upper(), address).status_code
        finally:
            transaction.savepoint_rollback(before)
