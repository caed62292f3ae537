"""What no browser sends, to the real web server: refused, or shut out, and it goes on serving."""

from __future__ import annotations

import errno
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import processes
from tests.project import starting

pytestmark = [pytest.mark.worker, pytest.mark.timeout(180)]

GUNICORN = ["-m", "gunicorn", "--config", "python:exchange_portal.server"]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where gunicorn serves an empty demo, by two processes."""
    folder, port = tmp_path_factory.mktemp("raw"), processes.free_port()
    given = {"PORTAL_MODE": "demo", "PORTAL_DATA_DIR": str(folder), "WEB_CONCURRENCY": "2"}
    made = starting.run("manage.py", "migrate", "--verbosity", "0", **given)
    assert made.returncode == 0, made.stderr
    with (folder / "said").open("wb") as said:
        server = processes.start(
            [sys.executable, *GUNICORN, "--bind", f"127.0.0.1:{port}", "exchange_portal.wsgi"],
            cwd=starting.ROOT, env=starting.surroundings(given), stdout=said, stderr=said,
        )  # fmt: skip
        try:
            processes.wait_until(lambda: processes.listening(port), 60, "gunicorn")
            yield port
        finally:
            processes.stop(server)
    said_at_all = Path(said.name).read_text()
    assert "elsewhere.example" in said_at_all
    assert "Internal Server Error" not in said_at_all


# The other end has closed already: while something was sent, read, or once all was.
CLOSED = (errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN)


def answer(port: int, request: bytes) -> int:
    """The status that comes; 0 where the door is closed without a word."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            said = b"".join(iter(lambda: connection.recv(65536), b""))
        except OSError as error:
            if error.errno not in CLOSED:
                raise
            return 0
    found = re.match(rb"HTTP/1\.[01] (\d{3})", said)
    assert found or not said, said[:200]
    return int(found[1]) if found else 0


def request(line: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    """A request, its bytes as they are given."""
    head = [line, b"Host: 127.0.0.1", b"Connection: close", *headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


FORM = b"Content-Type: application/x-www-form-urlencoded"
SIGN_IN = b"POST /accounts/login/ HTTP/1.1"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (request(b"GET /verify/%00/ HTTP/1.1"), {404}),
        (request(b"GET /verify/%ff%fe/ HTTP/1.1"), {404}),
        (request(b"GET /verify/\xff\xfe/ HTTP/1.1"), {400, 404}),
        (request(b"GET /verify/?receipt=%ff%00 HTTP/1.1"), {422}),
        (request(b"GET /" + b"x" * 5000 + b" HTTP/1.1"), {400, 414}),
        (request(b"GET /" + b"x" * 3000 + b" HTTP/1.1"), {404}),
        (request(b"GET / HTTP/1.1", b"X: " + b"x" * 9000), {400, 431}),
        (request(b"GET / HTTP/1.1", *(b"X%d: y" % n for n in range(150))), {400, 431}),
        (request(b"GET /accounts/login/ HTTP/1.1", b"Cookie: session=\xff\xfe\x01"), {200, 400}),
        (request(b"GET /accounts/login/ HTTP/1.1", b"Cookie: " + b"a=b;" * 1500), {200}),
        (request(b"GET / HTTP/1.1", b"X-\xff: y"), {400}),
        (request(b"GET / HTTP/1.1", b"X: a\x00b"), {400, 404}),
        (request(b"GET / HTTP/1.1", b"Host: elsewhere.example"), {400}),
        (b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n", {400}),
        (b"GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n", {400}),
        (b"GET http://elsewhere.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
         {200, 400, 404}),
        (request(SIGN_IN, FORM, b"Content-Length: -1"), {400}),
        (request(SIGN_IN, FORM, b"Content-Length: 99999", body=b"login=x"), {0, 400, 403}),
        (request(SIGN_IN, FORM, b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"x"),
         {0, 400, 403}),
        (request(SIGN_IN, FORM, b"Transfer-Encoding: chunked", body=b"zz\r\nx"), {0, 400, 403}),
        (request(SIGN_IN, FORM, b"Content-Length: 3000000", body=b"x=" + b"y" * 2_999_998),
         {0, 400, 403}),
        (request(SIGN_IN, b"Content-Type: multipart/form-data", b"Content-Length: 1", body=b"x"),
         {400, 403}),
        (request(b"BREW / HTTP/1.1"), {400, 403, 405}),
        (request(b"TRACE / HTTP/1.1"), {405}),
        (request(b"TRACE /accounts/login/ HTTP/1.1"), {405}),
        (request(b"GET / HTTP/9.9"), {400, 505}),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40 + b"\r\n\r\n", {0, 400}),
        (b"GET\r\n\r\n", {0, 400}),
        (b"\r\n\r\n\r\n", {0, 400}),
    ],
)  # fmt: skip
def test_it_is_refused_and_the_next_is_served(port: int, sent: bytes, expected: set[int]) -> None:
    assert answer(port, sent) in expected
    assert answer(port, request(b"GET /healthz HTTP/1.1")) == 200
