"""A process that is told the wrong thing does not start, and says why in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.throwaway import production_environment
from tests.project import starting

# Each test starts processes, so these are not for the inner loop.
pytestmark = pytest.mark.worker


def refusal(*words: str, **variables: str) -> str:
    done = starting.run(*words, **variables)
    assert done.returncode == 1
    assert done.stdout == ""
    return done.stderr.strip()


def test_without_a_mode_a_process_runs_for_production_and_says_what_it_lacks() -> None:
    said = refusal("manage.py", "check")
    assert said == (
        "PORTAL_BASE_URL must be set in production (address). See docs/configuration.md."
    )


def test_an_unknown_mode_is_named() -> None:
    said = refusal("manage.py", "check", PORTAL_MODE="staging")
    assert said.startswith("PORTAL_MODE must be one of production, demo, test, not 'staging'.")


@pytest.mark.parametrize("mode", ["production", "test"])
def test_only_a_demo_may_start_with_a_shifted_clock(mode: str, tmp_path: Path) -> None:
    variables = production_environment() | {
        "PORTAL_MODE": mode,
        "PORTAL_DATA_DIR": str(tmp_path),
        "PORTAL_DEMO_NOW": "2003-01-20T20:59:00-08:00",
    }
    said = refusal("manage.py", "check", **variables)
    assert said.startswith("PORTAL_DEMO_NOW would shift the clock, which only a demo may do.")


def test_links_in_mails_must_lead_to_a_host_that_is_answered_for() -> None:
    variables = production_environment() | {"PORTAL_BASE_URL": "https://elsewhere.invalid"}
    said = refusal("manage.py", "check", **variables)
    assert said.startswith("PORTAL_BASE_URL has a host that PORTAL_ALLOWED_HOSTS does not name.")


def test_two_passwords_for_redis_are_refused() -> None:
    variables = production_environment() | {
        "PORTAL_REDIS_URL": "redis://:q7Zr8Kp2Lm4Xw9Tb@redis.invalid:6379/0"
    }
    said = refusal("manage.py", "check", **variables)
    assert said.startswith("PORTAL_REDIS_PASSWORD is set, but PORTAL_REDIS_URL has one too.")


def test_the_web_server_and_the_worker_stop_at_the_same_sentence() -> None:
    variables = production_environment()
    del variables["PORTAL_SECRET_KEY"]
    sentence = "PORTAL_SECRET_KEY (or PORTAL_SECRET_KEY_FILE) must be set in production (text)."
    for program in (
        ["-m", "gunicorn", "--config", "python:exchange_portal.server", "exchange_portal.wsgi"],
        ["-m", "celery", "-A", "exchange_portal", "worker"],
    ):
        done = starting.run(*program, **variables)
        assert done.returncode != 0
        assert sentence in done.stderr
