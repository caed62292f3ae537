"""A client that sends signed forms over HTTP and records what it sent and what it was told."""

from __future__ import annotations

import html
import http.client
import re
import socket
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.conf import settings

from tests.faults.history import History, Person, Sending, Told

CSRF = "c" * 32
ANSWER_WAIT = 90.0
CHECK = {"election": "/election/check/", "withdrawal": "/withdrawal/check/"}
DECLINE = "/election/decline/"


@dataclass
class Answer:
    """What came back; `status` 0 when nothing did."""

    status: int = 0
    location: str = ""
    retry_after: str = ""
    cache_control: str = ""
    body: str = ""
    seconds: float = 0.0

    @property
    def title(self) -> str:
        """The page's title."""
        found = re.search(r"<title>(.*?)</title>", self.body, re.S)
        return html.unescape(found[1]).strip() if found else ""

    @property
    def words(self) -> str:
        """The page as a person reads it."""
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", self.body)).split())

    @property
    def kept(self) -> dict[str, str]:
        """The fields that the page's forms would send again without anyone typing."""
        found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', self.body)
        return {html.unescape(name): html.unescape(value) for name, value in found}


class Browser:
    """Sends to the web server on `port`; every signed form goes into `history`.

    In place of a port, `socket_file` may name a UNIX socket.
    """

    def __init__(self, port: int, history: History, *, socket_file: str = "") -> None:
        self.port = port
        self.socket_file = socket_file
        self.history = history

    def get(self, person: Person, path: str) -> Answer:
        """Open a page."""
        return self._exchange(self._request(person, "GET", path, b""))

    def post(self, person: Person, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a form that is not signed yet; nothing is recorded of it."""
        body = urlencode({**fields, "csrfmiddlewaretoken": CSRF}).encode()
        return self._exchange(self._request(person, "POST", path, body))

    def sign(
        self,
        person: Person,
        token: uuid.UUID,
        *,
        path: str = CHECK["election"],
        slowly: Callable[[], None] | None = None,
        hang_up: float | None = None,
        **fields: str,
    ) -> Sending:
        """Send a signed form.

        `slowly` is called with half of the body on its way. With `hang_up`, the line is dropped
        that many seconds after the last byte, without reading an answer.
        """
        said = {"form_token": str(token), "signature": "Pat Example", "agree": "on"} | fields
        body = urlencode({**said, "csrfmiddlewaretoken": CSRF}).encode()
        sending = Sending(person, path, token, said, began=_now())
        self.history.sendings.append(sending)

        def last_bytes() -> None:
            sending.complete = _now()

        answer = self._exchange(
            self._request(person, "POST", path, body), last_bytes, slowly=slowly, hang_up=hang_up
        )
        if answer.status:
            sending.answered = _now()
        sending.status, sending.page, sending.kept = answer.status, answer.words, answer.kept
        sending.retry_after = answer.retry_after
        sending.told, sending.receipt = understood(answer)
        return sending

    def decline(self, person: Person, token: uuid.UUID, *, replaces: str = "") -> Sending:
        """Send a signed decline."""
        return self.sign(person, token, path=DECLINE, replaces=replaces)

    def _request(self, person: Person, method: str, path: str, body: bytes) -> bytes:
        session, csrf = settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME
        cookies = f"{session}={person.session}; {csrf}={CSRF}"
        head = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Cookie: {cookies}",
            "Connection: close",
        ]
        if method == "POST":
            head += [
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
            ]
        return "\r\n".join([*head, "", ""]).encode() + body

    def _connect(self) -> socket.socket:
        if not self.socket_file:
            return socket.create_connection(("127.0.0.1", self.port), timeout=ANSWER_WAIT)
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(ANSWER_WAIT)
        line.connect(self.socket_file)
        return line

    def _exchange(
        self,
        request: bytes,
        sending: Callable[[], None] = lambda: None,
        *,
        slowly: Callable[[], None] | None = None,
        hang_up: float | None = None,
    ) -> Answer:
        began = time.monotonic()
        answer = Answer()
        with suppress(OSError, http.client.HTTPException), self._connect() as line:
            if slowly is not None:
                line.sendall(request[:-20])
                slowly()
                request = request[-20:]
            sending()
            line.sendall(request)
            if hang_up is not None:
                time.sleep(hang_up)
                return answer
            answer = _read(line)
        answer.seconds = time.monotonic() - began
        return answer


def _read(line: socket.socket) -> Answer:
    response = http.client.HTTPResponse(line)
    response.begin()
    return Answer(
        status=response.status,
        location=response.headers.get("Location", ""),
        retry_after=response.headers.get("Retry-After", ""),
        cache_control=response.headers.get("Cache-Control", ""),
        body=response.read().decode(),
    )


def understood(answer: Answer) -> tuple[Told, str | None]:
    """What a person makes of the answer to a signed form, and the receipt it leads to."""
    receipt = re.fullmatch(r"/submissions/([^/]+)/", answer.location)
    if receipt:
        return Told.RECEIPT, receipt[1]
    match answer.status:
        case 0:
            return Told.NOTHING, None
        case 503 if "checking whether your form was recorded" in answer.title:
            return Told.CHECKING, None
        case 409:
            before = "recorded before" in answer.title.lower()
            return (Told.BEFORE if before else Told.CONFLICT), None
        case 422:
            return Told.REFUSED, None
        case 404:
            return Told.UNKNOWN, None
        case 403:
            return (Told.SIGN_IN if answer.kept.get("form_token") else Told.FORBIDDEN), None
        case 302 | 303:
            return Told.SENT_AWAY, None
    return Told.FAILED, None


def _now() -> datetime:
    return datetime.now(UTC)
