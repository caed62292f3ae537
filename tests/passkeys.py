"""A passkey without a browser: what one answers when it is made and when it is shown (WebAuthn)."""

from __future__ import annotations

import json
import secrets
from hashlib import sha256
from typing import Any

from bs4 import BeautifulSoup
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.http import HttpResponse
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

HOST = "testserver"
PRESENT_AND_VERIFIED, WITH_KEY = 0b101, 0b1000000


class Passkey:
    """One key, for the portal alone, as a phone or a security key would keep it."""

    def __init__(self) -> None:
        self.id = secrets.token_bytes(32)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.count = 0

    def made(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to being set up."""
        public = ES256.from_cryptography_key(self.key.public_key())
        kept = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        data = self._data(WITH_KEY, kept)
        said = _said("webauthn.create", options)
        return self._answer(
            clientDataJSON=said, attestationObject=AttestationObject.create("none", data, {})
        )

    def shown(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to being asked for, signed."""
        data, said = self._data(), _said("webauthn.get", options)
        signature = self.key.sign(data + sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=said, authenticatorData=data, signature=signature)

    def _data(self, more: int = 0, kept: AttestedCredentialData | None = None) -> AuthenticatorData:
        self.count += 1
        here = sha256(HOST.encode()).digest()
        flags = AuthenticatorData.FLAG(PRESENT_AND_VERIFIED | more)
        return AuthenticatorData.create(here, flags, self.count, kept or b"")

    def _answer(self, **response: bytes) -> dict[str, Any]:
        return {
            "id": websafe_encode(self.id),
            "rawId": websafe_encode(self.id),
            "type": "public-key",
            "response": {name: websafe_encode(part) for name, part in response.items()},
            "clientExtensionResults": {},
        }


def _said(kind: str, options: dict[str, Any]) -> CollectedClientData:
    challenge = websafe_decode(options["challenge"])
    return CollectedClientData.create(kind, challenge, f"https://{HOST}")


def options_on(page: HttpResponse) -> dict[str, Any]:
    """What a page asks of a passkey."""
    asked = BeautifulSoup(page.content, "html.parser").find(id="passkey-options")
    assert asked is not None
    options: dict[str, Any] = json.loads(asked.text)["publicKey"]
    return options
