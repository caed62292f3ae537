"""The guards by name."""

from __future__ import annotations

from collections.abc import Callable

GUARDS: dict[str, Callable[[], None]] = {}


def guard(switch_off: Callable[[], None]) -> Callable[[], None]:
    """Make it known by its name."""
    GUARDS[switch_off.__name__] = switch_off
    return switch_off
