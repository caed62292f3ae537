"""From the text of a variable to its value, and what makes a value unsafe in production.

A parser raises `ValueError` with the rest of a sentence that begins with the variable's name
("must be a whole number"). A judge returns such a rest, or None when nothing is wrong.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

PLACEHOLDERS = ("changeme", "change-me", "change_me", "insecure", "example", "password", "secret")


def text(value: str) -> str:
    """The text as it stands."""
    return value


def choice(*allowed: str) -> Callable[[str], str]:
    """A parser that accepts just these words."""

    def parse(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return value

    return parse


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A parser of whole numbers from `low` to `high`, both included."""

    def parse(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(value)

    return parse


def yes_or_no(value: str) -> bool:
    """True for `yes`; nothing but `yes` and `no` is taken, so that no typing error passes."""
    if value not in ("yes", "no"):
        raise ValueError("must be yes or no")
    return value == "yes"


def host_names(value: str) -> list[str]:
    """Names separated by commas, in Django's form: `.example.com` means every name below it too."""
    names = [name.strip() for name in value.split(",") if name.strip()]
    if not names or any("/" in name or " " in name for name in names):
        raise ValueError("must be host names separated by commas, without https://")
    return names


def web_address(value: str) -> str:
    """An origin such as `https://exchange.example.com`, without path or last slash."""
    parts = urlsplit(value.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address such as https://exchange.example.com")
    if parts.path or parts.query or parts.fragment or parts.username:
        raise ValueError("must be just a scheme and a host, without a path")
    return value.rstrip("/")


def mail_address(value: str) -> str:
    """A bare address, `law@example.com`, or one with a name, `Plans <plans@example.com>`."""
    bare = value[value.rfind("<") + 1 :].removesuffix(">") if "<" in value else value
    local, at, domain = bare.partition("@")
    if not (local and at and domain) or " " in bare or "\n" in value:
        raise ValueError("must be a mail address")
    return value


def contact(value: str) -> str:
    """A `mailto:` or https address, as security.txt wants it; nothing when the variable is unset.

    A bare mail address becomes a `mailto:` one.
    """
    if not value or (value.startswith("https://") and not re.search(r"\s", value)):
        return value
    return f"mailto:{mail_address(value.removeprefix('mailto:'))}"


def broker_address(value: str) -> str:
    """A Redis address, or one of the two transports that need no server."""
    if value in ("filesystem://", "memory://"):
        return value
    parts = urlsplit(value)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise ValueError("must be an address such as redis://127.0.0.1:6379/0")
    if parts.query:
        # kombu would take settings from it, such as to check no certificate.
        raise ValueError("must have no ? and nothing after it")
    return value


def instant(value: str) -> datetime | None:
    """An ISO 8601 instant with its offset from UTC; nothing when the variable is unset."""
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError("must be an instant with an offset, such as 2003-01-20T20:59:00-08:00")
    return moment


def texts(value: str) -> list[str]:
    """Texts separated by commas or on lines of their own; none when the variable is unset."""
    return [text.strip() for text in re.split(r"[,\n]", value) if text.strip()]


def file(value: str) -> str:
    """The path of a file that can be read; nothing when the variable is unset."""
    try:
        if value:
            Path(value).open("rb").close()
    except OSError as error:
        raise ValueError(f"must name a file that can be read ({error.strerror})") from error
    return value


def guessable(bits: int) -> Callable[[str], str | None]:
    """A judge of secrets: what is wrong with one that holds fewer than `bits` bits, or None.

    The bits are Shannon's, of the characters as they occur: a long run of one letter holds none.
    """

    def judge(value: str) -> str | None:
        if not value:
            return None
        if any(word in value.lower() for word in PLACEHOLDERS):
            return "looks like a placeholder; use a random value"
        shares = [count / len(value) for count in Counter(value).values()]
        if -len(value) * sum(share * math.log2(share) for share in shares) < bits:
            return "is too short or too regular to be a secret; use a random value"
        return None

    return judge


def any_guessable(bits: int) -> Callable[[list[str]], str | None]:
    """A judge of several secrets: what is wrong with the first that `guessable` finds."""
    judge = guessable(bits)
    return lambda values: next(filter(None, map(judge, values)), None)


def plain_http(address: str) -> str | None:
    """Judge an address: what people sign must not travel in the clear."""
    return None if address.startswith("https://") else "must begin with https:// in production"


def any_host(names: list[str]) -> str | None:
    """Judge host names: with `*`, links in mails could be made to lead anywhere."""
    return "must name the hosts; * would accept any" if "*" in names else None


def not_postgresql(engine: str) -> str | None:
    """Judge a kind of database: SQLite lets one writer in at a time."""
    return None if engine == "postgresql" else "must be postgresql in production"


def not_redis(address: str) -> str | None:
    """Judge a broker: only Redis reaches workers on other machines."""
    return None if address.startswith("redis") else "must be a redis:// address in production"
