"""Lighthouse on the offer, an election and a receipt, as the demo's employee sees them.

    [RUNS=3] .venv/bin/python -m scripts.lighthouse

Starts a demo of its own and fails where a page stays below a bar; of several runs the median
counts. Needs Node.js with npx, which fetches Lighthouse from the npm registry, and Chromium. Not
part of CI.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mechanicalsoup import StatefulBrowser

from scripts import machine, processes

LIGHTHOUSE = "lighthouse@12.2.3"  # the newest that Node 20 runs
BARS = {"performance": 95, "accessibility": 100, "best-practices": 100}
EMPLOYEE = "employee@example.com"
START_WAIT = 90.0
CHROMIUM = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
    " --disable-background-networking --disable-component-update --disable-sync"
)


@dataclass(frozen=True, slots=True)
class Report:
    """What one run said of a page: points of 100 by category, and what cost any."""

    points: dict[str, int]
    lost: tuple[str, ...]


def main() -> int:
    """Run it; returns 1 where a page stays below a bar, or something is missing here."""
    if not shutil.which("npx") or not machine.chromium():
        print("Lighthouse needs npx (Node.js) and Chromium; install them first.", file=sys.stderr)
        return 1
    runs = int(os.environ.get("RUNS") or 3)
    with (
        processes.signals_as_exit(),
        tempfile.TemporaryDirectory(prefix="portal-lighthouse-") as name,
        running_demo(Path(name)) as (address, said),
    ):
        browser = signed_in(address, said)
        pages = {"offer": "/", "election": "/election/", "receipt": elect(browser, address)}
        headers = Path(name, "headers.json")
        headers.write_text(json.dumps({"Cookie": cookies(browser)}))
        below = 0
        print(f"{'':10}" + "".join(f"{category:>16}" for category in BARS))
        for page, path in pages.items():
            reports = [look_at(address + path, headers, Path(name)) for _ in range(runs)]
            below += tell(page, reports)
    print(f"{below} below the bars." if below else "All at the bars or above.")
    return 1 if below else 0


@contextmanager
def running_demo(folder: Path) -> Iterator[tuple[str, str]]:
    """A demo in `folder` on a port of its own: its address, and what it said as it started."""
    port = processes.free_port()
    others = {key: said for key, said in os.environ.items() if not key.startswith("PORTAL_")}
    output = folder / "demo.log"
    with output.open("wb") as log:
        demo = processes.start(
            [sys.executable, "-m", "scripts.demo"],
            env={**others, "PORT": str(port), "PORTAL_DATA_DIR": str(folder / "demo")},
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        processes.wait_until(
            lambda: demo.poll() is not None or EMPLOYEE in output.read_text(),
            START_WAIT,
            "Starting the demo",
        )
        if demo.poll() is not None:
            raise RuntimeError(output.read_text())
        yield f"http://127.0.0.1:{port}", output.read_text()
    finally:
        processes.stop(demo, grace=30)


def signed_in(address: str, said: str) -> StatefulBrowser:
    """A browser in which the employee has signed in, with the password that the demo told."""
    password = re.search(r"with the password (\S+) as", said)
    if password is None:
        raise RuntimeError(f"The demo told no password: {said}")
    browser = StatefulBrowser(raise_on_404=True)
    browser.open(f"{address}/accounts/login/")
    return send(browser, "form[action*=login]", login=EMPLOYEE, password=password[1])


def elect(browser: StatefulBrowser, address: str) -> str:
    """Exchange every grant that can be chosen; the path of the receipt."""
    browser.open(f"{address}/election/")
    choices = {one["name"] for one in browser.page.select("[data-election] [type=radio]")}
    send(browser, "form[data-election]", **dict.fromkeys(choices, "exchange"))
    send(browser, "form.signing", signature="Evelyn Example", agree=True)
    path = str(browser.url).removeprefix(address)
    if not path.startswith("/submissions/"):
        raise RuntimeError(f"The election was not taken: {browser.page.get_text(' ')}")
    return path


def send(browser: StatefulBrowser, form: str, **answers: Any) -> StatefulBrowser:
    """Fill in the form that this CSS selector finds, and press its button."""
    browser.select_form(form)
    for name, answer in answers.items():
        browser[name] = answer
    browser.submit_selected()
    return browser


def cookies(browser: StatefulBrowser) -> str:
    """The cookies of whoever is signed in, as a header."""
    return "; ".join(f"{one.name}={one.value}" for one in browser.session.cookies)


def look_at(url: str, headers: Path, folder: Path) -> Report:
    """One run of Lighthouse, in a browser that has never been anywhere."""
    output = folder / "report.json"
    subprocess.run(
        [
            "npx", "--yes", LIGHTHOUSE, url, "--quiet", "--output=json", f"--output-path={output}",
            f"--only-categories={','.join(BARS)}", f"--extra-headers={headers}",
            f"--chrome-flags={CHROMIUM}",
        ],
        check=True,
        env=os.environ | {"CHROME_PATH": machine.chromium() or "", "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return read(json.loads(output.read_text()))


def read(said: dict[str, Any]) -> Report:
    """The points of a report, and the audits that cost some, with what they found."""
    if "runtimeError" in said:
        raise RuntimeError(said["runtimeError"]["message"])
    if said["finalDisplayedUrl"] != said["requestedUrl"]:
        raise RuntimeError(f"It looked at {said['finalDisplayedUrl']} instead.")
    points = {name: round(100 * said["categories"][name]["score"]) for name in BARS}
    counted = {
        part["id"]
        for name in BARS
        for part in said["categories"][name]["auditRefs"]
        if part["weight"]
    }
    lost = [
        f"{audit['title']} ({audit.get('displayValue') or round(100 * audit['score'])})"
        for audit in said["audits"].values()
        if audit["id"] in counted and audit["score"] is not None and audit["score"] < 0.9
    ]
    return Report(points, tuple(lost))


def tell(page: str, reports: list[Report]) -> int:
    """Print a page's line, and what cost points; returns how many bars it stays below."""
    points = {name: int(statistics.median(r.points[name] for r in reports)) for name in BARS}
    below = [name for name, bar in BARS.items() if points[name] < bar]
    print(f"{page:10}" + "".join(f"{points[name]:>16}" for name in BARS), flush=True)
    for lost in sorted({lost for report in reports for lost in report.lost}):
        print(f"{'':10}  {lost}")
    return len(below)


if __name__ == "__main__":
    sys.exit(main())
