"""A real OpenID provider on 127.0.0.1, whose answers can be made to lie on their way out."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

import jwt
import pytest
import requests

from elections import openid

CLIENT_ID = "portal"
CLIENT_SECRET = "s3-9fK2mXqv7LtR0cYbN4wUe"
TOKEN = "/oauth2/token"
DISCOVERY = "/.well-known/openid-configuration"
Claims = dict[str, Any]


class Provider:
    """`issuer` is its address. `asked` holds what each path was sent; `lies` change answers.

    A path that has `moved` answers with a redirect to where it is now.
    """

    def __init__(self) -> None:
        # Costs two seconds, and not every run of tests needs one.
        import oidc_provider_mock

        self.app = oidc_provider_mock.app(require_nonce=True)
        self.asked: dict[str, dict[str, str]] = {}
        self.lies: dict[str, Callable[[Claims], Claims]] = {}
        self.moved: dict[str, str] = {}
        self.away = False
        self.issuer = ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        sent = parse_qsl(environ["QUERY_STRING"])
        if path == TOKEN:
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            sent = parse_qsl(body.decode())
            environ["wsgi.input"] = BytesIO(body)
        self.asked[path] = dict(sent)
        if self.away:
            start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
            return [b"away"]
        if path in self.moved:
            start_response("307 Temporary Redirect", [("Location", self.moved[path])])
            return [b""]
        lie = self.lies.get(path)
        if lie is None:
            return self.app(environ, start_response)
        said: list[Any] = []
        honest = b"".join(self.app(environ, lambda *head, **_: said.extend(head)))
        told = json.dumps(lie(json.loads(honest))).encode()
        kept = [(name, value) for name, value in said[1] if name.lower() != "content-length"]
        start_response(said[0], [*kept, ("Content-Length", str(len(told)))])
        return [told]

    def knows(self, subject: str, **claims: Any) -> None:
        """Let it know someone by these claims."""
        requests.put(f"{self.issuer}/users/{subject}", json=claims, timeout=5).raise_for_status()

    def changes(self, header: dict[str, Any] | None = None, key: Any = None, **claims: Any) -> None:
        """Let each ID token say these claims instead (None: leave it out), signed all the same.

        `key` signs in place of the provider's own; `header` may name another algorithm.
        """

        def lie(answer: Claims) -> Claims:
            token = answer["id_token"]
            said = jwt.decode(token, options={"verify_signature": False}) | claims
            said = {name: value for name, value in said.items() if value is not None}
            head = jwt.get_unverified_header(token) | (header or {})
            own = key if key is not None else self.signing_key
            return answer | {"id_token": jwt.encode(said, own, head["alg"], headers=head)}

        self.lies[TOKEN] = lie

    @property
    def signing_key(self) -> Any:
        """The private key that it signs with."""
        from flask import g

        with self.app.test_request_context("/"):
            self.app.preprocess_request()
            return jwt.PyJWK(g.oidc_provider_mock_storage.jwk.as_dict(is_private=True)).key


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Serve one, on a port of its own, until the context ends."""
    from werkzeug.serving import make_server

    provider = Provider()
    server = make_server("127.0.0.1", 0, provider, threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # plain http, on this machine alone
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join(5)
            server.server_close()


@pytest.fixture
def provider(settings: Any, live_server: Any) -> Iterator[Provider]:
    """A provider that the portal at `live_server` is set up for."""
    with running_provider() as running:
        settings.PORTAL_OIDC_ISSUER = running.issuer
        settings.PORTAL_OIDC_CLIENT_ID = CLIENT_ID
        settings.PORTAL_OIDC_CLIENT_SECRET = CLIENT_SECRET
        settings.PORTAL_OIDC_NAME = "Example Corporation"
        settings.PORTAL_BASE_URL = live_server.url
        openid.documents.clear()
        yield running
        openid.documents.clear()
