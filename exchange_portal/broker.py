"""How Celery reaches its broker, and how soon it gives up.

A request that has recorded a submission wakes the workers and goes on: the outbox row is the queue
of record, so a wake-up may be lost but must never be waited for. By default Celery would retry for
ever when Redis is away, and wait for ever when Redis is there and does not answer.
"""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from exchange_portal import variables
from exchange_portal.env import ConfigurationError, Environment

# Seconds that one step towards Redis (connect, send, answer) may take: in a request, and in a
# worker. A worker that gave up as soon would, on a busy machine, lose the task it has just taken.
PATIENCE = 0.3
PATIENCE_OF_A_WORKER = 5.0


def address(env: Environment) -> str:
    """The broker's address, with the password in it when that came by its own variable."""
    url, password = env[variables.REDIS_URL], env[variables.REDIS_PASSWORD]
    if not password:
        return url
    parts = urlsplit(url)
    if parts.password:
        raise ConfigurationError("PORTAL_REDIS_PASSWORD is set, but PORTAL_REDIS_URL has one too.")
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:{quote(password, '')}@{host}"))


def tls(env: Environment) -> dict[str, Any] | None:
    """How to speak TLS with Redis, its certificate always checked; None for a plain connection."""
    files = {
        "ssl_ca_certs": env[variables.REDIS_CA],
        "ssl_certfile": env[variables.REDIS_CERTIFICATE],
        "ssl_keyfile": env[variables.REDIS_CERTIFICATE_KEY],
    }
    if not env[variables.REDIS_URL].startswith("rediss:"):
        if any(files.values()):
            raise ConfigurationError(
                "PORTAL_REDIS_CA and PORTAL_REDIS_CERTIFICATE are for TLS, but PORTAL_REDIS_URL"
                " does not begin with rediss://."
            )
        return None
    if bool(files["ssl_certfile"]) != bool(files["ssl_keyfile"]):
        raise ConfigurationError(
            "PORTAL_REDIS_CERTIFICATE and PORTAL_REDIS_CERTIFICATE_KEY go together; one is missing."
        )
    return {
        "ssl_cert_reqs": ssl.CERT_REQUIRED,
        "ssl_check_hostname": True,
        "ssl_min_version": ssl.TLSVersion.TLSv1_2,
        **{name: file for name, file in files.items() if file},
    }


def transport_options(url: str, data_dir: Path) -> dict[str, Any]:
    """Kombu's options for the transport of that address."""
    if url.startswith("filesystem"):
        return _folder_options(data_dir / "broker")
    if url.startswith("redis"):
        return _redis_options()
    return {}


def for_a_worker(options: dict[str, Any]) -> dict[str, Any]:
    """The same options for a process that only consumes: it can wait, and it tries again."""
    if "socket_timeout" not in options:
        return options
    publishing_once = ("max_retries", "connect_retries_timeout")
    return {
        **{name: value for name, value in options.items() if name not in publishing_once},
        "socket_connect_timeout": PATIENCE_OF_A_WORKER,
        "socket_timeout": PATIENCE_OF_A_WORKER,
    }


def _redis_options() -> dict[str, Any]:
    return {
        # One attempt: without these two, a publisher tries to connect for ever.
        "max_retries": 0,
        "connect_retries_timeout": PATIENCE,
        "socket_connect_timeout": PATIENCE,
        "socket_timeout": PATIENCE,
        "retry_on_timeout": False,
        # A worker whose Redis went away without a word notices within the minute.
        "health_check_interval": 10,
        "socket_keepalive": True,
        "socket_keepalive_options": {
            socket.TCP_KEEPIDLE: 10,
            socket.TCP_KEEPINTVL: 5,
            socket.TCP_KEEPCNT: 3,
        },
        # A task whose worker died comes back after this; the sweeper is sooner.
        "visibility_timeout": 300,
    }


def _folder_options(folder: Path) -> dict[str, Any]:
    """One folder is both ends: what is put in is what is taken out."""
    for name in ("queue", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.1,
    }
