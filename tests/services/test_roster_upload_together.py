"""An upload being applied on a real PostgreSQL: it is heard of while its one transaction lasts."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from elections.models import Employee, RosterUpload, User
from elections.models.roster import UploadState
from elections.services.roster import telling
from elections.services.roster.in_sets import InSets
from elections.services.roster.uploads import is_neglected, work_on_uploads
from tests.concurrency import PATIENCE
from tests.factory import make_offer, make_user
from tests.roster_files import employee
from tests.roster_uploads import checked, confirmed

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def hr() -> User:
    make_offer()
    return make_user("hr@example.com")


def slow_upload(hr: User, monkeypatch: pytest.MonkeyPatch, seconds: float) -> RosterUpload:
    """A confirmed upload whose writing takes a while."""
    monkeypatch.setattr(telling, "BEAT", 0.05)
    upload = confirmed(hr, checked(hr, [employee("1")]))
    write = InSets.write

    def slowly(self: InSets) -> None:
        write(self)
        time.sleep(seconds)

    monkeypatch.setattr(InSets, "write", slowly)
    return upload


def in_the_background() -> threading.Thread:
    def work() -> None:
        try:
            work_on_uploads()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def heard_of(upload: RosterUpload, until: float) -> set[object]:
    """The heartbeats seen from outside until then, while nothing of the import can be."""
    beats = set()
    while time.monotonic() < until:
        upload.refresh_from_db()
        if upload.state == UploadState.APPLYING and upload.stage == "Writing the roster":
            assert not Employee.objects.exists()
            assert not is_neglected(upload)
            beats.add(upload.heartbeat_at)
        time.sleep(0.02)
    return beats


def test_an_import_is_heard_of_from_within_its_transaction(
    hr: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = slow_upload(hr, monkeypatch, seconds=1.0)
    thread = in_the_background()

    beats = heard_of(upload, time.monotonic() + 0.8)

    thread.join(PATIENCE)
    upload.refresh_from_db()
    assert upload.state == UploadState.APPLIED
    assert len(beats) >= 3


def test_without_that_thread_nothing_would_be_heard_and_two_would_work_on_it(
    hr: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = slow_upload(hr, monkeypatch, seconds=1.0)
    monkeypatch.setattr(telling.Telling, "_beat", lambda self: None)
    monkeypatch.setattr("elections.services.roster.uploads.SILENCE", timedelta(seconds=0.1))
    thread = in_the_background()

    time.sleep(0.6)
    upload.refresh_from_db()

    assert is_neglected(upload)
    thread.join(PATIENCE)
