"""Publishing the documents to read: each version is kept, the latest is in force."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import structlog
from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from elections import clock
from elections.core.problems import Code, Problem
from elections.models import Document, Offer, User
from elections.models.audit import Act
from elections.services.audit import record_act
from elections.services.locks import hold_offer

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Published:
    """The version as recorded; it is in force from here on."""

    document: Document


@dataclass(frozen=True, slots=True)
class NotPublished:
    """The documents stand as they were, for these reasons."""

    problems: tuple[Problem, ...]


def clean_text(text: str) -> str:
    """A text as it is kept: lines end with a line feed, as in a file, whatever a browser sent."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def text_digest(text: str) -> str:
    """SHA-256 of a kept text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def publish_version(*, actor: User, document: Document, text: str) -> Published | NotPublished:
    """Put a new text of `document`, the version that `actor` saw in force, in force.

    Waits for every submission in flight, so each form names one version or the other.
    """
    text = clean_text(text)
    with transaction.atomic(durable=True):
        offer = hold_offer(document.offer_id)
        newest = offer.documents.filter(slug=document.slug).latest("version")
        problems = []
        if newest.pk != document.pk:
            problems.append(Problem.of(Code.DOCUMENT_PUBLISHED_MEANWHILE))
        elif newest.sha256 == text_digest(text):
            problems.append(Problem.of(Code.DOCUMENT_UNCHANGED))
        if problems:
            return NotPublished(tuple(problems))
        published = _publish(
            actor,
            Document(
                offer=offer,
                slug=newest.slug,
                title=newest.title,
                position=newest.position,
                version=newest.version + 1,
                text=text,
            ),
        )
    log.info("document_published", document=published.pk, by=actor.pk)
    return Published(published)


def publish_document(
    *, actor: User, offer: Offer, title: str, text: str
) -> Published | NotPublished:
    """Put a document that the offer did not have yet in force, the last in reading order."""
    title = " ".join(title.split())
    with transaction.atomic(durable=True):
        offer = hold_offer(offer.pk)
        slug = slugify(title)[:50] or "document"
        if offer.documents.filter(slug=slug).exists():
            return NotPublished((Problem.of(Code.DOCUMENT_NAME_TAKEN),))
        last = offer.documents.aggregate(last=Max("position", default=0))["last"]
        published = _publish(
            actor,
            Document(offer=offer, slug=slug, title=title, position=last + 1, text=clean_text(text)),
        )
    log.info("document_published", document=published.pk, by=actor.pk)
    return Published(published)


def _publish(actor: User, document: Document) -> Document:
    document.sha256 = text_digest(document.text)
    document.published_at, document.published_by = clock.now(), actor
    document.save(force_insert=True)
    record_act(
        Act.DOCUMENT,
        actor=actor,
        subject=f"{document.offer.slug}, {document.slug}, version {document.version}",
        details={"sha256": document.sha256},
    )
    return document
