"""How far an import has come, told to whoever waits for it."""

from __future__ import annotations

from typing import Protocol

EVERY = 2_000  # rows between two steps: telling must cost nothing beside reading them


class Progress(Protocol):
    """Somebody who is told. Neither call may fail the work that it tells of."""

    def stage(self, name: str, total: int = 0) -> None:
        """Something new is begun; `total` is how many rows it has, 0 where none are counted."""
        ...

    def step(self, done: int) -> None:
        """So many rows of this stage are done."""
        ...


class Untold:
    """A `Progress` for when nobody waits."""

    def stage(self, name: str, total: int = 0) -> None:
        """Tell nobody."""

    def step(self, done: int) -> None:
        """Tell nobody."""
