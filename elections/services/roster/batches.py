"""Long lists in pieces, so that no statement grows with the roster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

BATCH = 1000


def batches(items: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Slices of `items` of at most `size`, in order."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
