"""Counting the desk's figures and keeping them, so that a page need not count a large record.

What is kept is a copy of what the record says at one moment, and every page that shows it says
when that was. It is nobody's act: it changes nothing but itself, and leaves no audit entry.
"""

from __future__ import annotations

import structlog

from elections import clock, figures, queries
from elections.figures import Figures
from elections.models import DeskFigures, Offer

log = structlog.get_logger(__name__)


def count_figures(*, offer: Offer) -> Figures:
    """Count `offer`'s figures anew and keep them in the place of the last ones."""
    counted = figures.count(offer)
    DeskFigures.objects.update_or_create(
        offer=offer, defaults={"counted_at": counted.counted_at, "figures": counted.plain()}
    )
    log.info("figures_counted", offer=offer.slug, seconds=counted.took)
    return counted


def recount_if_stale() -> Figures | None:
    """Count the running offer's figures when it is time to; None when it is not.

    Nothing is kept of a small record, since its pages count for themselves. Two processes may
    count at once: each keeps what it found, and either is true for the time it names.
    """
    try:
        offer = queries.current_offer()
    except Offer.DoesNotExist:
        return None
    if figures.is_small(offer):
        return None
    kept = figures.kept_figures(offer)
    if kept and not kept.is_stale(at=clock.now()):
        return None
    return count_figures(offer=offer)
