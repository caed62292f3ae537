"""All that can be checked without a test; every check runs, and any failure fails the whole.

They run side by side, mypy taking the longest; what each says stands together.

.venv/bin/python -m scripts.lint
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.throwaway import production_environment

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MANAGE = (str(BIN / "python"), "manage.py")
CHECKS = {
    "ruff check": (str(BIN / "ruff"), "check", "."),
    "ruff format": (str(BIN / "ruff"), "format", "--check", "."),
    "mypy": (str(BIN / "mypy"),),
    "import-linter": (str(BIN / "lint-imports"),),
    "makemigrations": (*MANAGE, "makemigrations", "--check", "--dry-run"),
}
IN_PRODUCTION = {
    "check --deploy": (*MANAGE, "check", "--deploy", "--fail-level", "WARNING"),
}


def main() -> int:
    """Run every check; returns 1 when one fails."""
    with tempfile.TemporaryDirectory(prefix="portal-lint-") as folder:
        demo = {"PORTAL_MODE": "demo", "PORTAL_DATA_DIR": folder}
        failed = run(CHECKS, demo) + run(IN_PRODUCTION, production_environment())
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def run(checks: Mapping[str, tuple[str, ...]], variables: Mapping[str, str]) -> list[str]:
    """Run these checks with these PORTAL_ variables alone; returns the names that failed."""
    inherited = {name: v for name, v in os.environ.items() if not name.startswith("PORTAL_")}
    environment = {**inherited, **variables}
    failed = []
    with ThreadPoolExecutor() as pool:
        running = {
            name: pool.submit(_run, command, environment) for name, command in checks.items()
        }
        for name, check in running.items():
            done = check.result()
            print(f"== {name}\n{done.stdout}", end="", flush=True)
            if done.returncode:
                failed.append(name)
    return failed


def _run(
    command: tuple[str, ...], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, check=False, cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
