"""Submissions over time: the days as the desk's table lists them, and the same as a drawing."""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pygal
from pygal.style import Style

from elections import inline_styles
from elections.core.words import MONTHS, day_label
from elections.figures import Day
from elections.inline_styles import sheet_in

# The package hooks a finder for map plugins, which we have none of, into every import; it speaks a
# protocol that Python 3.12 dropped, and whoever asks all finders in turn trips over it.
sys.meta_path[:] = [
    finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)
]

DAY = timedelta(days=1)
LONGEST_AXIS = 120  # days drawn one by one; what was received on others goes into the last bar
COLOURS = ("#123f6d", "#b4690e", "#6b7683")  # elections, withdrawals, declines
INK, QUIET, PAPER, GUIDE = "#1a1f26", "#434b55", "#ffffff", "#dfe4e9"
FONT = '"Source Sans 3", "Source Sans Pro", "Segoe UI", "Liberation Sans", sans-serif'


@dataclass(frozen=True, slots=True)
class Bar:
    """One day, or all the days after the last one, with what was received."""

    label: str
    short_label: str
    elections: int
    withdrawals: int
    declines: int

    @property
    def all(self) -> int:
        """Of every kind."""
        return self.elections + self.withdrawals + self.declines


def bars(days: Sequence[Day], *, opens_on: date, last_day: date, today: date) -> list[Bar]:
    """Every day from the opening to today or the offer's last day, whichever comes first.

    Days without a submission are there as well. What came after the last day is one bar at the
    end, so that a form sent years later does not draw years of nothing; none is left out.
    """
    end = max(opens_on, min(today, last_day, opens_on + (LONGEST_AXIS - 1) * DAY))
    by_day = {day.on: day for day in days}
    drawn = [opens_on + n * DAY for n in range((end - opens_on).days + 1)]
    shown = [_bar([by_day[on]] if on in by_day else [], day_label(on), _short(on)) for on in drawn]
    before = [day for day in days if day.on < opens_on]
    after = [day for day in days if day.on > end]
    if before:
        shown.insert(0, _bar(before, f"Before {day_label(opens_on)}", "Before"))
    if after:
        shown.append(_bar(after, f"After {day_label(end)}", "After"))
    return shown


def _bar(days: Sequence[Day], label: str, short_label: str) -> Bar:
    return Bar(
        label,
        short_label,
        elections=sum(day.elections for day in days),
        withdrawals=sum(day.withdrawals for day in days),
        declines=sum(day.declines for day in days),
    )


def _short(on: date) -> str:
    return f"{MONTHS[on.month - 1][:3]} {on.day}"


def summary(shown: Sequence[Bar]) -> str:
    """What the drawing shows, in a sentence, for whoever does not see it."""
    total = sum(bar.all for bar in shown)
    span = f"Submissions received per day, {shown[0].label} to {shown[-1].label}"
    if not total:
        return f"{span}: none."
    most = max(shown, key=lambda bar: bar.all)
    return f"{span}: {total:,} in all, most on {most.label} ({most.all:,})."


def drawing(shown: Sequence[Bar]) -> bytes:
    """The bars as an SVG that runs no script and asks for nothing from elsewhere."""
    chart = pygal.StackedBar(
        width=880,
        height=300,
        css=["file://style.css", "file://graph.css"],
        js=[],
        no_prefix=True,  # the same figures give the same bytes
        style=_style(),
        title=None,
        legend_at_bottom=True,
        legend_at_bottom_columns=3,
        margin=12,
        spacing=14,
        max_scale=6,
        min_scale=2,
        x_labels_major_every=7,
        truncate_label=-1,
        show_minor_x_labels=len(shown) <= 12,
        print_values=False,
        formatter=lambda count: f"{count:,.0f}",
        no_data_text="Nothing received yet",
        range=(0, max(4, max(bar.all for bar in shown))),
    )
    chart.x_labels = [bar.short_label for bar in shown]
    chart.add("Elections", [bar.elections for bar in shown])
    chart.add("Withdrawals", [bar.withdrawals for bar in shown])
    chart.add("Declines", [bar.declines for bar in shown])
    # Its script only holds settings for tooltips, and no browser would run it here.
    svg = re.sub(rb"<script.*?</script>", b"", chart.render(), flags=re.DOTALL)
    return svg.replace(b'style="opacity: 0"', b'opacity="0"')


def _style() -> Style:
    return Style(
        background=PAPER,
        plot_background=PAPER,
        foreground=QUIET,
        foreground_strong=INK,
        foreground_subtle=QUIET,
        guide_stroke_color=GUIDE,
        major_guide_stroke_color=GUIDE,
        guide_stroke_dasharray="0",
        major_guide_stroke_dasharray="0",
        colors=COLOURS,
        opacity="1",
        opacity_hover="1",
        font_family=FONT,
        label_font_size=13,
        major_label_font_size=13,
        legend_font_size=14,
        no_data_font_size=20,
        transition="0s",
    )


def style_source(svg: bytes) -> str:
    """The CSP source that lets exactly the style sheet inside this drawing through."""
    sheet = sheet_in(svg.decode())
    if sheet is None:
        raise ValueError("The drawing has no style sheet.")
    return inline_styles.style_source(html.unescape(sheet))  # as the browser reads it, out of XML
