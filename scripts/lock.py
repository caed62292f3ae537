"""Write the two lock files anew from pyproject.toml: hashes for every platform, no address.

    .venv/bin/python -m scripts.lock [--upgrade]

A lock that named an index, a folder or this machine would work nowhere else, so that is refused.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"requirements.lock": (), "requirements-dev.lock": ("--group", "dev")}
OPTIONS = (
    "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--quiet",
    "--no-emit-index-url", "--no-emit-find-links",
)  # fmt: skip
ADDRESS = re.compile(r"://|file:|index-url|find-links|trusted-host|^\s*-[ief]\s| @ |(?<![\w.])/\w")


def main(arguments: list[str]) -> int:
    """Compile both locks; returns 1, naming the lines, when one holds an address."""
    for name, extra in LOCKS.items():
        subprocess.run(
            [str(Path(sys.executable).parent / "uv"), "pip", "compile", "pyproject.toml",
             *OPTIONS, *extra, *arguments, "--output-file", name],
            check=True, cwd=ROOT,
        )  # fmt: skip
        named = addresses((ROOT / name).read_text())
        if named:
            print(f"{name} holds addresses:", *named, sep="\n", file=sys.stderr)
            return 1
    return 0


def addresses(lock: str) -> list[str]:
    """The lines of a lock file that name an index, a file or a folder."""
    return [line for line in lock.splitlines() if ADDRESS.search(line)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
