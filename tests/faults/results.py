"""The table at the end of a run: case, rounds, violations, whether its control was found."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.faults.cases import CASES


@dataclass
class Result:
    """What became of one case so far."""

    rounds: int = 0
    violations: int = 0
    controls: list[str] = field(default_factory=list)  # what each control's checker found
    missed: int = 0


def table(results: dict[int, Result]) -> list[str]:
    """The lines of a Markdown table of all cases that ran, in their order."""
    lines = ["| # | fault | rounds | violations | control found |", "|---|---|---|---|---|"]
    for number in sorted(results):
        result = results[number]
        lines.append(
            f"| {number} | {CASES[number][0]} | {result.rounds} | {result.violations} |"
            f" {_control(result)} |"
        )
    return lines


def _control(result: Result) -> str:
    if result.missed:
        return "NO"
    if not result.controls:
        return "did not run"
    found = sorted({name for said in result.controls for name in said.split()}, key=_order)
    return f"yes: {', '.join(found)}"


def _order(name: str) -> tuple[int, str]:
    return (int(name[1:]), "") if name[1:].isdigit() else (99, name)
