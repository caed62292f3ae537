"""The surroundings of a test run, set before Django reads its settings (pytest's `-p`).

The settings are those of production but for plain http, a fast password hash and, unless
`scripts.with_services` started a PostgreSQL, SQLite. Other PORTAL_ variables are cleared.
"""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import tempfile
from pathlib import Path

# What scripts.with_services hands over.
FROM_SERVICES = ("PORTAL_DATABASE_", "PORTAL_REDIS_URL")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
FOLDER = Path(tempfile.mkdtemp(prefix="portal-tests-"))


def set_environment() -> None:
    """Set every variable the settings need."""
    for name in [name for name in os.environ if name.startswith("PORTAL_")]:
        if not name.startswith(FROM_SERVICES):
            del os.environ[name]
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "exchange_portal.settings",
            "PORTAL_MODE": "test",
            "PORTAL_SECRET_KEY": secrets.token_urlsafe(50),
            "PORTAL_DATA_DIR": str(FOLDER),
            "PORTAL_ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
            "PORTAL_BASE_URL": "http://testserver",
            "PORTAL_EMAIL_TLS": "none",
            "PORTAL_LOG_LEVEL": "WARNING",
        }
    )
    # Of pytest's processes side by side (gw0, gw1, ...) each has a queue of its own, as it has a
    # database: Redis has sixteen, and pytest-django makes one of PostgreSQL's for each.
    server, _, number = os.environ.get("PORTAL_REDIS_URL", "").rpartition("/")
    if number.isdigit():
        os.environ["PORTAL_REDIS_URL"] = f"{server}/{WORKER.removeprefix('gw')}"
    # Without a Redis, a wake-up stays in this process: published at once, heard by nobody.
    os.environ.setdefault("PORTAL_REDIS_URL", "memory://")


atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
set_environment()
