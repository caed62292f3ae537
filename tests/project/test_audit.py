"""`make audit`: what it says of packages, materials and what wapiti reports."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scripts import audit, scan

ROOT = Path(__file__).resolve().parents[2]


def test_the_bill_of_materials_names_all_that_is_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "SBOM", ROOT / "var" / "sbom-of-a-test.json")
    try:
        assert audit.sbom() == []
        told = json.loads(audit.SBOM.read_text())
    finally:
        audit.SBOM.unlink(missing_ok=True)
    locked = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.M)
    assert told["bomFormat"] == "CycloneDX"
    named = {(part["name"].lower(), part["version"]) for part in told["components"]}
    assert {(name.lower(), version) for name, version in locked} <= named
    assert all(part["purl"].startswith("pkg:pypi/") for part in told["components"])


def test_a_known_weakness_is_told_with_what_mends_it() -> None:
    told = [
        {"name": "sound", "version": "1.0", "vulns": []},
        {"name": "weak", "version": "1.0", "vulns": [{"id": "X-1", "fix_versions": ["1.1"]}]},
    ]
    assert audit.known_weaknesses("a.lock", told) == ["a.lock: weak 1.0: X-1, mended in 1.1"]


def test_packages_that_could_not_be_asked_about_are_not_called_sound() -> None:
    told = [{"name": "sound", "version": "1.0", "skip_reason": "not found"}]
    (said,) = audit.known_weaknesses("a.lock", told)
    assert "NOT AUDITED: 1 of 1 packages" in said


def test_a_report_of_wapiti_is_read_gravest_first_with_answers_of_500(tmp_path: Path) -> None:
    def item(level: int, path: str) -> dict[str, object]:
        return {"method": "GET", "path": path, "info": "x", "level": level, "parameter": None}

    report = tmp_path / "report.json"
    report.write_text(
        json.dumps(
            {
                "vulnerabilities": {"CSP": [item(1, "/a")], "XSS": [item(3, "/b")]},
                "anomalies": {"Internal Server Error": [item(2, "/c")], "Timeout": []},
            }
        )
    )
    findings = scan.read(report)
    assert [finding.request for finding in findings] == ["GET /b", "GET /c", "GET /a"]
    grave = scan.Scan("law", 3, findings, 1.0).grave
    assert [finding.level for finding in grave] == [3, 2]


def test_a_part_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main(["weather"]) == 1
    assert "There is no part weather" in capsys.readouterr().out
