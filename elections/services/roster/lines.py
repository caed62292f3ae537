"""A line of a roster file, and what is raised when there is none to be had."""

from __future__ import annotations

Line = tuple[int, list[str]]  # its number, from 1, and its cells


class Unreadable(Exception):
    """From `line` on, the file cannot be read at all."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason
