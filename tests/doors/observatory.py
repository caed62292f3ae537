"""How Mozilla's HTTP Observatory scores an answer, by the rules it publishes.

A base of 100, a modifier for the outcome of each of ten tests; bonuses count only where the
penalties alone leave 90 or more. All bonuses together make 145. Two of them are not for us: to be
in the browsers' own list of hosts that are always https (5) is for an operator to apply for, and
to state the digest of scripts (5) protects from a host that is not the page's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

BASE = 100
BEFORE_BONUS = 90
SIX_MONTHS = 15_552_000  # seconds
BROAD = {"*", "http:", "https:", "ftp:", "http://*", "https://*", "http://*.*", "https://*.*"}
INLINE = {"'unsafe-inline'", "data:"}

# The outcomes of each test and what they are worth.
POLICY = {
    "nothing unless named": 10,
    "nothing unsafe": 5,
    "unsafe styles": 0,
    "pictures over http": -10,
    "eval": -10,
    "unsafe scripts": -20,
    "content over http": -20,
    "no policy": -25,
}
COOKIES = {
    "all cookies tied to the site": 5,
    "no cookies": 0,
    "cookies secure": 0,
    "cookie without Secure, saved by HSTS": -5,
    "session without Secure, saved by HSTS": -10,
    "cookie without Secure": -20,
    "forgery token without SameSite": -20,
    "session within reach of scripts": -30,
    "session without Secure": -40,
}
SHARING = {"shared with nobody": 0, "shared with anybody": 0, "shared with credentials": -50}
REDIRECTION = {
    "led to https": 0,
    "led to another host": -5,
    "led to http first": -10,
    "not led to https": -20,
}
REFERRER = {"told to nobody else": 5, "referrer policy missing": 0, "told to others": -5}
TRANSPORT = {"https for six months": 0, "https for less": -10, "https not asked for": -20}
SCRIPTS = {"no page": 0, "no scripts": 0, "scripts of our own": 0, "scripts of others": -50}
SNIFFING = {"type as stated": 0, "type guessed": -5}
FRAMES = {"frames by policy": 5, "frames by their own header": 0, "frames open": -20}
RESOURCE = {"for us alone": 10, "for all": 0, "resource policy missing": 0, "not understood": -5}
POINTS = {
    name: points
    for test in (
        POLICY, COOKIES, SHARING, REDIRECTION, REFERRER, TRANSPORT, SCRIPTS, SNIFFING, FRAMES,
        RESOURCE,
    )
    for name, points in test.items()
}  # fmt: skip

PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}


@dataclass(frozen=True)
class Answer:
    """What came over https, and where the same host leads one who came over http."""

    headers: Mapping[str, str]
    cookies: Sequence[str]  # as Set-Cookie has them
    body: str
    host: str
    plain: tuple[int, str]  # status, and Location


def score(answer: Answer) -> tuple[int, set[str]]:
    """The score, and the outcome of each test."""
    outcomes = {
        _policy(directives(answer.headers.get("Content-Security-Policy", ""))),
        _cookies(answer),
        _sharing(answer),
        _redirection(answer),
        _referrer(answer),
        _transport(answer),
        _scripts(answer),
        "type as stated"
        if answer.headers.get("X-Content-Type-Options", "").strip().lower() == "nosniff"
        else "type guessed",
        _frames(answer),
        _resource(answer),
    }
    points = [POINTS[outcome] for outcome in outcomes]
    without_bonus = BASE + sum(p for p in points if p < 0)
    return (BASE + sum(points) if without_bonus >= BEFORE_BONUS else without_bonus), outcomes


def directives(policy: str) -> dict[str, set[str]]:
    """The directives of a policy, each with its sources."""
    words = [directive.split() for directive in policy.split(";") if directive.strip()]
    return {name.lower(): set(sources) for name, *sources in words}


def _policy(policy: dict[str, set[str]]) -> str:
    if not policy:
        return "no policy"
    anything = policy.get("default-src", {"*"})
    scripts, styles = policy.get("script-src", anything), policy.get("style-src", anything)
    objects = policy.get("object-src", anything)
    passive = policy.get("img-src", anything) | policy.get("media-src", anything)
    active = set().union(
        scripts, *(s for name, s in policy.items() if name not in ("img-src", "media-src"))
    )
    if scripts & (BROAD | INLINE) or objects & BROAD:
        return "unsafe scripts"
    if any(source.startswith(("http:", "ftp:")) for source in active):
        return "content over http"
    if "'unsafe-eval'" in scripts | styles:
        return "eval"
    if any(source.startswith(("http:", "ftp:")) for source in passive):
        return "pictures over http"
    if styles & (BROAD | INLINE):
        return "unsafe styles"
    return "nothing unless named" if anything == {"'none'"} else "nothing unsafe"


def _cookies(answer: Answer) -> str:
    if not answer.cookies:
        return "no cookies"
    hsts = _transport(answer) == "https for six months"
    found = {"cookies secure"}
    for cookie in answer.cookies:
        name, *rest = (part.strip().lower() for part in cookie.split(";"))
        flags = {part.partition("=")[0]: part.partition("=")[2] for part in rest}
        session, token = "sess" in name or "login" in name, "csrf" in name.partition("=")[0]
        if "secure" not in flags:
            kind = "session" if session else "cookie"
            found.add(f"{kind} without Secure" + (", saved by HSTS" if hsts else ""))
        if session and "httponly" not in flags:
            found.add("session within reach of scripts")
        if flags.get("samesite") not in ("lax", "strict"):
            found.add("forgery token without SameSite" if token else "cookie to other sites")
    if found == {"cookies secure"}:
        return "all cookies tied to the site"
    return min(found - {"cookie to other sites"}, key=lambda outcome: COOKIES[outcome])


def _sharing(answer: Answer) -> str:
    allowed = answer.headers.get("Access-Control-Allow-Origin")
    if allowed is None:
        return "shared with nobody"
    credentials = answer.headers.get("Access-Control-Allow-Credentials", "").lower() == "true"
    return "shared with credentials" if credentials else "shared with anybody"


def _redirection(answer: Answer) -> str:
    status, location = answer.plain
    to = urlsplit(location)
    if status not in (301, 302, 303, 307, 308):
        return "not led to https"
    if to.scheme != "https":
        return "led to http first"
    return "led to https" if to.hostname == answer.host else "led to another host"


def _referrer(answer: Answer) -> str:
    stated = answer.headers.get("Referrer-Policy")
    if stated is None:
        return "referrer policy missing"
    last = stated.split(",")[-1].strip().lower()  # the last that a browser knows is what counts
    return "told to nobody else" if last in PRIVATE else "told to others"


def _transport(answer: Answer) -> str:
    found = re.search(r"max-age=(\d+)", answer.headers.get("Strict-Transport-Security", ""))
    if not found:
        return "https not asked for"
    return "https for six months" if int(found[1]) >= SIX_MONTHS else "https for less"


def _scripts(answer: Answer) -> str:
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        return "no page"
    sources = re.findall(r'<script[^>]*\bsrc="([^"]*)"', answer.body)
    if any(urlsplit(source).hostname not in (None, answer.host) for source in sources):
        return "scripts of others"
    return "scripts of our own" if sources else "no scripts"


def _frames(answer: Answer) -> str:
    if "frame-ancestors" in directives(answer.headers.get("Content-Security-Policy", "")):
        return "frames by policy"
    stated = answer.headers.get("X-Frame-Options", "").strip().lower()
    return "frames by their own header" if stated in ("deny", "sameorigin") else "frames open"


def _resource(answer: Answer) -> str:
    stated = answer.headers.get("Cross-Origin-Resource-Policy", "").strip().lower()
    known = {
        "": "resource policy missing",
        "cross-origin": "for all",
        "same-site": "for us alone",
        "same-origin": "for us alone",
    }
    return known.get(stated, "not understood")
