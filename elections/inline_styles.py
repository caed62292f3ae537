"""What a policy says of an answer with a style sheet inside: a drawing, a mail of the demo."""

from __future__ import annotations

import base64
import hashlib
import re

_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", flags=re.DOTALL)


def sheet_in(markup: str) -> str | None:
    """The first style sheet inside it, as it is written there; None without one."""
    found = _STYLE.search(markup)
    return found[1] if found else None


def style_source(sheet: str) -> str:
    """The CSP source that lets exactly this style sheet through."""
    digest = hashlib.sha256(sheet.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
