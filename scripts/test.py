"""The test suite, twice: on SQLite, then on PostgreSQL beside a real Redis.

    .venv/bin/python -m scripts.test [--fast] [pytest's own arguments]

What this machine lacks is installed when it may be. What is lacking still is skipped and named in
pytest's last lines; with CI=true a skip fails the run.
"""

from __future__ import annotations

import os
import subprocess
import sys

from scripts import machine, with_services

PYTEST = [sys.executable, "-m", "pytest"]
ON_SQLITE = "not postgres and not redis and not browser"
FAST = f"{ON_SQLITE} and not worker"


def main(arguments: list[str]) -> int:
    """Run the suite; returns the first exit code of pytest that is not 0."""
    if "--fast" in arguments:
        arguments.remove("--fast")
        both_cores = ["-n", "2", "--dist", "worksteal"]
        return subprocess.run(
            [*PYTEST, "-m", FAST, *both_cores, *arguments], check=False
        ).returncode
    parts = [machine.PDF, machine.POSTGRESQL, machine.REDIS, machine.CHROMIUM]
    missing = machine.ensure(parts)
    if missing:
        print(machine.sentence(missing), file=sys.stderr)
        if os.environ.get("CI") == "true":
            return 1
    on_sqlite = subprocess.run([*PYTEST, "-m", ON_SQLITE, *arguments], check=False).returncode
    on_servers = with_services.run(
        [*PYTEST, *arguments],
        postgres=machine.POSTGRESQL not in missing,
        redis=machine.REDIS not in missing,
    )
    return on_sqlite or on_servers


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
