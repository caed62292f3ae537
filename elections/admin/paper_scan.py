"""Giving the scan behind a form on paper to those who may see it, as a file and never as a page."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from elections.models import Scan
from elections.services.scans import ENDINGS

SEE = ("elections.view_submission", "elections.view_scan")


@require_safe
def scan(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The scan of the submission with that key, byte for byte as attached."""
    if not request.user.has_perms(SEE):
        raise PermissionDenied
    found = get_object_or_404(Scan.objects.select_related("submission"), submission=pk)
    try:
        file = found.file.open()
    except FileNotFoundError as missing:
        raise Http404("The file of this scan is missing.") from missing
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{found.submission.receipt}.{ENDINGS[found.content_type]}",
        content_type=found.content_type,
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )
