"""Run a command under production settings made up for the occasion.

    python -m scripts.throwaway manage.py collectstatic --noinput

For what must look at production's settings but serves nobody: the deployment check, a release's
static files. Its secrets are random and end with the command; its addresses lead nowhere.
"""

from __future__ import annotations

import os
import secrets
import sys


def production_environment() -> dict[str, str]:
    """Valid values of every variable that production requires."""
    return {
        "PORTAL_MODE": "production",
        "PORTAL_SECRET_KEY": secrets.token_urlsafe(50),
        "PORTAL_ALLOWED_HOSTS": "portal.invalid",
        "PORTAL_BASE_URL": "https://portal.invalid",
        "PORTAL_TRUSTED_PROXIES": "1",
        "PORTAL_DATABASE_ENGINE": "postgresql",
        "PORTAL_DATABASE_NAME": "portal",
        "PORTAL_DATABASE_HOST": "database.invalid",
        "PORTAL_DATABASE_USER": "portal",
        "PORTAL_DATABASE_PASSWORD": secrets.token_urlsafe(24),
        "PORTAL_REDIS_URL": "redis://redis.invalid:6379/0",
        "PORTAL_REDIS_PASSWORD": secrets.token_urlsafe(24),
        "PORTAL_EMAIL_HOST": "mail.invalid",
        "PORTAL_MAIL_FROM": "Stock option exchange <exchange@portal.invalid>",
        "PORTAL_LAW_EMAIL": "law@portal.invalid",
        "PORTAL_HR_EMAIL": "hr@portal.invalid",
    }


if __name__ == "__main__":
    environment = {**os.environ, **production_environment()}
    os.execve(sys.executable, [sys.executable, *sys.argv[1:]], environment)
