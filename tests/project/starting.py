"""Starting the portal's own programs from a test, with just the variables that the test gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def surroundings(variables: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with these PORTAL_ variables in place of its own."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    others.pop("DJANGO_SETTINGS_MODULE", None)
    return others | dict(variables)


def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these words in the checkout; its output is kept apart from ours."""
    return subprocess.run(
        [sys.executable, *words], check=False, cwd=ROOT, env=surroundings(variables),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def settings(*names: str, **variables: str) -> dict[str, Any]:
    """These settings as a process with these variables reads them; sets come as sorted lists."""
    program = (
        "import json, sys; from django.conf import settings;"
        "print(json.dumps({name: getattr(settings, name, None) for name in sys.argv[1:]},"
        " default=lambda value: sorted(value) if isinstance(value, set) else str(value)))"
    )
    variables["DJANGO_SETTINGS_MODULE"] = "exchange_portal.settings"
    done = run("-c", program, *names, **variables)
    assert done.returncode == 0, done.stderr
    values: dict[str, Any] = json.loads(done.stdout)
    return values
