"""Every case of the list is tested, and so is the checker on every case."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.faults.cases import CASES

HERE = Path(__file__).parent


def marked(name: str) -> set[int]:
    """The numbers that tests of this folder carry with that mark."""
    numbers = set()
    for file in HERE.glob("test_*.py"):
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == f"pytest.mark.{name}":
                numbers |= {ast.literal_eval(number) for number in call.args}
    return numbers


def test_there_are_48_cases_and_each_has_a_test() -> None:
    assert sorted(CASES) == list(range(1, 49))
    assert marked("fault") == set(CASES)


def test_each_case_has_a_negative_control() -> None:
    assert marked("control") == set(CASES)
