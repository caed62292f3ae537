"""`python -m bench [PART ...]`: what the portal costs, each part beside its floor.

Each part starts servers of its own and can be run alone; several run one after the other, each in
a process of its own. With `--write`, its table goes into docs/performance.md, in the place of the
one before. Smaller sizes are for trying: the bars are meant for the sizes of their own.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

from bench import client, documents, growth, lists, pages, record, roster, rush, strangers
from bench.measure import Row
from scripts import processes

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "docs" / "performance.md"
PARTS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "pages": lambda chosen: pages.run(chosen.rounds),
    "strangers": lambda chosen: strangers.run(chosen.rounds),
    "documents": lambda chosen: documents.run(chosen.rounds, chosen.documents),
    "rush": lambda chosen: rush.run(chosen.people or 2000, chosen.rate),
    "record": lambda chosen: record.run(chosen.submissions),
    "lists": lambda chosen: lists.run(chosen.people or 100_000, chosen.rounds),
    "growth": lambda chosen: growth.run(chosen.people or 100_000, chosen.rounds),
    "roster": lambda chosen: roster.run(chosen.people or 100_000, chosen.imports),
}


def main() -> int:
    """Run the parts asked for, all without one; returns 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--submissions", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, help="2,000 who rush; else 100,000, the largest size")
    parser.add_argument("--rate", type=float, default=20, help="how many of them rush a second")
    parser.add_argument("--imports", type=int, default=3, help="rounds of the roster")
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"There is no part {', '.join(sorted(unknown))}.")
    parts = chosen.parts or list(PARTS)
    with processes.signals_as_exit():
        if len(parts) > 1:
            options = [word for word in sys.argv[1:] if word not in parts]
            return max(alone(part, options) for part in parts)
        return measure(parts[0], chosen)


def alone(part: str, options: list[str]) -> int:
    """Run one part in a process of its own, with these options; its exit code."""
    began = processes.start([sys.executable, "-m", "bench", part, *options], cwd=ROOT)
    try:
        return began.wait()
    finally:
        processes.stop(began, grace=60)


def measure(part: str, chosen: argparse.Namespace) -> int:
    """Run that part here, and say what was found; returns 1 when a bar is missed."""
    client.keep_apart()
    rows = PARTS[part](chosen)
    found = table(rows)
    print(f"{part}\n\n{found}\n", flush=True)
    if chosen.write:
        write(part, found)
    missed = [row.what for row in rows if not row.kept]
    if missed:
        print(f"Missed in {part}: {'; '.join(missed)}.\n", flush=True)
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
