"""wapiti against a throwaway portal, signed in as each role; part of `make audit`.

    .venv/bin/python -m scripts.scan [employee] [law] [hr] [auditor]

Everything happens on 127.0.0.1 and in a folder that is removed. SECONDS bounds the crawl and each
of wapiti's modules; a role takes some ten minutes at the default.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import mechanicalsoup

from scripts import machine, processes
from scripts.demo import ROOT

ROLES = ("employee", "law", "hr", "auditor")
# Not: ssrf and xxe, which need a server of wapiti's makers; nikto and wapp, which download lists;
# buster and brute_login_form, which try lists of names.
MODULES = (
    "backup", "blindsql", "cookieflags", "crlf", "csp", "csrf", "exec", "file", "htaccess",
    "http_headers", "methods", "permanentxss", "redirect", "shellshock", "sql", "xss",
)  # fmt: skip
# What would end the session in the middle of the scan, so that the rest were done signed out.
LEFT_ALONE = ("accounts/logout/", "admin/logout/", "account/")
# Debian's wapiti 3.0.4 cannot leave an address alone under Python 3.11: its pattern for it ends in
# flags that have to stand first by now. So it is started with a pattern of the standard library.
# And it is told Django's name of the token against forged forms, or it would only say that it knows
# none by that name, where it is to try whether a wrong one is taken.
STARTED = """
import fnmatch, re
from wapitiCore.attack.mod_csrf import mod_csrf
from wapitiCore.net import crawler
mod_csrf.TOKEN_FORM_STRINGS.append("csrfmiddlewaretoken")
from wapitiCore.main import wapiti
crawler.wildcard_translate = lambda address: re.compile(fnmatch.translate(address))
wapiti.wapiti_main()
"""
SYSTEMS_PYTHON = "/usr/bin/python3"
MEDIUM = 2
SECONDS = 60
START_WAIT = 120.0


@dataclass(frozen=True)
class Finding:
    """Something that wapiti found, as its report has it; levels are 1 (low) to 4 (critical)."""

    kind: str
    level: int
    request: str
    info: str

    def __str__(self) -> str:
        return f"{self.kind} (level {self.level}): {self.request}: {self.info}"


@dataclass(frozen=True)
class Scan:
    """What came out for one role: the addresses that were tried, and what was found there."""

    role: str
    addresses: int
    findings: list[Finding]
    seconds: float

    @property
    def grave(self) -> list[Finding]:
        """What is of medium level or higher."""
        return [finding for finding in self.findings if finding.level >= MEDIUM]


@dataclass(frozen=True)
class Portal:
    """A portal that runs: its address, a folder of ours, the password of everyone in it."""

    address: str
    folder: Path
    password: str


class ScanError(Exception):
    """The scan says nothing, for the reason that the text says."""


def main(roles: list[str]) -> int:
    """Scan as each role; returns 1 for anything of medium level or higher."""
    if missing := machine.ensure([machine.WAPITI]):
        print(machine.sentence(missing), file=sys.stderr)
        return 1
    grave = 0
    try:
        with processes.signals_as_exit(), throwaway_portal() as portal:
            for role in roles or ROLES:
                found = scan(portal, role)
                print(
                    f"{role}: {found.addresses} addresses in {found.seconds:.0f} s,"
                    f" {len(found.findings)} findings, {len(found.grave)} of them of medium level"
                    " or higher", flush=True,
                )  # fmt: skip
                print(*found.findings, sep="\n")
                grave += len(found.grave)
    except ScanError as error:
        print(error, file=sys.stderr)
        return 1
    return 1 if grave else 0


@contextmanager
def throwaway_portal() -> Iterator[Portal]:
    """A demo in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="portal-scan-") as name:
        folder, port = Path(name), processes.free_port()
        mine = {name: v for name, v in os.environ.items() if not name.startswith("PORTAL_")}
        mine |= {"PORT": str(port), "PORTAL_DATA_DIR": str(folder / "portal")}
        with (folder / "demo.log").open("wb") as log:
            demo = processes.start(
                [sys.executable, "-m", "scripts.demo"], cwd=ROOT, env=mine, stdout=log,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        try:
            said = folder / "demo.log"
            processes.wait_until(
                lambda: demo.poll() is not None or "hr@example.com" in said.read_text(),
                START_WAIT, "Starting a demo",
            )  # fmt: skip
            if demo.poll() is not None:
                raise ScanError(f"The portal did not start:\n{said.read_text()}")
            password = re.search(r"Sign in with the password (\S+) as", said.read_text())
            yield Portal(f"http://127.0.0.1:{port}", folder, password[1] if password else "")
        finally:
            processes.stop(demo)


def scan(portal: Portal, role: str) -> Scan:
    """Let wapiti loose on the portal as `role`. Raises `ScanError` if it was not signed in."""
    address, own = portal.address, portal.folder / role
    own.mkdir()
    cookies = sign_in(portal, f"{role}@example.com")
    (own / "cookies.json").write_text(json.dumps({"127.0.0.1": {"/": {
        name: {"value": value, "expires": None, "secure": False, "port": None, "version": 0}
        for name, value in cookies.items()
    }}}))  # fmt: skip
    began = time.monotonic()
    seconds = os.environ.get("SECONDS") or str(SECONDS)
    done = subprocess.run(
        [
            SYSTEMS_PYTHON, "-c", STARTED, "--url", f"{address}/", "--scope", "folder",
            "--cookie", str(own / "cookies.json"), "--module", ",".join(MODULES),
            *(word for path in LEFT_ALONE for word in ("--exclude", f"{address}/{path}")),
            "--max-scan-time", seconds, "--max-attack-time", seconds, "--timeout", "20",
            "--max-links-per-page", "60", "--max-files-per-dir", "30", "--verbose", "0",
            "--store-session", str(own), "--store-config", str(own), "--no-bugreport",
            "--format", "json", "--output", str(own / "report.json"),
        ],
        check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode or not (own / "report.json").exists():
        raise ScanError(f"wapiti failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    if not is_signed_in(address, cookies):
        raise ScanError(f"Somewhere in the scan as {role}, the session ended: it says nothing.")
    return Scan(
        role, found_addresses(done.stdout), read(own / "report.json"), time.monotonic() - began
    )


def sign_in(portal: Portal, account: str) -> dict[str, str]:
    """The cookies of a browser in which somebody has just signed in."""
    browser = mechanicalsoup.StatefulBrowser(raise_on_404=True)
    browser.open(f"{portal.address}/accounts/login/")
    browser.select_form("form[action*=login]")
    browser["login"], browser["password"] = account, portal.password
    browser.submit_selected()
    cookies = dict(browser.session.cookies)
    if not is_signed_in(portal.address, cookies):
        raise ScanError(f"Signing in as {account} did not work.")
    return cookies


def is_signed_in(address: str, cookies: dict[str, str]) -> bool:
    """Whether the front page knows whose cookies these are."""
    browser = mechanicalsoup.Browser()
    browser.session.cookies.update(cookies)
    page = browser.session.get(f"{address}/accounts/password/change/", timeout=30)
    return page.status_code in (200, 429) and "/accounts/login/" not in page.url


def found_addresses(output: str) -> int:
    """How many addresses wapiti says it tried."""
    said = re.search(r"(\d+) URLs and forms", output)
    return int(said[1]) if said else 0


def read(report: Path) -> list[Finding]:
    """The findings of a report, gravest first; an answer of 500 is one too."""
    told = json.loads(report.read_text())
    findings = [
        Finding(
            kind=kind,
            level=int(item["level"]),
            request=f"{item['method']} {item['path']} {item['parameter'] or ''}".strip(),
            info=item["info"],
        )
        for part in ("vulnerabilities", "anomalies")
        for kind, items in told[part].items()
        for item in items
    ]
    return sorted(findings, key=lambda finding: (-finding.level, finding.kind, finding.request))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
