"""Logs: one JSON object a line in production, `key=value` for people elsewhere; times in UTC.

What people type never goes into a log: tracebacks carry no local variables, and PostgreSQL's DETAIL
lines, which repeat the refused row, are cut off.
"""

from __future__ import annotations

import re
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from structlog.typing import EventDict, WrappedLogger

DETAIL = re.compile(r"\nDETAIL:.*(?:\n(?!CONTEXT:|HINT:|Traceback|\S+Error|\s+File|\n).*)*")


def without_refused_rows(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A structlog processor: cut PostgreSQL's DETAIL out of the event and its traceback."""
    for key in ("event", "exception"):
        if isinstance(event.get(key), str):
            event[key] = DETAIL.sub("\nDETAIL: (cut)", event[key])
    return event


def on_one_line(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A structlog processor: spell out what would begin a line or steer a terminal."""
    for key, value in event.items():
        if key not in ("exception", "stack") and isinstance(value, str) and not value.isprintable():
            event[key] = "".join(
                sign if sign.isprintable() else sign.encode("unicode_escape").decode()
                for sign in value
            )
    return event


def asked_by(request: HttpRequest | None) -> dict[str, Any]:
    """Who asks for what, and from where; the account by its number, if it has been read by now."""
    if request is None:
        return {}
    account = getattr(request, "_cached_user", None)
    return {
        "method": request.method,
        "path": request.path,
        "client": _client(request),
        "account": account.pk if account else None,
    }


def _client(request: HttpRequest) -> str | None:
    """The address that limits go by as well; None where the proxies did not tell."""
    from allauth.account.adapter import get_adapter  # which reads the settings that read this file

    try:
        address: str = get_adapter(request).get_client_ip(request)
    except PermissionDenied:
        return None
    return address


def with_who_asked(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A structlog processor: add who asked to what Django says of a request, such as a refusal."""
    request = getattr(event.get("_record"), "request", None)
    # Django's server for development puts a socket there.
    if isinstance(request, HttpRequest):
        event.update(asked_by(request))
    return event


def configuration(*, json: bool, level: str) -> dict[str, Any]:
    """Set structlog up, and return Django's `LOGGING` so that both end in one stream, stderr."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    rendering: list[Any] = (
        [structlog.processors.JSONRenderer()]
        if json
        else [on_one_line, structlog.dev.ConsoleRenderer(colors=False)]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [
                    structlog.stdlib.ExtraAdder(allow=["status_code"]),
                    with_who_asked,
                    *shared,
                ],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    without_refused_rows,
                    *rendering,
                ],
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers, a console and mails to admins, give way to the one stream.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "gunicorn.error": {"handlers": [], "propagate": True},
            # Whoever stands before the portal keeps a log of requests.
            "gunicorn.access": {"level": "WARNING"},
            # They log every font table.
            "fontTools": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
        },
    }
