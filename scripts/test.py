"""The test suite: on SQLite; on PostgreSQL beside a real Redis; then each fault once.

What asks no database, no Redis and no browser runs with the first alone.

    .venv/bin/python -m scripts.test [--fast] [pytest's own arguments]

What this machine lacks is installed when it may be. What is lacking still is skipped and named in
pytest's last lines; with CI=true a skip fails the run.
"""

from __future__ import annotations

import os
import subprocess
import sys

from scripts import faults, machine, services, with_services

PYTEST = [sys.executable, "-m", "pytest"]
ON_SQLITE = "not postgres and not redis and not browser and not faults"
ON_SERVERS = "(database or postgres or redis or browser) and not faults"
BOTH_CORES = ("-n", "2", "--dist", "worksteal")
FAST = f"{ON_SQLITE} and not worker"
# What walks every page, waits for mail servers or reads long files is left to the whole suite.
LEFT_OUT_OF_FAST = (
    "tests/admin/test_access.py",
    "tests/admin/test_query_counts.py",
    "tests/admin/test_review_at_size.py",
    "tests/commands/test_verify_ledger.py",
    "tests/delivery",
    "tests/models/test_append_only_orm.py",
    "tests/project",
    "tests/services/test_export.py",
    "tests/services/test_export_at_size.py",
    "tests/services/test_roster.py",
    "tests/test_stateful.py",
    "tests/views/test_access.py",
    "tests/views/test_every_page.py",
    "tests/views/test_query_counts.py",
)


def main(arguments: list[str]) -> int:
    """Run the suite; returns the first exit code of pytest that is not 0."""
    if "--fast" in arguments:
        arguments.remove("--fast")
        left_out = [f"--ignore={path}" for path in LEFT_OUT_OF_FAST]
        return subprocess.run(
            [*PYTEST, "-m", FAST, *BOTH_CORES, *left_out, *arguments], check=False
        ).returncode
    missing = machine.ensure(faults.PARTS)
    if missing:
        print(machine.sentence(missing), file=sys.stderr)
        if os.environ.get("CI") == "true":
            return 1
    on_sqlite = subprocess.run(
        [*PYTEST, "-m", ON_SQLITE, *BOTH_CORES, *arguments], check=False
    ).returncode
    on_servers = with_services.run(
        [*PYTEST, "-m", ON_SERVERS, *BOTH_CORES, *arguments],
        postgres=machine.POSTGRESQL not in missing,
        redis=machine.REDIS not in missing,
        kind=services.ForgetfulPostgreSQL,
    )
    with_faults = faults.run(arguments, rounds="1") if not arguments else 0
    return on_sqlite or on_servers or with_faults


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
