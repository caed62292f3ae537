"""Sign-in by single sign-on, beside the bare page; the provider's own time is left out.

The provider is a real one (`oidc-provider-mock`), in this process. One request at a time, so that
what the portal waits for it can be taken off; the cores counted are the portal's alone.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests

from bench import site
from bench.client import Ask, get, send
from bench.company import Person
from bench.measure import Times, processor_time
from scripts import processes

PAGE = "bare page, one at a time"
THERE, BACK = "to the OpenID provider", "back from it, signed in"


class Provider:
    """An OpenID provider at `issuer`, which knows everybody as `people`; `spent` counts seconds."""

    def __init__(self, people: Iterable[str]) -> None:
        import oidc_provider_mock as mock

        claims = [mock.User(sub=p, claims={"email": p, "email_verified": True}) for p in people]
        self.app = mock.app(user_claims=claims)
        self.spent = 0.0
        self.issuer = ""

    def answer(self, address: str, person: str) -> str:
        """Be this person there; the path that it leads back to."""
        response = requests.post(address, data={"sub": person}, allow_redirects=False, timeout=10)
        back = urlsplit(response.headers["Location"])
        return f"{back.path}?{back.query}"


@contextmanager
def running(people: Iterable[str]) -> Iterator[Provider]:
    """Serve one; web servers started meanwhile know it (`bench.wsgi`)."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    provider = Provider(people)

    class Counted(WSGIRequestHandler):
        def parse_request(self) -> bool:
            """Begin to count, now that a request has come."""
            self.began = time.perf_counter()
            return super().parse_request()

        def run_wsgi(self) -> None:
            """Answer it, and count how long it took."""
            super().run_wsgi()
            provider.spent += time.perf_counter() - self.began

        def log(self, *args: Any, **kwargs: Any) -> None:
            """Say nothing."""

    server = make_server("127.0.0.1", 0, provider.app, threaded=True, request_handler=Counted)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    os.environ |= {"BENCH_OIDC_ISSUER": provider.issuer, "AUTHLIB_INSECURE_TRANSPORT": "1"}
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield provider
    finally:
        os.environ.pop("BENCH_OIDC_ISSUER")
        server.shutdown()
        thread.join(5)
        server.server_close()


def one_round(
    ports: site.Ports, provider: Provider, crowd: list[Person], visitors: list[str], found: Times
) -> None:
    """Let each of the crowd sign in, there and back; before and after, bare pages."""

    def timed(what: str, port: int, asks: list[Ask]) -> list[str]:
        servers = processes.descendants(os.getpid())
        before, provider.spent = processor_time(servers), 0.0
        answers = [send(port, ask) for ask in asks]
        seconds = sum(answer.seconds for answer in answers) - provider.spent
        cores = processor_time(servers) - before
        found.add(what, seconds / len(asks), cores / len(asks))
        return [answer.location for answer in answers]

    bare = [get("/bare/", person.bare) for person in crowd]
    timed(PAGE, ports.bare, bare)
    led = timed(THERE, ports.portal, [get("/sign-on/", v, status=302) for v in visitors])
    backs = [provider.answer(at, p.email) for at, p in zip(led, crowd, strict=True)]
    timed(
        BACK,
        ports.portal,
        [get(back, v, status=302) for back, v in zip(backs, visitors, strict=True)],
    )
    timed(PAGE, ports.bare, bare)
