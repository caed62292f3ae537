"""Who may import what, beyond what import-linter's contracts in pyproject.toml say."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = {"elections", "exchange_portal"}
RUNTIME = ("elections", "exchange_portal", "manage.py")


def imported(path: Path) -> Iterator[str]:
    """The full names of the modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""


def sources(*names: str) -> list[Path]:
    paths = [ROOT / name for name in names]
    return [file for path in paths for file in (path.rglob("*.py") if path.is_dir() else [path])]


def foreign(path: Path) -> set[str]:
    """The top-level names that a file imports and that are not the standard library's."""
    return {name.partition(".")[0] for name in imported(path)} - set(sys.stdlib_module_names)


def test_there_is_something_to_look_at() -> None:
    assert len(sources("elections/core")) > 5
    assert len(sources("scripts")) > 5


@pytest.mark.parametrize("path", sources("elections/core"), ids=lambda path: path.name)
def test_the_rules_import_the_standard_library_and_each_other_alone(path: Path) -> None:
    beyond = {
        name
        for name in imported(path)
        if name.partition(".")[0] not in sys.stdlib_module_names
        and not name.startswith("elections.core")
    }
    assert beyond == set()


@pytest.mark.parametrize(
    "name", ["machine.py", "bootstrap.py", "processes.py", "services.py", "with_services.py"]
)
def test_what_runs_before_the_install_imports_nothing_that_is_installed(name: str) -> None:
    assert foreign(ROOT / "scripts" / name) <= {"scripts"}


def test_everything_imported_at_run_time_is_a_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[\[<>=~]", name)[0] for name in project["dependencies"]}
    owners = packages_distributions()
    undeclared = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(*RUNTIME)
        for name in foreign(path) - OURS
        if not declared & {owner.lower() for owner in owners.get(name, [])}
    }
    assert undeclared == set()


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    needed = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    reasons = (ROOT / "docs" / "dependencies.md").read_text()
    for requirement in needed:
        name = re.split(r"[\[<>=~]", requirement)[0]
        assert re.search(rf"^\| {re.escape(name)}\b.*\| \w", reasons, re.MULTILINE), name
