"""What came on paper or by fax: the scan that stands behind a form keyed in by staff."""

from __future__ import annotations

from django.core.files.storage import Storage, storages
from django.db import models

from elections.models.submission import Submission


def scan_storage() -> Storage:
    """Where scans lie (settings.STORAGES)."""
    return storages["scans"]


class Scan(models.Model):
    """The scanned form behind one submission. Append-only, and served to Law alone.

    The file lies outside everything that is served; `sha256` proves it is the one attached.
    """

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="scan")
    file = models.FileField(storage=scan_storage, upload_to="")
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField("bytes")
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"Scan of {self.submission_id}"
