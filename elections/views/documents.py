"""The documents to read before deciding, each in the version now in force."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from elections.models import Document, Offer
from elections.prepared import A_KEY, A_WORD, Prepared
from elections.views.person import PersonRequest, signed_in


def current_documents(offer: Offer) -> list[Document]:
    """The latest version of each document, in reading order; their texts are not loaded."""
    latest = {document.slug: document for document in _versions(offer=offer.pk)}
    return sorted(latest.values(), key=lambda document: document.position)


def current_document(offer: Offer, slug: str) -> Document | None:
    """The latest version of one document; None where the offer has none of that name."""
    return _latest.one(offer=offer.pk, slug=slug)


_versions = Prepared(
    lambda offer: Document.objects.filter(offer=offer).defer("text").order_by("version"),
    offer=A_KEY,
)
_latest = Prepared(
    lambda **of: Document.objects.filter(**of).order_by("-version")[:1], offer=A_KEY, slug=A_WORD
)


@require_safe
@signed_in
def document(request: PersonRequest, slug: str) -> HttpResponse:
    """One document, to read and to print."""
    found = current_document(request.offer, slug)
    if found is None:
        raise Http404(f"No document {slug!r}")
    context = {"document": found, "others": current_documents(request.offer)}
    return render(request, "portal/document.html", context)
