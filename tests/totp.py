"""An authenticator app, reckoned from RFC 6238 and not from the code that it is held against."""

from __future__ import annotations

import base64
import hmac
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from django.test import Client

STEP = 30  # seconds for which a code is good


def code_of(secret: str, *, at: float | None = None) -> str:
    """The six digits that an app with this key (base 32) shows at an instant, by default now."""
    moment = int(time.time() if at is None else at) // STEP
    digest = hmac.digest(base64.b32decode(secret), moment.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def secret_on(page: str) -> str:
    """The key that the page of setting up an app shows."""
    found = re.search(r'id="secret"><code>([A-Z2-7 ]+)</code>', page)
    assert found is not None
    return found[1].replace(" ", "")


def set_up_app(
    browser: Client, committed: Callable[[], AbstractContextManager[object]]
) -> tuple[str, list[str]]:
    """Set up an app in a signed-in browser: its key, and the recovery codes that come with it."""
    secret = secret_on(browser.get("/accounts/2fa/totp/activate/").content.decode())
    with committed():
        response = browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    page = browser.get(response["Location"]).content.decode()
    codes = re.findall(r"<li><code>([\d ]+)</code>", page)
    return secret, [code.replace(" ", "") for code in codes]
