"""People at browsers, as cheap as can be: one connection a request, the answer read to its end."""

from __future__ import annotations

import itertools
import os
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlencode

HOST = "portal.invalid"  # that of scripts.throwaway
TOKEN = "c" * 32  # a CSRF secret; cookie and field carry the same
CLIENTS = 4
PATIENCE = 60.0
_ADDRESSES = itertools.cycle(range(1, 255))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, where it leads to ("" if nowhere), the page, seconds it took."""

    status: int
    location: str
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, ready to be sent, and the status it must be answered with."""

    wire: bytes
    status: int


def get(path: str, session: str = "", *, status: int = 200) -> Ask:
    """Ask for a page."""
    return Ask(_wire("GET", path, session), status)


def post(path: str, fields: dict[str, str], session: str = "", *, status: int = 303) -> Ask:
    """Send a form."""
    body = urlencode({**fields, "csrfmiddlewaretoken": TOKEN}).encode()
    return Ask(_wire("POST", path, session, body), status)


def _wire(method: str, path: str, session: str, body: bytes = b"") -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {HOST}",
        "Connection: close",
        "X-Forwarded-Proto: https",
        f"X-Forwarded-For: 192.0.2.{next(_ADDRESSES)}",  # limits by address are not measured
        f"Cookie: __Host-csrf={TOKEN}; __Host-session={session}",
    ]
    if method == "POST":
        lines += [
            f"Origin: https://{HOST}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def send(port: int, ask: Ask) -> Answer:
    """Send it; `RuntimeError` where the answer is not what it must be."""
    began = time.perf_counter()
    pieces = []
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(ask.wire)
        while piece := connection.recv(1 << 16):
            pieces.append(piece)
    seconds = time.perf_counter() - began
    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1]) if head else 0
    if status != ask.status:
        sent = ask.wire.split(b"\r\n", 1)[0].decode()
        raise RuntimeError(f"{sent} was answered {status}: {head.decode()} {body[-3000:].decode()}")
    return Answer(status, _location(head), body, seconds)


def _location(head: bytes) -> str:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b": ")
        if name.lower() == b"location":
            return value.decode()
    return ""


def batch(port: int, asks: Sequence[Ask]) -> tuple[float, list[Answer]]:
    """Send all of these, `CLIENTS` at a time; seconds a request, and the answers in order."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(time.sleep, [0] * CLIENTS))  # the threads are there before time runs
        began = time.perf_counter()
        answers = list(clients.map(lambda ask: send(port, ask), asks))
        return (time.perf_counter() - began) / len(asks), answers


def keep_apart() -> None:
    """Leave the last core to the load, where there are enough to leave the server two of its own.

    On two cores they share both: the same for the floor and for what is measured beside it.
    """
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 2:
        os.sched_setaffinity(0, cores[-1:])
