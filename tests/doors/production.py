"""The portal as production shows it, in the test's own process: its headers, cookies, static files.

Which settings those are, a process that runs for production says itself.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import Client, override_settings

from elections.models import User
from scripts.throwaway import production_environment
from tests.project import starting
from tests.signing_in import sign_in

HOST = "portal.invalid"
# Of Bootstrap's files, those that no page of ours loads: most of the time of a release.
UNUSED = ["js/*", "bootstrap.css*", "*.rtl.*", "*-grid.*", "*-reboot.*", "*-utilities.*"]
SHOWN = (
    "ALLOWED_HOSTS",
    "CONTENT_SECURITY_POLICY",
    "CSRF_COOKIE_HTTPONLY",
    "CSRF_COOKIE_NAME",
    "CSRF_COOKIE_SECURE",
    "MIDDLEWARE",
    "PORTAL_BASE_URL",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_PRELOAD",
    "SECURE_HSTS_SECONDS",
    "SECURE_PROXY_SSL_HEADER",
    "SECURE_REDIRECT_EXEMPT",
    "SECURE_REFERRER_POLICY",
    "SECURE_SSL_HOST",
    "SECURE_SSL_REDIRECT",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SECURE",
    "STORAGES",
    "WHITENOISE_ALLOW_ALL_ORIGINS",
    "WHITENOISE_AUTOREFRESH",
    "WHITENOISE_USE_FINDERS",
    "X_FRAME_OPTIONS",
)


@cache
def settings_of_production() -> dict[str, Any]:
    """Those of `SHOWN`, asked of a process once."""
    return starting.settings(*SHOWN, **production_environment())


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the static files of a release."""
    folder = tmp_path_factory.mktemp("static")
    with override_settings(STATIC_ROOT=folder, STORAGES=_storages()):
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED)
    return folder


@pytest.fixture
def production(settings: Any, release: Path) -> None:
    """Production's settings, and its static files."""
    of_production = settings_of_production() | {"STORAGES": _storages()}
    for name, value in of_production.items():
        setattr(settings, name, value)
    settings.STATIC_ROOT = release


def _storages() -> dict[str, Any]:
    """Production's static files beside the folders of this run."""
    return settings.STORAGES | {"staticfiles": settings_of_production()["STORAGES"]["staticfiles"]}


def visitor(user: User | None = None, **options: Any) -> Client:
    """A browser of somebody signed in, or of nobody; it comes to production's host by https."""
    browser = Client(SERVER_NAME=HOST, raise_request_exception=False, **options)
    if user:
        sign_in(browser, user)
    return browser


def static_file(name: str) -> str:
    """The address of a static file, with its digest in it."""
    return str(staticfiles_storage.url(name))
