"""The last minute: everyone opens, fills in, checks and signs at once; the deadline moves twice.

    make rush [USERS=2000] [RATE=20]      .venv/bin/python -m bench rush --people N --rate N

People arrive ever more thickly until the deadline, some after it, and each does the whole way to a
receipt as fast as the machine takes them. Whatever they were shown is then held against the record:
each receipt shown is in the database, each form was judged by the deadline in force when it was
received, one row a token, nothing lost and nothing doubled, and each has its one mail.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bench import company, site
from bench.client import get, send
from bench.company import Person
from bench.measure import Row
from bench.pages import choices, sign
from scripts import processes

BROWSERS = 32  # at once
TOLD_LATE_WITHIN = 2.0  # seconds, at p99
TRIES = 5
PATIENCE = 900.0  # seconds for all mails


@dataclass(slots=True)
class Sent:
    """What one person sent and was told."""

    person: Person
    token: str = ""
    receipt: str = ""
    said_late: bool = False
    seconds: float = 0.0  # from POST to receipt
    failures: list[str] = field(default_factory=list)


def run(people: int, rate: float) -> list[Row]:
    """One rush, `rate` people a second on the average; the rows of the table.

    `RuntimeError` where history and record disagree.
    """
    mailbox = Mailbox()
    with mailbox.open() as port, site.servers(
        PORTAL_EMAIL_HOST="127.0.0.1", PORTAL_EMAIL_PORT=str(port), PORTAL_EMAIL_TLS="none"
    ) as folder:  # fmt: skip
        company.fill("r", 1, people)
        company.settle()
        crowd = company.sign_in("r", 1, people)
        with site.gunicorn(folder) as server, deliverers(folder):
            history, took = rush(server, crowd, len(crowd) / rate)
            check(history)
            last = wait_for_mails()
    check_mails(history, mailbox)
    return rows(history, took, last)


def rush(port: int, crowd: list[Person], lasts: float) -> tuple[list[Sent], float]:
    """Everyone's way to a receipt, begun within `lasts` seconds; what they were told, and when."""
    began = time.monotonic()
    open_until(lasts * 0.5)
    moving = threading.Thread(target=extend_twice, args=(began, lasts))
    moving.start()

    def come(n: int) -> Sent:
        # Ever more thickly: as many in the last tenth as in the first four.
        time.sleep(max(0.0, began + lasts * ((n + 1) / len(crowd)) ** 0.5 - time.monotonic()))
        return one(port, crowd[n])

    with ThreadPoolExecutor(BROWSERS) as browsers:
        history = list(browsers.map(come, range(len(crowd))))
    moving.join()
    return history, time.monotonic() - began


def one(port: int, person: Person) -> Sent:
    """One person's way; a request that fails is sent again, as people do."""
    sent = Sent(person)

    def ask(request: Any) -> Any:
        for _ in range(TRIES):
            try:
                return send(port, request)
            except (RuntimeError, OSError) as error:
                sent.failures.append(str(error)[:200])
                time.sleep(0.2)
        raise RuntimeError(f"{person.number} gave up: {sent.failures}")

    ask(get("/election/", person.session))
    check_page = ask(choices(person)).location
    (sent.token,) = parse_qs(urlsplit(check_page).query)["form"]
    ask(get(check_page, person.session))
    began = time.perf_counter()
    path = ask(sign(person, check_page)).location
    page = ask(get(path, person.session)).body.decode()
    sent.seconds = time.perf_counter() - began
    sent.receipt = path.strip("/").rpartition("/")[2]
    sent.said_late = "arrived late" in page
    return sent


def open_until(seconds: float) -> None:
    """Let the offer expire in so many seconds."""
    from elections.models import Offer

    Offer.objects.update(expiration=datetime.now(UTC) + timedelta(seconds=seconds))


def extend_twice(began: float, lasts: float) -> None:
    """HR moves the deadline shortly before it passes, twice; the last people come after it."""
    from django.db import connection

    from elections import queries
    from elections.models import Offer, User
    from elections.services.extend import Extended, extend_offer

    actor = User.objects.create_user("hr@example.com", name="Harper HR", is_staff=True)
    for when, until in ((0.45, 0.75), (0.7, 0.95)):
        time.sleep(max(0.0, began + lasts * when - time.monotonic()))
        offer = Offer.objects.prefetch_related("extensions").get()
        expected = queries.deadline_in_force(offer)
        left = began + lasts * until - time.monotonic()
        soonest = expected + timedelta(seconds=1)
        expiration = max(datetime.now(UTC) + timedelta(seconds=left), soonest)
        outcome = extend_offer(
            actor=actor, offer=offer, expected=expected, expiration=expiration, reason="More time."
        )
        if not isinstance(outcome, Extended):
            raise RuntimeError(f"The deadline was not moved: {outcome}")
    connection.close()


def check(history: list[Sent]) -> None:
    """Hold what people were told against the record."""
    from elections.models import Extension, Offer, OutboxMessage, Submission

    wrong = []
    offer, extensions = Offer.objects.get(), list(Extension.objects.order_by("number"))
    rows = {str(row.form_token): row for row in Submission.objects.all()}
    for sent in history:
        row = rows.get(sent.token)
        if row is None or row.receipt != sent.receipt or row.employee_number != sent.person.number:
            wrong.append(f"{sent.person.number} holds a receipt that is not on record")
        elif row.timely == sent.said_late:
            wrong.append(f"{sent.receipt} says {sent.said_late=}, the record {row.timely=}")
    for row in rows.values():
        announced = [e.expiration for e in extensions if e.announced_at <= row.received_at]
        in_force = max([offer.expiration, *announced])
        if row.deadline != in_force or row.timely != (row.received_at < in_force):
            wrong.append(f"{row.receipt} was judged by {row.deadline}, not {in_force}")
    mails = OutboxMessage.objects.filter(kind="receipt").count()
    if not len(history) == len(rows) == Submission.objects.count() == mails:
        wrong.append(f"{len(history)} sent, {len(rows)} recorded, {mails} mails")
    if wrong:
        raise RuntimeError("\n".join(wrong[:20]))


def wait_for_mails() -> float:
    """Seconds from now until every receipt has been mailed."""
    from elections.models import OutboxMessage

    began = time.monotonic()
    waiting = OutboxMessage.objects.filter(kind="receipt").exclude(state="sent")
    processes.wait_until(lambda: not waiting.exists(), PATIENCE, "Mailing the receipts")
    return time.monotonic() - began


def check_mails(history: list[Sent], mailbox: Mailbox) -> None:
    """One confirmation each, to the right person."""
    got = [mail for mail in mailbox.mails if mail[1]]
    if len({identity for _, identity in got}) != len(got):
        raise RuntimeError("A mail came twice.")
    people = {recipient for recipient, _ in got}
    if missing := {sent.person.email for sent in history} - people:
        raise RuntimeError(f"No mail came to {sorted(missing)[:5]}")


def rows(history: list[Sent], took: float, last: float) -> list[Row]:
    """What is told of it."""
    seconds = sorted(sent.seconds for sent in history)
    late = [sent.seconds for sent in history if sent.said_late]
    hundredths = quantiles(seconds, n=100)
    late_99 = quantiles(late, n=100)[98] if len(late) > 1 else 0.0
    failures = sum(len(sent.failures) for sent in history)
    return [
        Row("people", f"{len(history):,}", f"in {took:.0f} s, two extensions in between"),
        Row("submissions a second", f"{len(history) / took:.1f}", "each with its 5 requests"),
        Row("from POST to receipt", f"{hundredths[49]:.2f} / {hundredths[98]:.2f} /"
            f" {seconds[-1]:.2f} s", "p50 / p99 / worst"),
        Row("late, and told so within", f"{len(late)}, p99 {late_99:.2f} s", "", late_99,
            most=TOLD_LATE_WITHIN),
        Row("lost or doubled", "0", "history, record and mails agree"),
        Row("requests sent again", f"{failures}", "", failures, most=0),
        Row("last mail after the last receipt", f"{last:.0f} s", ""),
    ]  # fmt: skip


class Mailbox:
    """An SMTP server that takes everything: (recipient, Message-ID) of each mail."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, str]] = []

    @contextmanager
    def open(self) -> Iterator[int]:
        """Take mails on a port of our own until the end."""
        port, loop = processes.free_port(), asyncio.new_event_loop()
        loop.run_until_complete(asyncio.start_server(self._talk, "127.0.0.1", port, limit=1 << 24))
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            yield port
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 bench\r\n")
        recipient = ""
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                mail = await reader.readuntil(b"\r\n.\r\n")
                self.mails.append((recipient, _message_id(mail)))
            elif word == b"RCPT":
                recipient = line.decode().partition("<")[2].partition(">")[0]
            writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n")
            await writer.drain()
            if word == b"QUIT":
                break
        writer.close()


def _message_id(mail: bytes) -> str:
    for line in mail.split(b"\r\n"):
        if line.lower().startswith(b"message-id:"):
            return line.decode().partition(":")[2].strip()
    return ""


@contextmanager
def deliverers(folder: Path) -> Iterator[None]:
    """The worker and the sweeper, as they run in production."""
    commands = {
        "worker": [
            str(site.BIN / "celery"), "-A", "exchange_portal", "worker", "--concurrency", "2",
            "--without-gossip", "--without-mingle",
        ],
        "sweeper": [sys.executable, "manage.py", "deliver_outbox"],
    }  # fmt: skip
    started: list[subprocess.Popen[bytes]] = []
    try:
        for name, command in commands.items():
            with (folder / f"{name}.log").open("wb") as log:
                started.append(
                    processes.start(command, cwd=site.ROOT, env=os.environ, stdout=log, stderr=log)
                )
        yield
    finally:
        processes.stop(*started)
