"""What a test run promises: nothing is left out quietly, and under CI nothing at all."""

from __future__ import annotations

import pytest

from tests.project import starting

# Each test starts processes, so these are not for the inner loop.
pytestmark = pytest.mark.worker

NEEDY = "tests/project/test_broker.py"


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_a_missing_part_is_named_in_the_last_lines_and_fails_the_run_under_ci(
    ci: str, code: int
) -> None:
    done = starting.run("-m", "pytest", "-q", "-p", "no:cacheprovider", NEEDY, CI=ci)
    assert done.returncode == code
    last = done.stdout.splitlines()[-5:]
    assert any("NOT TESTED" in line and "Redis is missing here" in line for line in last)


def test_a_part_that_was_not_asked_for_is_no_gap() -> None:
    done = starting.run(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not redis",
        NEEDY, "tests/project/test_parsers.py", CI="true",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "NOT TESTED" not in done.stdout
