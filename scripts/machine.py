"""What this machine has, and installing what it lacks where that is allowed.

Debian's packages are the only ones known by name; on another system a person reads what is missing.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

# WeasyPrint loads these by name; a wheel cannot bring them.
PDF_LIBRARIES = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
    "libfontconfig.so.1",
)


@dataclass(frozen=True)
class Part:
    """Something of the system that the project needs, and Debian's packages that bring it."""

    name: str
    present: Callable[[], bool]
    packages: Sequence[str]


def postgresql_program(name: str) -> Path | None:
    """Where a PostgreSQL program is: Debian keeps the servers out of PATH, newest version first."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("[0-9]*"), key=lambda folder: -int(folder.name)
    )
    for version in versions:
        if (version / "bin" / name).exists():
            return version / "bin" / name
    found = shutil.which(name)
    return Path(found) if found else None


def faketime_library() -> Path | None:
    """The library that shows a process another time; tests of wrong clocks load it."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    return found[0] if found else None


def chromium() -> str | None:
    """The browser that tests drive: Debian's Chromium."""
    return shutil.which("chromium")


def _loads(libraries: Sequence[str]) -> bool:
    for library in libraries:
        try:
            ctypes.CDLL(library)
        except OSError:
            return False
    return True


def _makes_environments() -> bool:
    # Debian splits the module in two; the half that is always there cannot install pip.
    return (
        subprocess.run(
            [sys.executable, "-c", "import ensurepip, venv"], check=False, stderr=subprocess.DEVNULL
        ).returncode
        == 0
    )


VENV = Part("Python's venv module", _makes_environments, ("python3-venv",))
PDF = Part(
    "Pango and its fonts (for PDFs)",
    lambda: _loads(PDF_LIBRARIES),
    ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "libfontconfig1"),
)
POSTGRESQL = Part(
    "PostgreSQL",
    lambda: all(postgresql_program(name) for name in ("initdb", "postgres", "psql")),
    ("postgresql",),
)
REDIS = Part("Redis", lambda: shutil.which("redis-server") is not None, ("redis-server",))
FAKETIME = Part("faketime", lambda: faketime_library() is not None, ("faketime",))
NETWORK = Part("the ip command", lambda: shutil.which("ip") is not None, ("iproute2",))
WAPITI = Part("wapiti", lambda: shutil.which("wapiti") is not None, ("wapiti",))
CHROMIUM = Part("Chromium", lambda: chromium() is not None, ("chromium",))


def ensure(parts: Sequence[Part]) -> list[Part]:
    """Install what is missing of `parts` where we may; return what is missing still."""
    missing = [part for part in parts if not part.present()]
    command = _installer()
    if missing and command:
        packages = [package for part in missing for package in part.packages]
        print(f"Installing {' '.join(packages)} ...", file=sys.stderr)
        _apt(command, "update", "-qq")
        _apt(command, "install", "-y", "-qq", "--no-install-recommends", *packages)
        missing = [part for part in missing if not part.present()]
    return missing


def sentence(missing: Sequence[Part]) -> str:
    """What a person has to do about it."""
    names = ", ".join(part.name for part in missing)
    packages = " ".join(package for part in missing for package in part.packages)
    return f"This machine lacks {names}; install it first (on Debian: apt-get install {packages})."


def _installer() -> list[str] | None:
    """The words before `apt-get`'s own that let us install, or None when we may not."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    if (
        shutil.which("sudo")
        and subprocess.run(
            ["sudo", "-n", "true"], check=False, stderr=subprocess.DEVNULL
        ).returncode
        == 0
    ):
        return ["sudo", "-n", "apt-get"]
    return None


def _apt(command: Sequence[str], *words: str) -> None:
    # Its output goes to stderr: the last line of stdout belongs to the tests.
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    done = subprocess.run(
        [*command, *words],
        check=False,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
    )
    if done.returncode:
        print(f"apt-get {words[0]} failed ({done.returncode}).", file=sys.stderr)
