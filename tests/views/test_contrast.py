"""The theme's colours: text has a contrast of 7:1 or more on what it stands on, in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = (Path(settings.BASE_DIR) / "static/portal/theme.css").read_text()
TEXT_ON = [
    ("ink", "paper"),
    ("ink", "paper-2"),
    ("ink", "accent-soft"),
    ("ink", "green-soft"),
    ("ink", "red-soft"),
    ("ink-2", "paper"),
    ("ink-2", "paper-2"),
    ("ink-2", "green-soft"),
    ("ink-2", "red-soft"),
    ("accent", "paper"),
    ("accent", "paper-2"),
    ("accent", "accent-soft"),
    ("accent", "green-soft"),
    ("accent-ink", "accent"),
    ("green", "green-soft"),
    ("amber", "amber-soft"),
    ("red", "paper"),
    ("red", "red-soft"),
    ("demo", "demo-soft"),
]


def colours(theme: str) -> dict[str, str]:
    """The colour variables of a theme, by name."""
    light, dark = (
        dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{\n(.*?)\n\s*\}", CSS, re.S)[:2]
    )
    return light | dark if theme == "dark" else light


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, as WCAG 2.2 defines it."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_stands_out_from_its_ground(theme: str, text: str, ground: str):
    named = colours(theme)
    assert contrast(named[text], named[ground]) >= 7


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_edges_of_fields_and_buttons_can_be_seen(theme: str):
    named = colours(theme)
    assert contrast(named["edge"], named["paper"]) >= 3


def test_the_themes_differ_and_the_measure_is_right():
    assert colours("light")["paper"] != colours("dark")["paper"]
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
