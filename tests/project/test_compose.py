"""The Compose file, read as data: no engine runs here, but what must hold can be seen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from elections.services.roles import roles_of
from exchange_portal import variables
from scripts import make_secrets

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "sweeper")
every_service = pytest.mark.parametrize("name", SERVICES)
each_of_ours = pytest.mark.parametrize("name", OURS)


def test_everything_the_portal_needs_is_there() -> None:
    assert set(SERVICES) == {*OURS, "postgres", "redis", "mailpit"}


@every_service
def test_a_service_can_write_to_nothing_but_memory_and_its_volumes(name: str) -> None:
    assert SERVICES[name]["read_only"] is True
    assert all(not volume.startswith((".", "/")) for volume in SERVICES[name].get("volumes", []))


@every_service
def test_a_service_runs_as_somebody_who_is_not_root_and_cannot_become_it(name: str) -> None:
    service = SERVICES[name]
    assert str(service["user"]).partition(":")[0] not in ("", "root", "0")
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service


@every_service
def test_a_service_says_whether_it_is_well_unless_it_runs_once(name: str) -> None:
    service = SERVICES[name]
    if service["restart"] == "no":
        assert name == "migrate"
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


@every_service
def test_who_is_waited_for_can_say_that_it_is_ready(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        once = SERVICES[other]["restart"] == "no"
        assert wait == {
            "condition": "service_completed_successfully" if once else "service_healthy"
        }


@pytest.mark.parametrize("name", ["web", "worker", "sweeper"])
def test_what_records_or_delivers_waits_for_the_database_and_its_migration(name: str) -> None:
    assert {"postgres", "migrate"} <= set(SERVICES[name]["depends_on"])


@pytest.mark.parametrize("name", ["web", "sweeper", "migrate"])
def test_only_the_worker_waits_for_redis(name: str) -> None:
    assert "redis" not in SERVICES[name]["depends_on"]


@every_service
def test_no_port_is_open_beyond_this_machine(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert port.startswith("127.0.0.1:")


def test_secrets_come_from_files_that_are_not_in_the_repository() -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "/secrets/" in ignored
    assert all(secret["file"].startswith("./secrets/") for secret in COMPOSE["secrets"].values())


@every_service
def test_no_secret_has_a_value_in_the_file(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        if re.search("PASSWORD|SECRET", variable) and value:
            assert variable.endswith("_FILE") or value == f"${{{variable}:-}}"
        if variable.endswith("_FILE"):
            assert Path(value).name in SERVICES[name]["secrets"]


@every_service
def test_each_service_is_given_just_the_secrets_it_needs(name: str) -> None:
    used = set(re.findall(r"/run/secrets/(\w+)", str(SERVICES[name])))
    assert set(SERVICES[name].get("secrets", [])) == used


def test_only_the_migration_signs_in_as_the_owner_of_the_tables() -> None:
    for name in OURS:
        given = SERVICES[name]["environment"]
        owner = (
            given["PORTAL_DATABASE_USER"] == SERVICES["postgres"]["environment"]["POSTGRES_USER"]
        )
        assert owner is (name == "migrate")
        if not owner:
            database = given["PORTAL_DATABASE_NAME"]
            assert given["PORTAL_DATABASE_USER"] == roles_of(database).application
            assert "database_password" not in SERVICES[name]["secrets"]
    assert "manage.py create_roles" in str(SERVICES["migrate"]["command"])


def test_every_secret_is_made_by_the_script() -> None:
    assert set(COMPOSE["secrets"]) == set(make_secrets.NAMES)


@each_of_ours
def test_ours_are_given_every_variable_that_production_requires(name: str) -> None:
    given = SERVICES[name]["environment"]
    assert given["PORTAL_MODE"] == "production"
    for variable in variables.ALL:
        if variable.required_in_production:
            assert {variable.name, f"{variable.name}_FILE"} & set(given), variable.name


@each_of_ours
def test_ours_are_given_no_variable_that_does_not_exist(name: str) -> None:
    known = {variable.name for variable in variables.ALL}
    for given in SERVICES[name]["environment"]:
        if given.startswith("PORTAL_"):
            assert given.removesuffix("_FILE") in known


def test_the_image_runs_as_somebody_who_is_not_root() -> None:
    stages = (ROOT / "Dockerfile").read_text().split("\nFROM ")
    assert len(stages) == 3
    assert re.search(r"^USER 10001:10001$", stages[-1], re.MULTILINE)
    assert SERVICES["web"]["user"] == "10001:10001"


def test_no_secret_and_no_history_gets_into_the_image() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    kept = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert "*" in lines
    assert kept == {
        "elections", "exchange_portal", "offers", "scripts", "static", "templates", "manage.py",
        "requirements.lock",
    }  # fmt: skip
