"""`python -m bench [PART ...]`: what the portal costs, each part beside its floor."""

from __future__ import annotations

import argparse
import sys

from bench import client, documents, pages
from bench.measure import Row
from scripts import processes

PARTS = {"pages": pages.run, "documents": documents.run}


def main() -> int:
    """Run the parts asked for, all without one; returns 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS))
    parser.add_argument("--rounds", type=int, default=9)
    chosen = parser.parse_args()
    client.keep_apart()
    missed = []
    with processes.signals_as_exit():
        for part in chosen.parts:
            rows = PARTS[part](chosen.rounds)
            print(table(rows))
            missed += [row.what for row in rows if not row.kept]
    if missed:
        print(f"Missed: {', '.join(missed)}.")
    return int(bool(missed))


def table(rows: list[Row]) -> str:
    """Markdown."""
    lines = ["| what | clock / cores | against its floor | bar | |", "|---|---|---|---|---|"]
    for row in rows:
        word = ("kept" if row.kept else "MISSED") if row.bar else ""
        lines.append(f"| {row.what} | {row.figure} | {row.against} | {row.bar} | {word} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
