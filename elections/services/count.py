"""Counting the desk's figures and keeping them, so that a page need not count a large record.

What is kept is a copy of what the record says at one moment, and every page that shows it says
when that was. It is nobody's act: it changes nothing but itself, and leaves no audit entry.
"""

from __future__ import annotations

from datetime import datetime

import structlog

from elections import clock, figures, queries
from elections.figures import Figures
from elections.models import DeskFigures, Offer

log = structlog.get_logger(__name__)


def count_figures(*, offer: Offer) -> Figures:
    """Count `offer`'s figures anew and keep them in the place of the last ones."""
    asked_at = _asked_at(offer)
    counted = figures.count(offer)
    DeskFigures.objects.update_or_create(
        offer=offer, defaults={"counted_at": counted.counted_at, "figures": counted.plain()}
    )
    if asked_at:
        # Whoever asked while it was being counted wants what was recorded since, and waits on.
        DeskFigures.objects.filter(offer=offer, asked_at=asked_at).update(asked_at=None)
    log.info("figures_counted", offer=offer.slug, seconds=counted.took)
    return counted


def ask_for_count(*, offer: Offer) -> Figures | None:
    """Count now where that is cheap; else leave it to the sweeper's next round, and give None."""
    if figures.is_small(offer):
        return count_figures(offer=offer)
    # Before the first count there is nothing to mark, and the next round counts anyhow.
    DeskFigures.objects.filter(offer=offer).update(asked_at=clock.now())
    return None


def recount_if_stale() -> Figures | None:
    """Count the running offer's figures when it is time to or staff asked; None when it is not.

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
    if kept and not kept.is_stale(at=clock.now()) and not _asked_at(offer):
        return None
    return count_figures(offer=offer)


def _asked_at(offer: Offer) -> datetime | None:
    return DeskFigures.objects.filter(offer=offer).values_list("asked_at", flat=True).first()
