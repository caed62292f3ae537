"""The lock files install anywhere: exact versions, hashes, and no address."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from scripts import lock

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENT = re.compile(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", re.MULTILINE)


def locked(name: str) -> dict[tuple[str, str], str]:
    """What a lock file says of each requirement, by its name and version.

    A package may be there twice: an older version for an older Python.
    """
    text = (ROOT / name).read_text()
    starts = [*REQUIREMENT.finditer(text)]
    ends = [match.start() for match in starts[1:]] + [len(text)]
    return {
        (match[1], match[2]): text[match.start() : end]
        for match, end in zip(starts, ends, strict=True)
    }


def names(name: str) -> set[str]:
    """The names of a lock file's packages."""
    return {package for package, _ in locked(name)}


@pytest.mark.parametrize("name", lock.LOCKS)
def test_a_lock_names_no_address(name: str) -> None:
    assert lock.addresses((ROOT / name).read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://mirror.example.com/simple",
        "--extra-index-url file:///srv/wheels",
        "--find-links /srv/wheels",
        "--trusted-host mirror.example.com",
        "-e ./package",
        "package @ file:///srv/package.whl",
        "    # via -r /home/me/requirements.in",
    ],
)
def test_an_address_would_be_found(line: str) -> None:
    assert lock.addresses(f"django==5.2.19 \\\n{line}\n") == [line]


@pytest.mark.parametrize("name", lock.LOCKS)
def test_every_requirement_is_exact_and_has_its_hashes(name: str) -> None:
    text = (ROOT / name).read_text()
    begun = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(begun) == len(locked(name)) > 40
    for said in locked(name).values():
        assert "--hash=sha256:" in said


def test_the_locks_hold_what_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    to_run = {re.split(r"[\[<>=~]", name)[0] for name in project["project"]["dependencies"]}
    to_develop = {re.split(r"[\[<>=~]", name)[0] for name in project["dependency-groups"]["dev"]}
    assert to_run <= names("requirements.lock")
    assert to_run | to_develop <= names("requirements-dev.lock")
    assert not to_develop & names("requirements.lock")


def test_both_locks_agree_on_what_both_hold() -> None:
    shared = names("requirements.lock")
    developing = {key for key in locked("requirements-dev.lock") if key[0] in shared}
    assert developing == set(locked("requirements.lock"))
