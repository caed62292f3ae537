"""What every test can use, and what a run promises: nothing is left out quietly."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.conf import settings

from scripts import machine
from tests.browser import chromium  # noqa: F401  (a fixture)
from tests.mails import no_mail_under_way  # noqa: F401  (a fixture)
from tests.portal import (  # noqa: F401  (fixtures)
    committed,
    emptying_the_database_lifts_its_guards,
    offer,
    portal_clock,
)
from tests.provider import provider  # noqa: F401  (a fixture)

# A marker, what it needs, and how to tell that it is here. `worker` marks tests that start a real
# Celery worker: it needs nothing that is not installed with the rest.
NEEDS = {
    "postgres": (
        "PostgreSQL",
        lambda: settings.DATABASES["default"]["ENGINE"].endswith("postgresql"),
    ),
    "redis": ("Redis", lambda: settings.CELERY_BROKER_URL.startswith("redis")),
    "browser": ("Chromium", lambda: machine.chromium() is not None),
}


# pytest-django lets no test near the database without one of these, or the marker `django_db`.
ASK_THE_DATABASE = {"db", "transactional_db", "live_server", "django_db_setup"}


@pytest.hookimpl(tryfirst=True)  # before some are chosen by their markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that ask the database; skip, by name, those whose part is missing here."""
    for item in items:
        fixtures: list[str] = getattr(item, "fixturenames", [])
        if item.get_closest_marker("django_db") or ASK_THE_DATABASE & {*fixtures}:
            item.add_marker("database")
    for marker, (part, present) in NEEDS.items():
        if not present():
            for item in items:
                if item.get_closest_marker(marker):
                    item.add_marker(pytest.mark.skip(reason=f"{part} is missing here"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say in the last lines which parts were left out, and how many tests with them."""
    yield
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason] = reasons.get(reason, 0) + 1
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"NOT TESTED, {count}: {reason}", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under CI a skipped test fails the run: there, every part has to be installed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") == "true" and skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
