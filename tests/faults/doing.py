"""What many cases do: let clients send at once, in the background, again."""

from __future__ import annotations

import os
import signal
import threading
import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from scripts import processes
from tests.faults.browser import Browser
from tests.faults.history import Person, Sending, Told
from tests.faults.stack import Process

PATIENCE = 60.0


def in_background(work: Callable[[], object]) -> threading.Thread:
    """Let a client do that while the test does harm."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def together(works: Sequence[Callable[[], object]]) -> None:
    """Do all of these at the same moment, each in a thread of its own; errors are raised."""
    start = threading.Barrier(len(works))

    def begin(work: Callable[[], object]) -> None:
        start.wait(PATIENCE)
        work()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(begin, work) for work in works]:
            done.result(PATIENCE * 3)


def crowd(
    browser: Browser, forms: Iterable[tuple[Person, uuid.UUID]], *, at_once: int
) -> list[threading.Thread]:
    """So many clients, started, who sign these forms one after the other until none is left."""
    left = list(forms)

    def sign_some() -> None:
        while True:
            try:
                person, token = left.pop()
            except IndexError:
                return
            browser.sign(person, token)

    return [in_background(sign_some) for _ in range(at_once)]


def all_done(clients: Iterable[threading.Thread]) -> None:
    """Wait for these clients."""
    for client in clients:
        client.join(PATIENCE * 3)
        assert not client.is_alive()


def kill_workers(web: Process) -> None:
    """SIGKILL for every worker process; gunicorn starts new ones."""
    dying = web.children
    for pid in dying:
        os.kill(pid, signal.SIGKILL)
    processes.wait_until(
        lambda: len(set(web.children) - set(dying)) >= len(dying), 20, "New workers"
    )


def send_again(browser: Browser, sending: Sending, **changes: str) -> Sending:
    """The same person sends the same form with the same token."""
    fields = {k: v for k, v in sending.fields.items() if k != "form_token"} | changes
    return browser.sign(sending.person, sending.token, path=sending.path, **fields)


def filled_in(
    browser: Browser, person: Person, *, form: str = "election", **fields: str
) -> uuid.UUID:
    """The token of a form that was filled in over HTTP: an election of their grant by default."""
    fields = fields or {f"grant-{person.grant}": "exchange"}
    answer = browser.post(person, f"/{form}/", fields)
    assert answer.status == 303, answer.words
    return uuid.UUID(answer.location.partition("?form=")[2])


def told(sendings: Iterable[Sending]) -> list[Told]:
    """What each of these was told, sorted."""
    return sorted(sending.told for sending in sendings)
