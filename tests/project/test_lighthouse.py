"""What `make lighthouse` makes of a report."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.lighthouse import BARS, Report, read, tell

URL = "http://127.0.0.1:8000/election/"
ALL = {"performance": 95, "accessibility": 100, "best-practices": 100}


def said(**changes: Any) -> dict[str, Any]:
    """A report in Lighthouse's own words: one audit that counts was failed, one that does not."""
    audits = [
        {"id": "contrast", "title": "Contrast", "score": 0},
        {"id": "hint", "title": "A hint", "score": 0},
    ]
    parts = [{"id": "contrast", "weight": 7}, {"id": "hint", "weight": 0}]
    report = {
        "requestedUrl": URL,
        "finalDisplayedUrl": URL,
        "categories": {name: {"score": 0.934, "auditRefs": parts} for name in BARS},
        "audits": {audit["id"]: audit for audit in audits},
    }
    return report | changes


def test_it_tells_the_points_and_what_cost_any() -> None:
    assert read(said()) == Report(dict.fromkeys(BARS, 93), ("Contrast (0)",))


def test_another_page_than_the_one_meant_is_no_result() -> None:
    sign_in = "http://127.0.0.1:8000/accounts/login/"
    with pytest.raises(RuntimeError, match="accounts/login"):
        read(said(finalDisplayedUrl=sign_in))


def test_a_run_that_failed_is_no_result() -> None:
    with pytest.raises(RuntimeError, match="no page"):
        read(said(runtimeError={"message": "There was no page."}))


@pytest.mark.parametrize(
    ("runs", "below"),
    [
        ([ALL], 0),
        ([ALL | {"performance": 94}], 1),
        ([ALL | {"accessibility": 99, "best-practices": 96}], 2),
        ([ALL, ALL | {"performance": 20}, ALL], 0),
    ],
)
def test_the_median_of_the_runs_is_held_to_each_bar(runs: list[dict[str, int]], below: int) -> None:
    assert tell("offer", [Report(points, ()) for points in runs]) == below
