"""The page "Exports": what may be taken out, as of when, in which file; and the file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from elections import clock, queries
from elections.admin.confirming import ask_again
from elections.admin.whens import FIRST_DAY, LAST_DAY, only_instant
from elections.core.instants import ZONE_NAMES, instant_label
from elections.exports.tables import TABLES, Table
from elections.models import Offer
from elections.services.export import Export, FileFormat, export_csv, export_xlsx

WRITERS = {
    FileFormat.CSV: (export_csv, "text/csv; charset=utf-8"),
    FileFormat.XLSX: (
        export_xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}


class ExportForm(forms.Form):
    """Which table, as of when (now, where nothing is given), in which file.

    Cleaned, `as_of` is an aware instant that has come.
    """

    table = forms.ChoiceField(
        label="Table",
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose what to take out."},
    )
    day = forms.DateField(
        label="As of this day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Please give the day as 2003-01-20 or 01/20/2003."},
    )
    time = forms.TimeField(
        label="Time",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", "step": "1"}, format="%H:%M:%S"),
        input_formats=["%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p"],
        error_messages={"invalid": "Please give the time as 21:00 or 9:00 PM."},
    )
    file_format = forms.ChoiceField(
        label="File",
        widget=forms.RadioSelect,
        initial=FileFormat.XLSX,
        choices=[
            (FileFormat.XLSX, "XLSX, a workbook for Excel"),
            (FileFormat.CSV, "CSV, text with commas, in UTF-8"),
        ],
        error_messages={"required": "Please choose a kind of file."},
    )

    def __init__(
        self, *args: Any, tables: list[Table], zone: str, now: datetime, **kwargs: Any
    ) -> None:
        self.zone, self.now = zone, now
        super().__init__(*args, **kwargs)
        self.fields["table"].choices = [(table.name, table) for table in tables]

    def clean(self) -> dict[str, Any]:
        """Add `as_of`, or say why no instant is meant, or why nobody can answer for it."""
        cleaned = super().clean() or self.cleaned_data
        if {"table", "day", "time"} <= cleaned.keys():
            try:
                cleaned["as_of"] = self._as_of(cleaned)
            except ValueError as unclear:
                self.add_error("time" if cleaned["day"] else "day", str(unclear))
        return cleaned

    def _as_of(self, cleaned: dict[str, Any]) -> datetime:
        day, time = cleaned["day"], cleaned["time"]
        if day is None and time is None:
            return self.now
        if day is None:
            raise ValueError("Please give the day too, or leave both empty for now.")
        if time is None:
            raise ValueError("Please give the time too, or leave both empty for now.")
        if not TABLES[cleaned["table"]].looks_back:
            raise ValueError("This table is known as it stands now alone: please leave both empty.")
        if not FIRST_DAY <= day <= LAST_DAY:
            raise ValueError("Please check the year.")
        as_of = only_instant(datetime.combine(day, time), self.zone)
        if as_of > self.now:
            raise ValueError("This time is yet to come: nobody knows what the record will say.")
        return as_of


@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: HttpRequest) -> HttpResponse:
    """The form; sent, the file. A POST, since an export leaves an entry in the audit log."""
    tables = [table for table in TABLES.values() if request.user.has_perms(table.permissions)]
    if not tables:
        raise PermissionDenied
    if detour := ask_again(request):
        return detour
    try:
        now = clock.now()
        offer = queries.current_offer(at=now)
    except Offer.DoesNotExist:
        return _page(request, {"offer": None})
    data = request.POST if request.method == "POST" else None
    form = ExportForm(data, tables=tables, zone=offer.zone, now=now)
    if not form.is_valid():
        at = instant_label(now, zone=offer.zone, second_zone=offer.second_zone)
        context = {"offer": offer, "form": form, "now_label": at, "errors": form.errors}
        context["zone_name"] = ZONE_NAMES.get(offer.zone, offer.zone)
        return _page(request, context, status=422 if form.is_bound else 200)
    asked = form.cleaned_data
    table, file_format = TABLES[asked["table"]], FileFormat(asked["file_format"])
    return _file(Export(request.user, table, offer, asked["as_of"], file_format))


def _file(export: Export) -> HttpResponse:
    pieces, content_type = WRITERS[export.file_format]
    return StreamingHttpResponse(
        pieces(export),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{export.file_name}"'},
    )


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    frame = admin.site.each_context(request) | {"opts": Offer._meta, "title": "Exports"}
    path = "admin/elections/export/page.html"
    return TemplateResponse(request, path, frame | context, status=status)


admin.site.add_page("exports/", exports, name="exports")
