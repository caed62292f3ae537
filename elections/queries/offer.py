"""The offer that runs, its deadline in force, and its documents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, QuerySet, Subquery

from elections import clock
from elections.core import deadline
from elections.models import Document, Extension, Offer
from elections.prepared import A_KEY, Prepared, attach


def current_offer(*, at: datetime | None = None) -> Offer:
    """The offer that runs at `at` (aware; now without one): the one that opened last.

    Before the first one opens, that one. Raises `Offer.DoesNotExist`.
    """
    offer = offer_running(lambda: at or clock.now())
    attach(offer, "extensions", _extensions(offer=offer.pk))
    return offer


def offer_running(at: Callable[[], datetime]) -> Offer:
    """The same, with how far it is extended in place of its extensions.

    `at` is only called where the answer depends on it.
    """
    offers = _offers()
    if not offers:
        raise Offer.DoesNotExist("There is no offer.")
    if len(offers) == 1:
        return offers[0]
    instant = at()
    return next((o for o in offers if o.opens_on <= today(o, at=instant)), offers[-1])


def offer_as_it_is(offer_id: int) -> Offer:
    """An offer at this moment, with how far it is extended. Raises `Offer.DoesNotExist`."""
    offer = _offer.one(offer=offer_id)
    if offer is None:
        raise Offer.DoesNotExist(f"There is no offer {offer_id}.")
    return offer


def deadline_in_force(offer: Offer, *, at: datetime | None = None) -> datetime:
    """The first instant that is too late: the only answer there is.

    As announced so far; or, to look back, as announced by `at` (aware). What an offer was read
    along with (`with_last_extension`, prefetched extensions) is not read again.
    """
    if at is None and hasattr(offer, "extended_at"):
        announced = [(offer.extended_at, offer.extended_to)] if offer.extended_at else []
    else:
        announced = [(e.announced_at, e.expiration) for e in offer.extensions.all()]
    return deadline.expiration_in_force(
        offer.expiration, [deadline.Extension(*extension) for extension in announced], at=at
    )


def with_last_extension(offers: QuerySet[Offer]) -> QuerySet[Offer]:
    """Annotate `extended_at` and `extended_to`: of the extension that goes furthest, or None."""
    furthest = Extension.objects.filter(offer=OuterRef("pk")).order_by("-expiration")
    return offers.annotate(
        extended_at=Subquery(furthest.values("announced_at")[:1]),
        extended_to=Subquery(furthest.values("expiration")[:1]),
    )


def document_digests(offer: Offer, *, at: datetime | None = None) -> dict[str, str]:
    """The SHA-256 of each document in force (its latest version), by the document's slug.

    Or, to look back, of those published by `at` (aware); what came with the offer always was.
    """
    if at is None:
        return dict(_digests(offer=offer.pk))
    published = Q(published_at__isnull=True) | Q(published_at__lte=at)
    versions = Document.objects.filter(published, offer=offer).order_by("version")
    return dict(versions.values_list("slug", "sha256"))


def today(offer: Offer, *, at: datetime) -> date:
    """The calendar day of `at` in the offer's own zone."""
    return at.astimezone(ZoneInfo(offer.zone)).date()


# What is asked for again and again on the way to a receipt.
_offers = Prepared(lambda: with_last_extension(Offer.objects.order_by("-opens_on", "-pk")))
_offer = Prepared(lambda offer: with_last_extension(Offer.objects.filter(pk=offer)), offer=A_KEY)
_extensions = Prepared(lambda offer: Extension.objects.filter(offer=offer), offer=A_KEY)
_digests = Prepared(
    lambda offer: (
        Document.objects.filter(offer=offer).order_by("version").values_list("slug", "sha256")
    ),
    offer=A_KEY,
)
