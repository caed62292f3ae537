"""Every page at three widths, to be looked at; and the words of every page and mail, to be filed.

    [OUT=var/screens] .venv/bin/python -m scripts.screens [pytest's own arguments]

Shows the gallery (tests/gallery) to headless Chromium and leaves in OUT one PNG a page and width,
and `exhibit.html`: one file with the text of each page and each mail, on sample data, headed with
the commit and the date. Arguments such as `-k receipt` take only some.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from scripts import machine

ROOT = Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "tests/gallery/take_screens.py", "-n", "2", "-q"]
STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "pre{white-space:pre-wrap;border-left:4px solid #ccc;padding-left:1rem;font-size:14px}"
    "section{break-inside:avoid-page}"
)


def main(arguments: list[str]) -> int:
    """Take the pictures and write the exhibit; returns pytest's exit code."""
    missing = machine.ensure([machine.PDF, machine.CHROMIUM])
    if missing:
        print(machine.sentence(missing), file=sys.stderr)
        return 1
    out = Path(os.environ.get("OUT") or ROOT / "var" / "screens").resolve()
    texts = out / "texts"
    shutil.rmtree(texts, ignore_errors=True)
    environment = {**os.environ, "SCREENS_OUT": str(out)}
    code = subprocess.run([*PYTEST, *arguments], check=False, cwd=ROOT, env=environment).returncode
    exhibit = out / "exhibit.html"
    exhibit.write_text(exhibit_of(texts), encoding="utf-8")
    print(f"Pictures: {out}\nEvery page and mail in words: {exhibit}")
    return code


def exhibit_of(texts: Path) -> str:
    """One HTML file that needs nothing else: a table of contents, then each text in full."""
    files = sorted(texts.glob("*.json"))
    entries = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    contents = "\n".join(
        f'<li><a href="#e{number}">{escape(entry["title"])}</a></li>'
        for number, entry in enumerate(entries, 1)
    )
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f"<title>The portal in words</title><style>{STYLE}</style></head><body>",
            "<h1>The stock option exchange portal in words</h1>",
            "<p>Every page in each of its states and every mail, as software shows them.",
            "All people and all figures in it are invented.</p>",
            f"<p>Made on {datetime.now(UTC):%B %-d, %Y, %H:%M} UTC from commit {commit()}.",
            f"{len(entries)} texts.</p>",
            f"<nav><h2>Contents</h2><ol>{contents}</ol></nav>",
            *(_section(number, entry) for number, entry in enumerate(entries, 1)),
            "</body></html>",
        ]
    )


def _section(number: int, entry: dict[str, Any]) -> str:
    about = "<br>".join(escape(line) for line in entry["about"])
    return (
        f'<section id="e{number}"><h2>{number}. {escape(entry["title"])}</h2>'
        f"<p>{about}</p><pre>{escape(entry['text'])}</pre></section>"
    )


def commit() -> str:
    """The commit that the pages were made from, and whether anything differs from it."""
    head = _git("rev-parse", "HEAD") or "unknown"
    return f"{head}, with changes that are not in it" if _git("status", "--porcelain") else head


def _git(*words: str) -> str:
    try:
        done = subprocess.run(
            ["git", *words], check=False, cwd=ROOT, capture_output=True, text=True
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
