"""`python -m bench [PART ...]`: what the portal costs, each part beside its floor.

Each part starts servers of its own and can be run alone. With `--write`, its table goes into
docs/performance.md, in the place of the one before.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

from bench import client, documents, pages, record, rush
from bench.measure import Row
from scripts import processes

REPORT = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
PARTS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "pages": lambda chosen: pages.run(chosen.rounds),
    "documents": lambda chosen: documents.run(chosen.rounds, chosen.documents),
    "rush": lambda chosen: rush.run(chosen.people, chosen.rate),
    "record": lambda chosen: record.run(chosen.submissions),
}


def main() -> int:
    """Run the parts asked for, all without one; returns 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--submissions", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=2000, help="how many rush")
    parser.add_argument("--rate", type=float, default=20, help="of them a second")
    chosen = parser.parse_args()
    client.keep_apart()
    missed = []
    with processes.signals_as_exit():
        for part in chosen.parts or PARTS:
            rows = PARTS[part](chosen)
            found = table(rows)
            print(found, flush=True)
            if chosen.write:
                write(part, found)
            missed += [row.what for row in rows if not row.kept]
    if missed:
        print(f"Missed: {'; '.join(missed)}.")
    return int(bool(missed))


def table(rows: list[Row]) -> str:
    """The rows in Markdown."""
    lines = ["| what | found | beside its floor | bar | |", "|---|---|---|---|---|"]
    for row in rows:
        word = ("kept" if row.kept else "**missed**") if row.bar else ""
        lines.append(f"| {row.what} | {row.figure} | {row.against} | {row.bar} | {word} |")
    return "\n".join(lines)


def write(part: str, found: str) -> None:
    """Put the table between that part's two marks in the report."""
    begin, end = f"<!-- {part} -->", f"<!-- end of {part} -->"
    between = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    text = REPORT.read_text()
    if not between.search(text):
        raise RuntimeError(f"{REPORT.name} has no place for {part}.")
    REPORT.write_text(between.sub(lambda _: f"{begin}\n{found}\n{end}", text))


if __name__ == "__main__":
    sys.exit(main())
