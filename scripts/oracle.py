"""Compare the portal's deadline and its labels with a second computation, a million times.

    .venv/bin/python -m scripts.oracle [--cases N] [--seed S] [--processes N]

Says the seed first, so that a run can be repeated. Exits 1 where the two differ (tests/oracle.py).
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
from multiprocessing import get_context

from tests.oracle import BLOCK, compare

SHOWN = 10  # differences printed at most


def main() -> int:
    """Compare on both cores; the exit code says whether the two agree."""
    parser = argparse.ArgumentParser(prog="python -m scripts.oracle", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    chosen = parser.parse_args()
    print(f"Seed {chosen.seed}: {chosen.cases:,} cases ...", flush=True)
    started = time.monotonic()
    sizes = [min(BLOCK, chosen.cases - done) for done in range(0, chosen.cases, BLOCK)]
    jobs = [(f"{chosen.seed}-{n}", size) for n, size in enumerate(sizes)]
    with get_context("spawn").Pool(chosen.processes) as pool:
        wrong = [line for lines in pool.starmap(compare, jobs, chunksize=5) for line in lines]
    for line in wrong[:SHOWN]:
        print(line)
    print(f"{len(wrong):,} of them differ, after {time.monotonic() - started:.0f} seconds.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
