"""Uploads of a roster as HR makes them, and what the sweeper does with them."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from elections.models import RosterUpload, User
from elections.services.roster.uploads import confirm_upload, receive_upload, work_on_uploads
from tests.roster_files import Rows, employees_file, grants_file


def files(persons: Rows, grants: Rows | None = None) -> dict[str, SimpleUploadedFile]:
    """The two files of a form, with these rows."""
    return {
        "employees": SimpleUploadedFile("people.csv", employees_file(*persons).read()),
        "grants": SimpleUploadedFile("grants.csv", grants_file(*(grants or [])).read()),
    }


def uploaded(actor: User, persons: Rows, grants: Rows | None = None) -> RosterUpload:
    """An upload with these rows that nobody has looked at yet."""
    return receive_upload(actor=actor, **files(persons, grants))


def checked(actor: User, persons: Rows, grants: Rows | None = None) -> RosterUpload:
    """The same, and the sweeper came by."""
    upload = uploaded(actor, persons, grants)
    work_on_uploads()
    upload.refresh_from_db()
    return upload


def confirmed(actor: User, upload: RosterUpload) -> RosterUpload:
    """`actor` confirmed what its preview says; nobody has applied it yet."""
    outcome = confirm_upload(actor=actor, upload=upload, seen=upload.report["fingerprint"])
    assert isinstance(outcome, RosterUpload), outcome
    return outcome


def applied(actor: User, persons: Rows, grants: Rows | None = None) -> RosterUpload:
    """An upload that was checked, confirmed, and taken up by the sweeper again."""
    upload = confirmed(actor, checked(actor, persons, grants))
    work_on_uploads()
    upload.refresh_from_db()
    return upload
