"""The 48 faults, each several times, and the table of what became of them (docs/reliability.md).

    [SEED=...] [ROUNDS=...] .venv/bin/python -m scripts.faults [pytest's own arguments]

A printed SEED plays a run again. It starts a PostgreSQL, a Redis and the portal's programs, and
harms them; two cases (a full disk, a cut cable) take root and are skipped by name without.
"""

from __future__ import annotations

import os
import subprocess
import sys

from scripts import machine

PARTS = [machine.PDF, machine.POSTGRESQL, machine.REDIS, machine.CHROMIUM, machine.FAKETIME,
         machine.NETWORK]  # fmt: skip
ROUNDS = "20"
# One process each for two cores: much of a fault is waiting for its end.
PYTEST = [sys.executable, "-m", "pytest", "tests/faults", "-n", "2", "--dist", "worksteal"]


def main(arguments: list[str]) -> int:
    """Install what is lacking where we may, and run; returns pytest's exit code."""
    missing = machine.ensure(PARTS)
    if missing:
        print(machine.sentence(missing), file=sys.stderr)
    return run(arguments, rounds=os.environ.get("ROUNDS") or ROUNDS)


def run(arguments: list[str], *, rounds: str) -> int:
    """Run every case so many times; returns pytest's exit code."""
    environment = {**os.environ, "ROUNDS": rounds}
    return subprocess.run([*PYTEST, *arguments], check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
