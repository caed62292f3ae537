"""The mail server of the fault tests: answers as scripted for each recipient."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller

from scripts import processes
from tests.delivery.post_office import Mishap, PostOffice

STALL = 25.0  # seconds; the portal waits for 20


class Mailbox(PostOffice):
    """Takes mail for anyone; `script` has what it answers next to DATA for a recipient.

    `no_pdfs_for` lists recipients whose attachments are too big; `at_goodbye` what is done when
    the client leaves after a mail to that recipient was taken; `away` refuses everybody.
    """

    def __init__(self) -> None:
        super().__init__()
        self.script: dict[str, list[str | Mishap]] = defaultdict(list)
        self.no_pdfs_for: set[str] = set()
        self.at_goodbye: dict[str, Callable[[], None]] = {}
        self.away = False
        self.knocks = 0

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        self.knocks += 1
        if self.away:
            return "451 4.3.2 Not now"
        envelope.rcpt_tos.append(address)
        session.recipient = address
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        recipient = session.recipient
        answer = self.script[recipient].pop(0) if self.script[recipient] else "250 OK"
        if answer is Mishap.STALLED:
            await asyncio.sleep(STALL)
            return "451 4.4.2 Too slow"
        if recipient in self.no_pdfs_for and b"application/pdf" in envelope.content:
            answer = "552 5.3.4 Message too big"
        self.at_data.append(answer)
        return await super().handle_DATA(server, session, envelope)

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        act = self.at_goodbye.pop(getattr(session, "recipient", ""), None)
        if act is not None:
            act()
        return "221 Bye"

    def copies(self) -> dict[str, list[bytes]]:
        """Everything taken, by Message-ID."""
        found: dict[str, list[bytes]] = defaultdict(list)
        for mail in list(self.received):
            head = email.message_from_bytes(mail, policy=email.policy.default)
            found[str(head["Message-ID"])].append(mail)
        return found

    def sent_to(self, recipient: str) -> list[bytes]:
        """Everything taken for that address."""
        return [
            mail
            for mail, (_, recipients) in zip(list(self.received), self.addresses, strict=False)
            if recipient in recipients
        ]


@contextmanager
def open_mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mailbox, and the port of its server."""
    mailbox, port = Mailbox(), processes.free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox, port
    finally:
        controller.stop()
