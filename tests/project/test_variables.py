"""The variables as a whole: documented, and each required one really stops the start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from exchange_portal import variables
from exchange_portal.env import ConfigurationError, Environment, Mode, Variable
from scripts.throwaway import production_environment

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = [variable for variable in variables.ALL if variable.required_in_production]


def test_the_documentation_holds_the_table_of_the_declarations() -> None:
    assert variables.table() in (ROOT / "docs" / "configuration.md").read_text()


def test_no_two_variables_have_one_name() -> None:
    names = [variable.name for variable in variables.ALL]
    assert len(names) == len(set(names)) == 34


def test_a_complete_production_environment_can_be_read() -> None:
    env = Environment(production_environment(), Mode.PRODUCTION)
    for variable in variables.ALL:
        env[variable]


def test_a_demo_needs_no_variable() -> None:
    env = Environment({}, Mode.DEMO)
    for variable in variables.ALL:
        env[variable]


@pytest.mark.parametrize("variable", REQUIRED, ids=lambda variable: variable.name)
def test_production_does_not_start_without(variable: Variable[Any]) -> None:
    source = production_environment()
    source.pop(variable.name)
    with pytest.raises(
        ConfigurationError, match=rf"^{variable.name}\b.* must be set in production"
    ):
        Environment(source, Mode.PRODUCTION)[variable]


def test_no_secret_has_a_default_in_production() -> None:
    optional = {"PORTAL_EMAIL_PASSWORD", "PORTAL_REDIS_PASSWORD", "PORTAL_SECRET_KEY_FALLBACKS"}
    for variable in variables.ALL:
        if variable.secret:
            assert variable.default == "" if variable.name in optional else variable.default is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_SECRET_KEY", "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz"),
        ("PORTAL_DATABASE_PASSWORD", "changeme"),
        ("PORTAL_DATABASE_PASSWORD", "portal"),
        ("PORTAL_REDIS_PASSWORD", "redis"),
        ("PORTAL_EMAIL_PASSWORD", "hunter2"),
        ("PORTAL_SECRET_KEY_FALLBACKS", "too-short"),
        ("PORTAL_BASE_URL", "http://exchange.example.com"),
        ("PORTAL_ALLOWED_HOSTS", "*"),
        ("PORTAL_DATABASE_ENGINE", "sqlite"),
        ("PORTAL_REDIS_URL", "filesystem://"),
    ],
)
def test_production_does_not_start_with_an_unsafe_value(name: str, value: str) -> None:
    variable = next(variable for variable in variables.ALL if variable.name == name)
    source = production_environment() | {name: value}
    with pytest.raises(ConfigurationError, match=rf"^{name} "):
        Environment(source, Mode.PRODUCTION)[variable]
