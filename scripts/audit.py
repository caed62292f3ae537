"""What can be looked up or tried about the portal's safety; any finding fails the whole.

    .venv/bin/python -m scripts.audit [code] [packages] [sbom] [scan]

code: bandit, each of whose findings needs a reason in scripts/bandit.toml. packages: the locked
packages, by PyPI's list of known weaknesses. sbom: the CycloneDX bill of materials, var/sbom.json.
scan: wapiti, signed in as each role, some forty minutes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from scripts import scan

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CODE = ("elections", "exchange_portal", "scripts", "bench", "manage.py")
LOCKS = ("requirements.lock", "requirements-dev.lock")
SBOM = ROOT / "var" / "sbom.json"


def main(parts: list[str]) -> int:
    """Run each part that was named, or all; returns 1 when one found something or could not."""
    if unknown := set(parts) - set(PARTS):
        print(f"There is no part {', '.join(unknown)}; there are {', '.join(PARTS)}.")
        return 1
    failed = []
    for name in parts or PARTS:
        print(f"== {name}", flush=True)
        if problems := PARTS[name]():
            print(*problems, sep="\n")
            failed.append(name)
    print(f"Failed: {', '.join(failed)}." if failed else "Nothing found.")
    return 1 if failed else 0


def code() -> list[str]:
    """What bandit finds that has no reason, and the reasons that nothing needs any more."""
    reasons = tomllib.loads((ROOT / "scripts" / "bandit.toml").read_text(encoding="utf-8"))
    return without_reason(bandit(CODE), reasons)


def bandit(paths: Sequence[str | Path]) -> list[dict[str, Any]]:
    """bandit's findings; `filename` is as the path was given."""
    done = _run("bandit", "--quiet", "--recursive", "--format", "json", *map(str, paths))
    told = json.loads(done.stdout)
    if told["errors"]:
        raise RuntimeError(f"bandit could not read {told['errors']}.")
    found: list[dict[str, Any]] = told["results"]
    return found


def without_reason(found: list[dict[str, Any]], reasons: dict[str, dict[str, str]]) -> list[str]:
    """A line for each finding without a reason, and for each reason without a finding."""
    everywhere = reasons["every file"]
    seen: set[tuple[str, str]] = set()
    problems: list[str] = []
    for finding in found:
        file, rule = finding["filename"].removeprefix("./"), finding["test_id"]
        seen |= {("every file", rule)} if rule in everywhere else {(file, rule)}
        if rule not in everywhere and rule not in reasons.get(file, {}):
            problems.append(f"{file}:{finding['line_number']}: {rule}: {finding['issue_text']}")
    for file, rules in reasons.items():
        problems += [f"{file}: {rule}: not needed" for rule in rules if (file, rule) not in seen]
    return problems


def packages() -> list[str]:
    """The known weaknesses of what is locked, by PyPI; or that PyPI could not be asked."""
    problems = []
    for lock in LOCKS:
        done = _run(
            "pip-audit", "--vulnerability-service", "pypi", "--requirement", lock, "--disable-pip",
            "--require-hashes", "--progress-spinner", "off", "--format", "json",
        )  # fmt: skip
        try:
            told = json.loads(done.stdout)["dependencies"]
        except ValueError:
            problems.append(f"{lock}: NOT AUDITED: pip-audit failed: {done.stderr[-500:]}")
            continue
        problems += known_weaknesses(lock, told)
    return problems


def known_weaknesses(lock: str, told: list[dict[str, Any]]) -> list[str]:
    """A line for each weakness, and one when there are packages that nobody was asked about."""
    problems = [
        f"{lock}: {package['name']} {package['version']}: {weakness['id']},"
        f" mended in {', '.join(weakness['fix_versions']) or 'no version yet'}"
        for package in told
        for weakness in package.get("vulns", ())
    ]
    skipped = [package for package in told if "skip_reason" in package]
    if skipped:
        problems.append(
            f"{lock}: NOT AUDITED: {len(skipped)} of {len(told)} packages, since PyPI's list of"
            f" known weaknesses could not be asked: {skipped[0]['skip_reason']}"
        )
    return problems


def sbom() -> list[str]:
    """Write the bill of materials of what runs; says where it is."""
    SBOM.parent.mkdir(exist_ok=True)
    done = _run(
        "cyclonedx-py", "requirements", LOCKS[0], "--pyproject", "pyproject.toml",
        "--output-reproducible", "--short-PURLs", "--output-format", "JSON",
        "--output-file", str(SBOM),
    )  # fmt: skip
    if done.returncode:
        return [f"The bill of materials could not be written: {done.stderr}"]
    print(f"{len(json.loads(SBOM.read_text())['components'])} packages in {SBOM.relative_to(ROOT)}")
    return []


def scanned() -> list[str]:
    """Whatever wapiti finds of medium level or higher."""
    return ["wapiti found something, or could not look."] if scan.main([]) else []


def _run(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / program), *words], check=False, cwd=ROOT, capture_output=True, text=True
    )


PARTS: dict[str, Callable[[], list[str]]] = {
    "code": code,
    "packages": packages,
    "sbom": sbom,
    "scan": scanned,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
