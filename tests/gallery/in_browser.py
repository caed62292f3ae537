"""Showing the test client's answers in a browser: one process, one transaction, no server."""

from __future__ import annotations

import mimetypes
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Page, Route

HERE = "http://testserver"
STATIC = f"/{settings.STATIC_URL.strip('/')}/"
PART = re.compile(rf'src="(/(?!{STATIC[1:]})[^"]*)"')  # a drawing, a script or a frame of a page


@cache
def static_file(name: str) -> tuple[str, bytes]:
    """The type and the content of a static file."""
    found = finders.find(name)
    assert found, name
    return mimetypes.guess_type(name)[0] or "", Path(found).read_bytes()


class Tab:
    """A tab in which the answers of the test client are looked at.

    `failed` is what scripts of the page complained of, and what our policy kept from it.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.failed: list[str] = []
        self._answers: dict[str, HttpResponse] = {}
        page.on("pageerror", lambda error: self.failed.append(str(error)))
        page.on("console", lambda said: self._note(said.text))
        page.route("**/*", self._serve)

    def show(self, address: str, answer: HttpResponse, client: Client) -> Page:
        """Open `answer` as if it had come from there; the page once it has loaded."""
        parts = set(PART.findall(answer.content.decode()))
        self._answers = {part: client.get(part) for part in parts} | {address: answer}
        self.failed.clear()
        self.page.goto(f"{HERE}{address}")
        return self.page

    def _note(self, said: str) -> None:
        if "Content Security Policy" in said or "Permissions-Policy" in said:
            self.failed.append(said)

    def _serve(self, route: Route) -> None:
        asked = route.request.url.removeprefix(HERE)
        if asked.startswith(STATIC):
            kind, content = static_file(asked.removeprefix(STATIC))
            route.fulfill(body=content, content_type=kind)
            return
        answer = self._answers[asked]
        headers = {name: value for name, value in answer.items() if name != "Content-Length"}
        if "sandbox" in headers.get("Content-Security-Policy", ""):
            del headers["Content-Security-Policy"]  # under it no script runs, axe included
        route.fulfill(status=answer.status_code, headers=headers, body=answer.content)
