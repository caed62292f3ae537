"""HR's pages for bringing in a roster: two files in, their preview, and the confirmation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from elections import queries
from elections.admin import labels
from elections.admin.framed import framed
from elections.admin.site import ReadOnlyAdmin
from elections.admin.uploads_preview import Preview
from elections.context import portal_of
from elections.models import RosterUpload
from elections.models.roster import UploadState
from elections.services.roster.rows import RosterFile
from elections.services.roster.templates import csv_template, xlsx_template
from elections.services.roster.uploads import (
    UNDER_WAY,
    NotDone,
    confirm_upload,
    discard_upload,
    is_neglected,
    receive_upload,
)

UPLOAD = "elections.add_rosterupload"
MOST_BYTES = 200 * 1024 * 1024  # a roster of 100,000 people with 300,000 grants has some 35 MB
STATES = {
    UploadState.CHECKING: "warning",
    UploadState.REFUSED: "bad",
    UploadState.READY: "warning",
    UploadState.APPLYING: "warning",
    UploadState.APPLIED: "good",
    UploadState.DISCARDED: "quiet",
    UploadState.FAILED: "bad",
}
TEMPLATES = {
    "csv": (csv_template, "text/csv; charset=utf-8"),
    "xlsx": (
        xlsx_template,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}


def _file_field(label: str) -> forms.FileField:
    return forms.FileField(
        label=label,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={
            "required": "Please choose this file.",
            "empty": "This file is empty. Please export it again.",
        },
        help_text="CSV in UTF-8, or XLSX.",
    )


class UploadForm(forms.Form):
    """The two files of a roster. What they say is checked afterwards, line by line."""

    use_required_attribute = False

    employees = _file_field("Employees")
    grants = _file_field("Grants")

    def clean_employees(self) -> UploadedFile:
        """One that fits."""
        return _of_a_size(self.cleaned_data["employees"])

    def clean_grants(self) -> UploadedFile:
        """One that fits."""
        return _of_a_size(self.cleaned_data["grants"])


def _of_a_size(file: UploadedFile) -> UploadedFile:
    if (file.size or 0) > MOST_BYTES:
        raise forms.ValidationError(
            "This file is larger than 200 MB. Please have it imported from the command line."
        )
    return file


@admin.register(RosterUpload)
class RosterUploadAdmin(ReadOnlyAdmin):
    """Every upload, the newest first, and how far each has come."""

    change_list_template = "admin/elections/rosterupload/list.html"
    list_display = ("files", "progress", "uploaded", "uploaded_by", "confirmed_by", "applied")
    list_filter = ("state",)
    list_select_related = ("uploaded_by", "confirmed_by")
    search_fields = ("employees_name", "grants_name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RosterUpload]:
        """Without what the checks found, which a list does not show."""
        return super().get_queryset(request).defer("report")

    def get_urls(self) -> list[URLPattern]:
        """The addresses of uploading and deciding, before Django's own."""
        view, name = self.admin_site.admin_view, "elections_rosterupload"
        return [
            path("upload/", view(self.upload_view), name=f"{name}_upload"),
            path(
                "template/<str:file>.<str:kind>", view(self.template_view), name=f"{name}_template"
            ),
            path("<key:pk>/decide/", view(self.decide_view), name=f"{name}_decide"),
            *super().get_urls(),
        ]

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """The form; sent, the upload's own page, where its check shows."""
        if not request.user.has_perm(UPLOAD):
            raise PermissionDenied
        if request.method != "POST":
            return self._ask(request, UploadForm())
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._ask(request, form, status=422)
        return _to(receive_upload(actor=request.user, **form.cleaned_data))

    def _ask(self, request: HttpRequest, form: UploadForm, status: int = 200) -> HttpResponse:
        return framed(
            request,
            self.admin_site.each_context(request),
            "rosterupload/upload.html",
            "Upload a roster",
            model=RosterUpload,
            status=status,
            form=form,
            errors=bool(form.errors),
            templates=[(file, kind) for file in RosterFile for kind in TEMPLATES],
        )

    def template_view(self, request: HttpRequest, file: str, kind: str) -> HttpResponse:
        """An empty file to fill in."""
        if not request.user.has_perm(UPLOAD):
            raise PermissionDenied
        if file not in list(RosterFile) or kind not in TEMPLATES:
            raise Http404("There is no such file.")
        make, content_type = TEMPLATES[kind]
        disposition = f'attachment; filename="{file}.{kind}"'
        headers = {"Content-Disposition": disposition}
        return HttpResponse(make(RosterFile(file)), content_type=content_type, headers=headers)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """How far it has come, what its check found, and the choice that is open."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        upload = self.get_object(request, object_id)
        if upload is None or request.method not in ("GET", "HEAD"):
            return super().change_view(request, object_id, form_url, extra_context)
        return self._page(request, upload)

    def _page(
        self, request: HttpRequest, upload: RosterUpload, *, problem: str = "", status: int = 200
    ) -> HttpResponse:
        portal = portal_of(request)
        return framed(
            request,
            self.admin_site.each_context(request),
            "rosterupload/page.html",
            "Roster upload",
            model=RosterUpload,
            status=status,
            upload=upload,
            state=self.progress(upload),
            uploaded_label=self.uploaded(upload),
            applied_label=self.applied(upload),
            problem=problem,
            under_way=upload.state in UNDER_WAY,
            neglected=is_neglected(upload),
            real_now=datetime.now(UTC),  # whoever works on it does so by the real clock
            can_decide=request.user.has_perm(UPLOAD),
            ready=upload.state == UploadState.READY,
            takes_forms=portal.offer is not None and not portal.passed,
            discardable=upload.state in (UploadState.REFUSED, UploadState.FAILED),
            preview=Preview(upload.report) if upload.report else None,
            to_invite=self._to_invite(request, upload),
        )

    def _to_invite(self, request: HttpRequest, upload: RosterUpload) -> int:
        """How many people do not know yet how to sign in, once this roster is applied."""
        offer = portal_of(request).offer
        if upload.state != UploadState.APPLIED or offer is None:
            return 0
        if not request.user.has_perm("elections.view_invitation"):
            return 0
        return queries.people_to_invite(offer, at=portal_of(request).at).count()

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Confirm what the preview says, or do nothing with the files."""
        if not request.user.has_perm(UPLOAD):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return self._decide(request, get_object_or_404(RosterUpload, pk=pk))

    def _decide(self, request: HttpRequest, upload: RosterUpload) -> HttpResponse:
        step = request.POST.get("step")
        if step == "apply":
            seen = request.POST.get("seen", "")
            outcome = confirm_upload(actor=request.user, upload=upload, seen=seen)
        elif step == "discard":
            outcome = discard_upload(actor=request.user, upload=upload)
        else:
            return self._page(request, upload, problem="Please choose what to do.", status=422)
        if isinstance(outcome, NotDone):
            messages.warning(request, outcome.problems[0].sentence)
        elif step == "discard":
            messages.success(request, "The upload is discarded; nothing of it was written.")
        return _to(upload)

    @admin.display(description="files")
    def files(self, upload: RosterUpload) -> str:
        """Their names on the machine they came from."""
        return str(upload)

    @admin.display(description="uploaded", ordering="uploaded_at")
    def uploaded(self, upload: RosterUpload) -> str:
        """When."""
        return labels.cell_time(upload.uploaded_at, settings.TIME_ZONE)

    @admin.display(description="applied", ordering="applied_at")
    def applied(self, upload: RosterUpload) -> str:
        """When the roster became what the files say."""
        return labels.cell_time(upload.applied_at, settings.TIME_ZONE)

    @admin.display(description="state", ordering="state")
    def progress(self, upload: RosterUpload) -> SafeString:
        """How far it has come; in one that nobody works on, that."""
        if is_neglected(upload):
            return labels.state(f"{upload.get_state_display()}, but nobody is at it", "bad")
        return labels.state(upload.get_state_display(), STATES[UploadState(upload.state)])


def _to(upload: RosterUpload) -> HttpResponse:
    address = reverse("admin:elections_rosterupload_change", args=[upload.pk])
    return HttpResponseRedirect(address)
