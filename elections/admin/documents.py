"""The documents to read: every version that was in force, and publishing the next one."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import linebreaks_filter
from django.urls import URLPattern, path, reverse

from elections.admin import labels
from elections.admin.forms import Refusable
from elections.admin.framed import framed
from elections.admin.site import ReadOnlyAdmin
from elections.core.problems import Code
from elections.models import Document, Offer
from elections.services.documents import (
    NotPublished,
    clean_text,
    publish_document,
    publish_version,
    text_digest,
)

PUBLISH = "elections.add_document"
LONGEST_TEXT = 1_000_000  # characters; an offer document of 100 pages has some 300,000


class VersionForm(Refusable):
    """The next text of a document, as Markdown or plain text."""

    text = forms.CharField(
        label="Text (Markdown or plain)",
        strip=False,  # the digest is that of the text to the letter
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 24, "class": "text", "spellcheck": "true"}),
        error_messages={"required": "Please give the text."},
    )

    def clean_text(self) -> str:
        """The text as it is kept. One of nothing but space is none."""
        text = clean_text(self.cleaned_data["text"])
        if not text.strip():
            raise forms.ValidationError("Please give the text.")
        return text


class NewDocumentForm(VersionForm):
    """A document that the offer did not have yet."""

    title = forms.CharField(
        max_length=200, error_messages={"required": "Please give the document a title."}
    )
    field_order = ("title", "text")


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """The documents to read, in every version that was in force."""

    change_form_template = "admin/elections/document/page.html"
    list_display = ("title", "version", "in_force", "published", "by", "sha256")
    list_filter = ("slug",)
    search_fields = ("title", "text", "sha256")
    fields = readonly_fields = (
        "offer",
        "title",
        "slug",
        "version",
        "in_force",
        "published",
        "by",
        "sha256",
        "content",
    )
    list_select_related = ("offer", "published_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        """With whether each is the latest version."""
        newest = Document.objects.filter(
            offer=models.OuterRef("offer"), slug=models.OuterRef("slug")
        ).order_by("-version")
        return (
            super()
            .get_queryset(request)
            .annotate(newest=models.Subquery(newest.values("version")[:1]))
        )

    def get_urls(self) -> list[URLPattern]:
        """The addresses of publishing, before Django's own."""
        view = self.admin_site.admin_view
        return [
            path(
                "<key:pk>/publish/",
                view(self.publish_view),
                name="elections_document_publish",
            ),
            path("new/<key:pk>/", view(self.new_view), name="elections_document_new"),
            *super().get_urls(),
        ]

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The next version of a document; it begins as the one in force."""
        if not request.user.has_perm(PUBLISH):
            raise PermissionDenied
        document = get_object_or_404(Document.objects.select_related("offer"), pk=pk)
        if request.method == "POST":
            return self._publish(request, VersionForm(request.POST), document.offer, document)
        form = VersionForm(initial={"text": document.text})
        return self._ask(request, form, document.offer, document)

    def new_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A document that the offer did not have yet."""
        if not request.user.has_perm(PUBLISH):
            raise PermissionDenied
        offer = get_object_or_404(Offer, pk=pk)
        if request.method == "POST":
            return self._publish(request, NewDocumentForm(request.POST), offer, None)
        return self._ask(request, NewDocumentForm(), offer, None)

    def _publish(
        self, request: HttpRequest, form: VersionForm, offer: Offer, document: Document | None
    ) -> HttpResponse:
        """Check, preview, or publish, as the form's `step` says."""
        step = request.POST.get("step")
        if not form.is_valid():
            return self._ask(request, form, offer, document, status=422)
        if step != "confirm":
            return self._ask(request, form, offer, document, preview=step == "preview")
        cleaned = form.cleaned_data
        if document:
            outcome = publish_version(actor=request.user, document=document, text=cleaned["text"])
        else:
            outcome = publish_document(actor=request.user, offer=offer, **cleaned)
        if isinstance(outcome, NotPublished):
            if document and outcome.problems[0].code == Code.DOCUMENT_PUBLISHED_MEANWHILE:
                # What is sent next is measured against the version that is shown from here on.
                document = offer.documents.filter(slug=document.slug).latest("version")
            form.refuse(outcome.problems)
            return self._ask(request, form, offer, document, status=422)
        messages.success(request, f"{outcome.document} is in force from now on.")
        return HttpResponseRedirect(
            reverse("admin:elections_document_change", args=[outcome.document.pk])
        )

    def _ask(
        self,
        request: HttpRequest,
        form: VersionForm,
        offer: Offer,
        document: Document | None,
        *,
        preview: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        """The form; with `preview`, what it says, as employees will read it."""
        text = form.cleaned_data["text"] if preview else ""
        if document:
            action = reverse("admin:elections_document_publish", args=[document.pk])
        else:
            action = reverse("admin:elections_document_new", args=[offer.pk])
        return framed(
            request,
            self.admin_site.each_context(request),
            "document/publish.html",
            f"New version of {document.title}" if document else "New document",
            model=Document,
            status=status,
            form=form,
            errors=bool(form.is_bound and form.errors),
            document=document,
            action=action,
            preview=preview,
            text=text,
            sha256=text_digest(text),
        )

    @admin.display(description="in force")
    def in_force(self, document: Document) -> str:
        """Whether it is the version that employees read and that forms name."""
        if document.newest == document.version:
            return labels.state("In force", "good")
        return labels.state("Replaced", "quiet")

    @admin.display(description="published", ordering="published_at")
    def published(self, document: Document) -> str:
        """When; what came with the offer has been there from its beginning."""
        if document.published_at is None:
            return "With the offer"
        return labels.cell_time(document.published_at, document.offer.zone)

    @admin.display(description="by")
    def by(self, document: Document) -> str:
        """Whoever published it."""
        return str(document.published_by or labels.NOTHING)

    @admin.display(description="text")
    def content(self, document: Document) -> str:
        """The text with its paragraphs, its markup shown and not run."""
        return linebreaks_filter(document.text, autoescape=True)
