"""What the company's OpenID provider says, and whether it can be believed.

An ID token is believed if a key signed it that the provider publishes, and if it was made by this
issuer, for this portal, just now, for the very sign-in that waits for it: its nonce (OpenID Connect
Core 1.0, section 3.1.3.7).
"""

from __future__ import annotations

from typing import Any

import jwt
import requests
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.core.cache.backends.locmem import LocMemCache
from django.utils.crypto import constant_time_compare

PATIENCE = 5.0  # seconds for one answer
KEPT = 60 * 60  # seconds that the provider's own description and its keys are kept
LEEWAY = 60  # seconds that the provider's clock may differ from ours
# Public keys only: with a shared secret, or none, a token would prove nothing.
ALGORITHMS = [
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
]
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
USERINFO = "userinfo_endpoint"  # which not every provider has

# In each process by itself: no table, and nothing that is shared could be tampered with.
documents = LocMemCache("openid", {})


class ToTheProvider(requests.Session):
    """Asks what it is told to and follows no redirect: a code and a secret go nowhere else."""

    def request(self, *asked: Any, **how: Any) -> requests.Response:
        """Send it, and wait as long as `PATIENCE` for an answer. Raises `RequestException`."""
        return super().request(*asked, **{"timeout": PATIENCE, **how, "allow_redirects": False})


class Untrusted(OAuth2Error):
    """The provider's answer is not what OpenID Connect asks for; says why, without its content."""


def discovery(issuer: str) -> dict[str, Any]:
    """Where the provider's endpoints are, by its own description.

    Raises `Untrusted`, or `requests.RequestException` where it cannot be reached.
    """
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    kept = documents.get(address)
    if kept is not None:
        return dict(kept)
    found = _fetch(address)
    if found.get("issuer") != issuer:
        raise Untrusted("the discovery document names another issuer")
    scheme = "https://" if issuer.startswith("https://") else "http"
    for name in (*ENDPOINTS, USERINFO) if found.get(USERINFO) else ENDPOINTS:
        if not str(found.get(name, "")).startswith(scheme):
            raise Untrusted(f"the discovery document has no safe {name}")
    documents.set(address, found, KEPT)
    return found


def verified_claims(id_token: str, *, issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """What an ID token says of the person, once all of it is checked.

    Raises `Untrusted`, or `requests.RequestException` where the keys cannot be had.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            id_token,
            _signing_key(id_token, discovery(issuer)["jwks_uri"]),
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=client_id,
            leeway=LEEWAY,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except jwt.PyJWTError as error:
        raise Untrusted(f"the ID token is not valid: {type(error).__name__}") from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else client_id) != client_id:
        raise Untrusted("the ID token was made for another party")
    if not nonce or not constant_time_compare(str(claims.get("nonce", "")), nonce):
        raise Untrusted("the ID token belongs to another sign-in")
    return claims


def userinfo(issuer: str, *, access_token: str, subject: str) -> dict[str, Any]:
    """What else the provider says of the same person; nothing where it has no such endpoint.

    Raises `Untrusted`, or `requests.RequestException` where it cannot be reached.
    """
    endpoint = discovery(issuer).get(USERINFO)
    if not endpoint:
        return {}
    found = _fetch(str(endpoint), access_token=access_token)
    # OpenID Connect Core 1.0, section 5.3.2: else it may speak of somebody else.
    if found.get("sub") != subject:
        raise Untrusted("the userinfo endpoint speaks of somebody else")
    return found


def _signing_key(id_token: str, address: str) -> Any:
    """The provider's public key that the token says it was signed with.

    A key that is not known yet may be new, so the keys are then asked for once more.
    """
    kid = jwt.get_unverified_header(id_token).get("kid")
    key = _key_among(documents.get(address, {}), kid)
    if key is None:
        found = _fetch(address)
        key = _key_among(found, kid)
        if key is None:
            raise Untrusted("the ID token is signed with a key that the provider does not publish")
        documents.set(address, found, KEPT)
    return key


def _key_among(found: dict[str, Any], kid: str | None) -> Any:
    """The one key of that name; of a token that names none, the only key there is."""
    keys = [key for key in found.get("keys", ()) if kid in (None, key.get("kid"))]
    return jwt.PyJWK(keys[0]).key if len(keys) == 1 else None


def _fetch(address: str, *, access_token: str = "") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {access_token}"} if access_token else {}
    with ToTheProvider() as provider:
        response = provider.get(address, headers=headers)
    response.raise_for_status()
    found = response.json() if response.status_code == 200 else None
    if not isinstance(found, dict):
        raise Untrusted("the answer is no JSON object")
    return found
