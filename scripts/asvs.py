"""Write docs/asvs.md, how the portal stands to each requirement of OWASP ASVS, from docs/asvs.toml.

.venv/bin/python -m scripts.asvs
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent.parent / "docs"
SOURCE = DOCS / "asvs.toml"
PAGE = DOCS / "asvs.md"
CHAPTERS = {
    1: "What comes in and goes out is encoded and cleaned",
    2: "Input is checked, and acts keep their order",
    3: "In the browser",
    4: "HTTP and APIs",
    5: "Files",
    6: "Signing in",
    7: "Sessions",
    8: "Who may do what",
    9: "Tokens that carry their content",
    10: "OAuth and OpenID Connect",
    11: "Cryptography",
    12: "Connections",
    13: "Configuration",
    14: "Data",
    15: "How the code is made",
    16: "Logs and errors",
    17: "WebRTC",
}
INTRODUCTION = """\
# OWASP ASVS 5.0, levels 1 and 2

How the portal stands to each of the standard's {all} requirements of these two levels. The words
are ours and short; the standard (ASVS 5.0.0, by OWASP, CC BY-SA 4.0) is to be read beside them.
This page is made from `asvs.toml` by `make asvs`. A test fails on a requirement without an answer,
and on an answer that names a test or a chapter that does not exist.

{tested} are held by tests, {documented} by what is written down, {operated} need something of
whoever runs the portal, {not_applicable} do not apply, {not_met} are not met. Some are counted
twice.
"""


@dataclass(frozen=True)
class Requirement:
    """One requirement and how the portal stands to it; `docs/asvs.toml` says what fields are."""

    number: str
    level: int
    asks: str
    tests: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    operator: str = ""
    not_applicable: str = ""
    not_met: str = ""
    note: str = ""

    @property
    def answered(self) -> bool:
        """Whether anything says how it stands."""
        return bool(
            self.tests or self.documents or self.operator or self.not_applicable or self.not_met
        )

    @property
    def order(self) -> tuple[int, ...]:
        """Where it stands in the standard: 1.10.1 comes after 1.9.1."""
        return tuple(int(part) for part in self.number.split("."))


Tell = Callable[[Requirement], str]


def load(text: str) -> list[Requirement]:
    """The requirements of a file, in the standard's order. `TypeError` at a field unknown."""
    found = [
        Requirement(number=number, **_frozen(fields))
        for number, fields in tomllib.loads(text).items()
    ]
    return sorted(found, key=lambda requirement: requirement.order)


def _frozen(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in fields.items()}


def page(requirements: list[Requirement]) -> str:
    """The whole of docs/asvs.md."""
    parts = [introduction(requirements)]
    parts += summary(
        "Not met", ("what it asks", "what is missing"), requirements, lambda r: r.not_met
    )
    parts += summary(
        "For whoever runs the portal", ("what it asks", "what to do"), requirements,
        lambda r: r.operator,
    )  # fmt: skip
    for chapter, name in CHAPTERS.items():
        rows = [r for r in requirements if r.order[0] == chapter]
        parts += [f"## V{chapter}. {name}", table(("", "level", "what it asks", "how it stands"), (
            (f"V{r.number}", str(r.level), r.asks, standing(r)) for r in rows
        ))]  # fmt: skip
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def introduction(requirements: list[Requirement]) -> str:
    """What the page is, with the counts."""
    return INTRODUCTION.format(
        all=len(requirements),
        tested=sum(bool(r.tests) for r in requirements),
        documented=sum(bool(r.documents) for r in requirements),
        operated=sum(bool(r.operator) for r in requirements),
        not_applicable=sum(bool(r.not_applicable) for r in requirements),
        not_met=sum(bool(r.not_met) for r in requirements),
    )


def summary(
    title: str, heads: tuple[str, str], requirements: list[Requirement], of: Tell
) -> list[str]:
    """A chapter that gathers one kind of answer, or nothing where there is none."""
    rows = [(f"V{r.number}", r.asks, of(r)) for r in requirements if of(r)]
    return [f"## {title}", table(("", *heads), rows)] if rows else []


def standing(requirement: Requirement) -> str:
    """All that is said of how it stands, in one cell."""
    said = []
    if requirement.not_met:
        said.append(f"**Not met:** {requirement.not_met}")
    if requirement.not_applicable:
        said.append(f"*Does not apply:* {requirement.not_applicable}")
    said += [f"`{test}`" for test in requirement.tests]
    said += [f"[{document}]({document})" for document in requirement.documents]
    if requirement.operator:
        said.append(f"*To do:* {requirement.operator}")
    if requirement.note:
        said.append(requirement.note)
    return "<br>".join(said)


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |"
                     for line in lines)  # fmt: skip


if __name__ == "__main__":
    PAGE.write_text(page(load(SOURCE.read_text(encoding="utf-8"))), encoding="utf-8")
    sys.exit()
