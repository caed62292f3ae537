"""When a mail that could not be sent is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from elections.delivery.claim import LEASE, LONGEST_ATTEMPT, retry_after


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(1, 5), (2, 10), (3, 20), (8, 640), (9, 900), (10, 900), (10_000, 900)],
)
def test_waiting_doubles_up_to_a_quarter_of_an_hour(attempts: int, seconds: int) -> None:
    assert retry_after(attempts) == timedelta(seconds=seconds)


def test_an_attempt_ends_before_its_claim_does() -> None:
    assert LONGEST_ATTEMPT < LEASE
