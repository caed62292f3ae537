"""Rounds, medians, ratios to the floor, and the bars that they are held to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median


def processor_time(processes: Iterable[int]) -> float:
    """Seconds that their threads have spent on a core so far (Linux, to the nanosecond)."""
    spent = 0
    for pid in processes:
        for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                spent += int(thread.read_text().split()[0])
            except OSError:
                continue  # It ended; none that matters does while it is measured.
    return spent / 1e9


def peak_memory() -> float:
    """The most MB that this process has held since its program was loaded (Linux).

    `getrusage` would count its parent's too.
    """
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(peak[1]) / 1024 if peak else 0.0


class Times:
    """What each thing took, in turn with its floor: seconds by the clock, and on the cores.

    The clock is what people wait by. Processor time is what the servers spent on it (web server,
    database, Redis): other work on the same machine does not lengthen it.
    """

    def __init__(self) -> None:
        self.clock: dict[str, list[float]] = defaultdict(list)
        self.cores: dict[str, list[float]] = defaultdict(list)

    def add(self, what: str, clock: float, cores: float) -> None:
        """Note what one request took in this round."""
        self.clock[what].append(clock)
        self.cores[what].append(cores)

    def median(self, what: str) -> tuple[float, float]:
        """The middle one of its rounds, by the clock and on the cores."""
        return median(self.clock[what]), median(self.cores[what])

    def ratio(self, what: str, floor: str) -> tuple[float, float]:
        """How many times the floor of the same run it took, by the medians."""
        (clock, cores), (least, few) = self.median(what), self.median(floor)
        return clock / least, cores / few


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what, its figure in words, its ratio in words, and the bar.

    `value` is held to `most` or `least`; without either it is only told.
    """

    what: str
    figure: str
    against: str
    value: float | None = None
    most: float | None = None
    least: float | None = None

    @property
    def kept(self) -> bool:
        """Whether it keeps to its bar, if it has one."""
        if self.value is None:
            return True
        above = self.most is not None and self.value > self.most
        below = self.least is not None and self.value < self.least
        return not above and not below

    @property
    def bar(self) -> str:
        """The bar in words."""
        if self.most is not None:
            return f"at most {self.most:,g}"
        return f"at least {self.least:,g}" if self.least is not None else ""


def row(
    what: str,
    took: tuple[float, float],
    floor: tuple[float, float],
    named: str,
    *,
    most: float | None = None,
) -> Row:
    """A line for what took (by the clock, on the cores), beside its floor.

    The bar is held against the clock, which is what people wait by, so the machine has to be free.
    """
    clock, cores = took[0] / floor[0], took[1] / floor[1]
    figure = f"{took[0] * 1000:.1f} / {took[1] * 1000:.1f} ms"
    return Row(what, figure, f"{clock:.2f} / {cores:.2f} × {named}", clock, most)
