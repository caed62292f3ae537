"""Loading what people read beside the terms: the offer's documents and its information sessions.

Staff publish documents and change sessions in the admin, and people rely on what they read there.
So a file loaded again, which may be older than that, does not put itself over it: what staff made
stays and is named, unless whoever loads says that the file is to win (`force`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from elections.models import Document, InformationSession, Offer
from elections.models.audit import Act
from elections.services.audit import record_act


@dataclass(slots=True)
class Loading:
    """What became of it so far, in sentences: what changed, and what staff made and was left.

    With `force` nothing is left, and what staff made is overwritten, which the audit log keeps.
    """

    force: bool
    changes: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def load_documents(offer: Offer, documents: Iterable[Document], loading: Loading) -> None:
    """A changed text is the next version; a title or a place in the list is changed in all."""
    filed = {document.slug: document for document in documents}
    for slug in sorted(set(offer.documents.values_list("slug", flat=True)) - filed.keys()):
        versions = offer.documents.filter(slug=slug)
        if not loading.force and versions.filter(published_by__isnull=False).exists():
            loading.left.append(f"Document {slug} is not in the file; staff published it.")
        else:
            versions.delete()
            loading.changes.append(f"Document {slug} is gone.")
    for document in filed.values():
        _load_text(offer, document, loading)
        place = {"title": document.title, "position": document.position}
        if offer.documents.filter(slug=document.slug).exclude(**place).update(**place):
            loading.changes.append(
                f"Document {document.slug} is number {document.position}, {document.title}."
            )


def _load_text(offer: Offer, document: Document, loading: Loading) -> None:
    newest = offer.documents.filter(slug=document.slug).order_by("-version").first()
    if newest is not None and newest.sha256 == document.sha256:
        return
    if newest is not None and newest.published_by_id is not None:
        if not loading.force:
            loading.left.append(
                f"Document {document.slug} says something else in the file; staff published"
                f" version {newest.version}, which stays in force."
            )
            return
        subject = f"{offer.slug}, {document.slug}, version {newest.version + 1}"
        details = {"sha256": document.sha256, "forced": "from the offer's file"}
        record_act(Act.DOCUMENT, actor=None, subject=subject, details=details)
    version = newest.version + 1 if newest else 1
    Document.objects.create(
        offer=offer,
        slug=document.slug,
        title=document.title,
        position=document.position,
        version=version,
        text=document.text,
        sha256=document.sha256,
    )
    loading.changes.append(f"Document {document.slug} has version {version}.")


def load_sessions(offer: Offer, filed: Iterable[InformationSession], loading: Loading) -> None:
    """Each session of the file under the start it has there, wherever staff have moved it to.

    What is to go goes first, so that no two sessions start at one time in between.
    """
    known = list(offer.sessions.all())
    missing: list[InformationSession] = []
    for session in filed:
        same = _same(session, known)
        if same is not None:
            known.remove(same)
        if same is None or not _settled(same, session, loading):
            missing.append(session)
    for session in known:
        if session.edited_by_id is not None and not loading.force:
            loading.left.append(f"{_name(session)} is not in the file; staff announced it.")
        else:
            _remove(session, loading)
            loading.changes.append(f"{_name(session)} is gone.")
    for session in missing:
        columns = {"starts_at": session.starts_at, "filed_start": session.starts_at}
        offer.sessions.create(**columns | _details(session))
        loading.changes.append(f"{_name(session)} is new.")


def _same(
    filed: InformationSession, known: Iterable[InformationSession]
) -> InformationSession | None:
    """Which of `known` is this session of the file: known by its start there, or starting then."""
    by_file = (one for one in known if one.filed_start == filed.starts_at)
    by_start = (one for one in known if one.starts_at == filed.starts_at)
    return next(by_file, None) or next(by_start, None)


def _settled(known: InformationSession, filed: InformationSession, loading: Loading) -> bool:
    """Leave or bring up to the file the session as it is known; False where it must come anew."""
    details = _details(filed)
    differs = (known.starts_at, known.canceled) != (filed.starts_at, False) or any(
        getattr(known, key) != value for key, value in details.items()
    )
    if not differs:
        return True
    if known.edited_by_id is None:
        InformationSession.objects.filter(pk=known.pk).update(
            **details, revision=known.revision + 1
        )
        loading.changes.append(f"{_name(known)} has changed.")
        return True
    if loading.force:
        _remove(known, loading)
        return False
    now = "canceled it" if known.canceled else "changed it"
    loading.left.append(f"{_name(filed)} is another in the file; staff {now}.")
    return True


def _remove(session: InformationSession, loading: Loading) -> None:
    if session.edited_by_id is not None:
        subject = f"{session.offer.slug}, session {session.pk} removed"
        details = {"place": session.place, "forced": "from the offer's file"}
        record_act(Act.SESSION, actor=None, subject=subject, details=details)
    session.delete()


def _details(session: InformationSession) -> dict[str, Any]:
    return {
        "ends_at": session.ends_at,
        "place": session.place,
        "how_to_join": session.how_to_join,
    }


def _name(session: InformationSession) -> str:
    return f"The information session of {session.starts_at.isoformat()}"
