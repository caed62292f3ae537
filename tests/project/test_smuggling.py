"""Where a request ends is never a matter of opinion: gunicorn, as production starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import processes
from tests.project import starting

pytestmark = pytest.mark.worker
HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder: Path = tmp_path_factory.mktemp("gunicorn")
    number = processes.free_port()
    server = processes.start(
        [sys.executable, "-m", "gunicorn", "--config", "python:exchange_portal.server", "--bind",
         f"127.0.0.1:{number}", "--workers", "1", "exchange_portal.wsgi"],
        cwd=starting.ROOT,
        env=starting.surroundings({
            **{name: value for name, value in os.environ.items() if name == "PATH"},
            "PORTAL_MODE": "test", "PORTAL_DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "exchange_portal.settings",
        }),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        processes.wait_until(lambda: processes.listening(number), 30, "Starting gunicorn")
        yield number
    finally:
        processes.stop(server)


def answers(port: int, sent: bytes) -> list[int]:
    """The status of each answer on one connection, until the server closes it or falls silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=3) as client:
        client.sendall(sent)
        received = b""
        try:
            while chunk := client.recv(65536):
                received += chunk
        except TimeoutError:
            pass  # the connection is kept for more
    return [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]]


def request(*headers: str, body: bytes) -> bytes:
    lines = ["GET /healthz HTTP/1.1", "Host: 127.0.0.1", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def test_a_plain_request_is_answered(port: int) -> None:
    assert answers(port, HIDDEN) == [200]
    assert answers(port, request("Content-Length: 0", body=b"")) == [200]


TWO_LENGTHS = {
    "length and chunks": request(
        "Content-Length: 4", "Transfer-Encoding: chunked", body=b"0\r\n\r\n" + HIDDEN
    ),
    "two lengths": request("Content-Length: 0", f"Content-Length: {len(HIDDEN)}", body=HIDDEN),
    "a length that is no number": request("Content-Length: +0", body=HIDDEN),
    "chunks under another name": request("Transfer-Encoding: xchunked", body=b"0\r\n\r\n" + HIDDEN),
    "chunks twice": request("Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n" + HIDDEN),
    "a header with a space": request("Content-Length : 0", body=HIDDEN),
    "a folded header": request("Content-Length:", " 0", body=HIDDEN),
}


@pytest.mark.parametrize("sent", TWO_LENGTHS.values(), ids=TWO_LENGTHS)
def test_a_request_with_two_lengths_is_refused(port: int, sent: bytes) -> None:
    statuses = answers(port, sent)
    assert statuses[0] in (400, 501)
    assert len(statuses) == 1


def test_what_follows_such_a_request_is_not_answered(port: int) -> None:
    for sent in TWO_LENGTHS.values():
        assert 200 not in answers(port, sent)
    # The same hidden request after one that is sound is a second request, and has an answer.
    assert answers(port, request("Content-Length: 0", body=HIDDEN))[-1] == 200
