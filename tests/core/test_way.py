"""The steps of the way to a receipt, and where one is on it."""

from __future__ import annotations

import pytest

from elections.core.way import WAYS, way_of


@pytest.mark.parametrize("kind", WAYS)
def test_each_way_ends_at_a_receipt_right_after_its_button(kind: str):
    last = way_of(kind, 0)
    assert (last.now, last.left) == ("your receipt", ())
    assert way_of(kind, last.pressed_at).left == ("your receipt",)


def test_what_is_left_is_what_comes_after():
    at = way_of("election", 2)
    assert at.now == "choose for each grant"
    assert at.left == ("check and sign", "your receipt")
    assert at.pressed_at == 3
