"""Loading an offer from its file: the same file again changes nothing.

What people were offered does not change under them: once the offer has opened, or anything is on
record, the terms stand, and a changed document becomes its next version beside the one they read.
A later deadline is an extension, which is announced; an earlier one there cannot be. What staff
published or changed in the admin is not put back to the file unless that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from elections import clock, queries
from elections.core.words import day_label
from elections.models import Offer, Plan
from elections.services.load_contents import Loading, load_documents, load_sessions
from elections.services.locks import hold_offer
from elections.services.offer_file import OfferFile, OfferRefused

NOT_TERMS = {"company", "title", "contacts", "irregular_reasons"}  # no part of what is offered


@dataclass(frozen=True, slots=True)
class LoadedOffer:
    """The offer's slug, and each thing that changed, in a sentence; none when nothing did.

    `left` names, a sentence each, what staff made otherwise in the admin and stays so.
    """

    slug: str
    changes: tuple[str, ...]
    left: tuple[str, ...] = ()


def load_offer(*, file: OfferFile, dry_run: bool = False, force: bool = False) -> LoadedOffer:
    """Bring the offer of that slug to what its file says, in one transaction.

    Documents that staff published and sessions that they changed stay, unless `force` is given.
    With `dry_run` the result is what would have been. Raises `OfferRefused` where a change comes
    too late, because the offer has opened or something is on record; nothing is changed then.
    """
    slug = file.columns["slug"]
    with transaction.atomic(durable=True):
        loading = Loading(force=force)
        loading.changes += _load_plans(file.plans)
        known = Offer.objects.filter(slug=slug).first()
        if known is None:
            offer = Offer.objects.create(**file.columns)
            loading.changes.append(f"The offer {slug} is new.")
        else:
            offer = hold_offer(known.pk)
            _refuse_what_comes_too_late(offer, file, force=force)
            loading.changes += _load_columns(offer, file)
        load_documents(offer, file.documents, loading)
        load_sessions(offer, file.sessions, loading)
        if dry_run:
            transaction.set_rollback(True)
    return LoadedOffer(slug, tuple(loading.changes), tuple(loading.left))


def _load_plans(plans: tuple[Plan, ...]) -> Iterator[str]:
    for plan in plans:
        _, made = Plan.objects.get_or_create(code=plan.code, defaults={"name": plan.name})
        if made:
            yield f"Plan {plan.code} is new: {plan.name}."
        elif Plan.objects.filter(code=plan.code).exclude(name=plan.name).update(name=plan.name):
            yield f"Plan {plan.code} is now called {plan.name}."


def _refuse_what_comes_too_late(offer: Offer, file: OfferFile, *, force: bool) -> None:
    on_record = offer.submissions.exists() or offer.extensions.exists()
    reason = _why_terms_stand(offer, on_record=on_record)
    problems = [
        f"{key}: cannot change from {old} to {new}: {reason}."
        for key, old, new in _differences(offer, file)
        if reason and key not in NOT_TERMS
    ]
    if on_record:
        of_the_file = offer.documents.all() if force else offer.documents.exclude(_by_staff(offer))
        slugs = set(of_the_file.values_list("slug", flat=True))
        problems += [
            f"documents: {slug} is missing, but forms on record name it, so it must stay."
            for slug in sorted(slugs - {document.slug for document in file.documents})
        ]
    if problems:
        raise OfferRefused(problems)


def _by_staff(offer: Offer) -> Q:
    """The documents, in all their versions, of which staff published any."""
    published = offer.documents.filter(published_by__isnull=False)
    return Q(slug__in=published.values("slug"))


def _why_terms_stand(offer: Offer, *, on_record: bool) -> str:
    """Why no term can change any more; "" while the offer has still to open, in its own zone.

    From the first day on people rely on what they read, whether they have answered yet or not.
    """
    if on_record:
        return "forms or extensions are on record under it"
    if queries.today(offer, at=clock.now()) >= offer.opens_on:
        return f"the offer opened on {day_label(offer.opens_on)}, and its terms stand from then on"
    return ""


def _differences(offer: Offer, file: OfferFile) -> Iterator[tuple[str, object, object]]:
    """(key, what the offer says, what the file says) for each column in which they differ."""
    for key, new in file.columns.items():
        old = getattr(offer, key)
        if old != new:
            yield key, old, new


def _load_columns(offer: Offer, file: OfferFile) -> Iterator[str]:
    changed = list(_differences(offer, file))
    for key, old, new in changed:
        setattr(offer, key, new)
        yield f"{key} was {old} and is now {new}."
    if changed:
        offer.save(update_fields=[key for key, _, _ in changed])
