"""The table of OWASP ASVS: every requirement answered, and every answer there to be looked up."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from scripts.asvs import CHAPTERS, PAGE, SOURCE, Requirement, load, page

ROOT = Path(__file__).resolve().parents[2]
# The levels of each section's requirements, in the standard's order: of 1.5, 1.5.1 is of level 1.
TABLE = """
1.1 22  1.2 1111122223  1.3 112222222223  1.4 222  1.5 123
2.1 122  2.2 112  2.3 12223  2.4 23
3.1 3  3.2 113  3.3 12223  3.4 11222233  3.5 11122333  3.6 3  3.7 22333
4.1 12233  4.2 23333  4.3 22  4.4 1222
5.1 2  5.2 112333  5.3 113  5.4 222
6.1 122  6.2 111111112222  6.3 11223333  6.4 112233  6.5 22222333  6.6 2223  6.7 33  6.8 2222
7.1 222  7.2 1111  7.3 22  7.4 11222  7.5 223  7.6 22
8.1 1233  8.2 1123  8.3 133  8.4 23
9.1 111  9.2 1222
10.1 22  10.2 223  10.3 22223  10.4 1111122222233333  10.5 22222  10.6 22  10.7 222
11.1 2233  11.2 22233  11.3 11233  11.4 1222  11.5 23  11.6 23  11.7 33
12.1 12233  12.2 11  12.3 22223
13.1 2333  13.2 222223  13.3 2233  13.4 1222233
14.1 22  14.2 12223333  14.3 122
15.1 12233  15.2 12233  15.3 1222222  15.4 3333
16.1 2  16.2 22222  16.3 2222  16.4 222  16.5 2223
17.1 23  17.2 22223333  17.3 22
"""
SECTIONS = TABLE.split()
LEVELS = {
    f"{section}.{number}": int(level)
    for section, levels in zip(SECTIONS[::2], SECTIONS[1::2], strict=True)
    for number, level in enumerate(levels, start=1)
    if level in "12"
}


@pytest.fixture(scope="module")
def requirements() -> list[Requirement]:
    return load(SOURCE.read_text(encoding="utf-8"))


@cache
def named_in(file: Path) -> frozenset[str]:
    """The names of the test functions of a file."""
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return frozenset(name for name in names if name.startswith("test_"))


@cache
def chapters_of(file: Path) -> frozenset[str]:
    """The anchors of a document's headings, as they are linked to."""
    if not file.is_file():
        return frozenset()
    headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings)


def unanswered(requirements: list[Requirement]) -> list[str]:
    return [r.number for r in requirements if not r.answered]


def unknown_tests(requirements: list[Requirement]) -> list[str]:
    return [
        f"{r.number}: {test}"
        for r in requirements
        for test in r.tests
        if test.partition("::")[2] not in named_in(ROOT / "tests" / test.partition("::")[0])
    ]


def unknown_chapters(requirements: list[Requirement]) -> list[str]:
    return [
        f"{r.number}: {document}"
        for r in requirements
        for document in r.documents
        if document.partition("#")[2] not in chapters_of(ROOT / "docs" / document.split("#")[0])
    ]


def other_numbers(requirements: list[Requirement]) -> set[tuple[str, int]]:
    return {(r.number, r.level) for r in requirements} ^ set(LEVELS.items())


FAULTS = (unanswered, unknown_tests, unknown_chapters, other_numbers)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_every_requirement_has_an_answer_that_can_be_looked_up(
    requirements: list[Requirement], fault: Callable[[list[Requirement]], object]
) -> None:
    assert not fault(requirements)


def test_there_are_253_requirements_of_the_first_two_levels() -> None:
    assert len(LEVELS) == 253
    assert sum(level == 1 for level in LEVELS.values()) == 70


@pytest.mark.parametrize(
    ("fault", "change"),
    [
        (unanswered, {"tests": ()}),
        (unknown_tests, {"tests": ("project/test_asvs.py::test_that_is_not_there",)}),
        (unknown_tests, {"tests": ("project/no_file.py::test_there_are_253",)}),
        (unknown_chapters, {"documents": ("configuration.md#no-such-chapter",)}),
        (other_numbers, {"number": "1.2.99"}),
        (other_numbers, {"level": 3}),
    ],
)
def test_a_faulty_row_would_be_found(
    fault: Callable[[list[Requirement]], object], change: dict[str, object]
) -> None:
    sound = Requirement("1.2.4", 1, "x", tests=("project/test_asvs.py::test_a_faulty_row_would",))
    row = dataclasses.replace(sound, **change)  # type: ignore[arg-type]
    assert fault([row])


def test_a_row_that_is_left_out_would_be_found(requirements: list[Requirement]) -> None:
    assert other_numbers(requirements[1:])


def test_what_does_not_apply_is_held_by_nothing(requirements: list[Requirement]) -> None:
    for r in requirements:
        if r.not_applicable:
            assert not any((r.tests, r.documents, r.operator, r.not_met)), r.number


def test_the_page_is_what_the_file_makes(requirements: list[Requirement]) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(requirements), "run make asvs"
    assert set(CHAPTERS) == {r.order[0] for r in requirements}


def test_what_is_not_met_stands_at_the_top(requirements: list[Requirement]) -> None:
    top = page(requirements).partition("## For whoever runs the portal")[0]
    for r in requirements:
        assert not r.not_met or (r.not_met in top and f"V{r.number} " in top)
