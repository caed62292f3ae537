"""What is done with each request before a view sees it, and with each answer on its way out."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.core.exceptions import BadRequest
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from elections import clock

# What a page of ours never does, nor anything in it. Passkeys are left to the portal itself.
UNUSED = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "clipboard-write",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "sync-xhr",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)
PASSKEYS = ("publickey-credentials-create", "publickey-credentials-get")
HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        [*(f"{feature}=()" for feature in UNUSED), *(f"{feature}=(self)" for feature in PASSKEYS)]
    ),
}
# Not "cookies": a browser would forget those of every site of the company's domain, and sign its
# people out of all of them. Ours end by themselves.
SIGNED_OUT = '"cache", "storage"'


class ArrivalMiddleware:
    """Put the web server's clock at arrival on the request, as evidence beside the time of record.

    In a demo it is shifted like the time of record, or the two could not be compared.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note the instant and go on."""
        request.arrived_at = datetime.now(UTC) + clock.demo_offset()  # type: ignore[attr-defined]
        return self.get_response(request)


class HeadersMiddleware:
    """Put the headers on every answer that Django has no setting for.

    After a sign-out the browser is told to forget what it kept of the portal.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with them."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        if getattr(request, "signed_out", False):
            response.headers["Clear-Site-Data"] = SIGNED_OUT
        return response


@receiver(user_logged_out)
def _note_sign_out(sender: object, request: HttpRequest, **about: object) -> None:
    request.signed_out = True  # type: ignore[attr-defined]


class NoStoreMiddleware:
    """Let no browser and no proxy keep an answer, unless its view says otherwise.

    Every page can name somebody or what they own, if only in its frame.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and forbid it."""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class Utf8Middleware:
    """Answer 400 to a request that says it is in any other encoding than UTF-8.

    Every page of ours is UTF-8, so no browser sends such a form. Read as it asks to be, it could
    hold what nobody can type and no record can keep, such as half a character in a signature.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse it or go on."""
        # Django has taken it from the Content-Type, and only if it is an encoding at all.
        if request.encoding and codecs.lookup(request.encoding).name != "utf-8":
            raise BadRequest(f"{request.encoding!r} is not UTF-8.")
        return self.get_response(request)


class StaticGzipMiddleware(GZipMiddleware):
    """Compress static files on their way, where no release has done it beforehand: in a demo.

    Pages pass as they are; which of them may be compressed, their views say.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress a static file for a browser that takes it so."""
        static = request.path.startswith(settings.STATIC_URL)
        if not static or request.method != "GET" or response.status_code != 200:
            return response
        return super().process_response(request, response)
