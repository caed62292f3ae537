"""How a letter is laid out as plain text, in lines of 72 characters. `{% load letters %}`."""

from __future__ import annotations

import textwrap

from django import template

from elections.delivery.letter import Row

register = template.Library()
WIDTH = 72
LABEL = 16  # the column in which the facts begin


@register.filter
def in_lines(text: str, indent: int = 0) -> str:
    """The text wrapped, its lines after the first `indent` to the right; addresses stay whole."""
    return textwrap.fill(
        text,
        WIDTH,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


@register.filter
def as_text(row: Row) -> str:
    """A fact with its name before it, in two columns."""
    return in_lines(f"{f'{row.label}:':{LABEL - 1}} {row.value}", LABEL)
