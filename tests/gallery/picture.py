"""One page of the portal in one of its states: who looks, at what address, after what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from tests.gallery.scene import Scene


@dataclass(frozen=True)
class Picture:
    """How to come to see one page.

    `state` puts the portal into its state. `page` is the name of the address and `about` what
    fills it in, `query` follows it. Where that is not enough, `path` is the address. These three
    are formats for the scene `s`. With `send`, the page is the answer to that form.
    """

    name: str
    role: str
    page: str = ""
    state: Callable[[Scene], object] = lambda scene: scene.offer
    about: str = ""
    query: str = ""
    path: str = ""
    send: Callable[[Scene], Mapping[str, Any]] | None = None
    status: int = 200
    during: Callable[[], AbstractContextManager[object]] = nullcontext
    headers: Mapping[str, str] = field(default_factory=dict)
    form_of_our_own: bool = True  # else without the token that says so

    def address(self, scene: Scene) -> str:
        """Where the page is, after `state`."""
        about = [self.about.format(s=scene)] if self.about else []
        path = self.path.format(s=scene) or reverse(self.page, args=about)
        return f"{path}?{self.query.format(s=scene)}" if self.query else path

    def answer(self, scene: Scene) -> tuple[str, HttpResponse]:
        """The page, asked for in the test client, and its address in the end."""
        self.state(scene)
        browser, address = scene.browser(self.role), self.address(scene)
        browser.handler.enforce_csrf_checks = not self.form_of_our_own
        with self.during():
            if self.send:
                sent = self.send(scene)
                response = browser.post(address, sent, follow=True, headers=dict(self.headers))
            else:
                response = browser.get(address, headers=dict(self.headers))
        kind = response.headers.get("Content-Type", "")
        assert (response.status_code, kind.partition(";")[0]) == (self.status, "text/html"), self
        led_to = getattr(response, "redirect_chain", [])
        return (led_to[-1][0] if led_to else address), response
