"""A PDF of whatever words reads the package's own files, asks no network, and is made in time.

Held in a process of its own, by what that process asks of Python and of the kernel.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.project.starting import ROOT, surroundings

pytestmark = [pytest.mark.worker, pytest.mark.timeout(400)]

SECONDS, KILOBYTES = 5, 256 * 1024


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file that no PDF may read."""
    file = tmp_path / "secret.txt"
    file.write_text("secret")
    return file


def rendered(secret: Path, site: str, *how: str) -> dict[str, Any]:
    """What the process says that renders."""
    program = ["-m", "tests.doors.sealed_rendering", secret.as_uri(), site, *how]
    done = subprocess.run(
        [sys.executable, *program], check=False, cwd=ROOT, env=surroundings({}),
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_two_hundred_hostile_words_open_nothing_and_ask_nobody(secret: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        told = rendered(secret, f"http://127.0.0.1:{server.getsockname()[1]}")
        with pytest.raises(BlockingIOError):  # nobody came
            server.accept()

    assert told["renders"] == 200
    assert told["noted"] == []
    assert told["shut"]
    assert told["same"]
    assert told["slowest"] < SECONDS
    assert told["peak"] < KILOBYTES


def test_the_watch_does_see_what_markup_would_read_and_ask(secret: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        site = f"http://127.0.0.1:{server.getsockname()[1]}"
        told = rendered(secret, site, "open")
        server.settimeout(1)
        server.accept()[0].close()  # somebody came

    assert told["refused"] == f"Our PDFs may not read {site}/a.png"
    assert told["sealed"] == []
    assert f"open {secret}" in told["noted"]
    assert any(line.startswith("socket.connect") for line in told["noted"])
