"""Lines on a grid, laid out for an SVG in the page: it takes its colours from the theme's sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 2, 622, 60, 278  # where the axes are; labels stand outside or above
MOST_TICKS = 5
EDGE, WIDE_EDGE = Decimal("0.1"), Decimal("0.2")

Point = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis; `anchor` keeps its label inside the drawing."""

    at: str
    label: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Line:
    """A line through `points`, as SVG has them; `name` says whose it is, to the style sheet."""

    name: str
    points: str


@dataclass(frozen=True, slots=True)
class Plot:
    """All that is drawn. `marks` are upright lines, with a label at their head."""

    name: str  # what its ids begin with
    title: str
    description: str
    lines: tuple[Line, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    marks: tuple[Tick, ...] = ()
    band: tuple[str, str] | None = None  # upper edge and height of a shaded strip, full width
    width = WIDTH
    height = HEIGHT
    left, right, top, bottom = LEFT, RIGHT, TOP, BOTTOM


class Scale:
    """Places values of 0 to `x_top` and `y_top` (both above 0) on the grid."""

    def __init__(self, x_top: Decimal, y_top: Decimal) -> None:
        self.x_top, self.y_top = x_top, y_top

    def x(self, value: Decimal) -> str:
        """How far from the left."""
        return _place(LEFT + (RIGHT - LEFT) * value / self.x_top)

    def y(self, value: Decimal) -> str:
        """How far from the top."""
        return _place(BOTTOM - (BOTTOM - TOP) * value / self.y_top)

    def line(self, name: str, points: Sequence[Point]) -> Line:
        """A line through these values."""
        return Line(name, " ".join(f"{self.x(x)},{self.y(y)}" for x, y in points))

    def x_tick(self, value: Decimal, label: str, edge: Decimal = EDGE) -> Tick:
        """A tick at `value`; its label is centered, but not within `edge` of either side."""
        share = value / self.x_top
        anchor = "start" if share < edge else "end" if share > 1 - edge else "middle"
        return Tick(self.x(value), label, anchor)

    def mark(self, value: Decimal, label: str) -> Tick:
        """An upright line at `value`, with a label of several words."""
        return self.x_tick(value, label, edge=WIDE_EDGE)

    def y_ticks(self, label: Callable[[Decimal], str], smallest: Decimal) -> tuple[Tick, ...]:
        """Ticks up the side, from one above 0, in steps of `smallest` at least."""
        return tuple(Tick(self.y(v), label(v)) for v in round_steps(self.y_top, smallest)[1:])


def round_steps(top: Decimal, smallest: Decimal) -> list[Decimal]:
    """From 0 in equal steps of 1, 2 or 5 times a power of ten, as far as `top`: five at most.

    `smallest` is the shortest step there may be, itself a power of ten.
    """
    step = smallest
    factors = (Decimal(2), Decimal("2.5"), Decimal(2))  # 1, 2, 5, 10, 20, 50 ...
    count = 0
    while top / step > MOST_TICKS:
        step *= factors[count % 3]
        count += 1
    return [step * n for n in range(int(top / step) + 1)]


def _place(value: Decimal) -> str:
    return f"{value:.1f}"
