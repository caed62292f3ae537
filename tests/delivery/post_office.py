"""A scripted SMTP server: takes mails, refuses them, drops the line, as the test wants."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from typing import Any

from aiosmtpd.controller import Controller


class Mishap(Enum):
    """What can happen to a mail while it is handed over, other than an answer."""

    DROPPED = auto()  # the connection breaks, the mail is lost
    TAKEN_AND_DROPPED = auto()  # the mail is taken, the connection breaks before the answer
    STALLED = auto()  # no answer for a long time


class PostOffice:
    """An aiosmtpd handler. Each RCPT and each DATA uses up the next answer of its list.

    Without one left, the answer is 250. `received` are the mails taken, byte by byte.
    """

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.addresses: list[tuple[str, list[str]]] = []
        self.at_rcpt: list[str] = []
        self.at_data: list[str | Mishap] = []
        self.refuses_pdfs = False
        self.at_quit: Callable[[], None] = lambda: None

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd looks for these names
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.at_rcpt:
            return self.at_rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.at_data.pop(0) if self.at_data else "250 OK"
        if answer is Mishap.STALLED:
            await asyncio.sleep(3)
        if answer in (Mishap.DROPPED, Mishap.TAKEN_AND_DROPPED):
            server.transport.abort()
        if self.refuses_pdfs and b"application/pdf" in envelope.content:
            return "552 5.3.4 Message too big"
        if answer in ("250 OK", Mishap.TAKEN_AND_DROPPED):
            self.received.append(envelope.original_content)
            self.addresses.append((envelope.mail_from, envelope.rcpt_tos))
        return answer if isinstance(answer, str) else "250 OK"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.at_quit()
        return "221 Bye"


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def open_post_office() -> Iterator[tuple[PostOffice, int]]:
    """A post office and the port on which it is open."""
    office, port = PostOffice(), free_port()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield office, port
    finally:
        controller.stop()
