"""An upload being applied on a real PostgreSQL: it is heard of while its one transaction lasts."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F

from elections.models import AuditEntry, Employee, Grant, RosterUpload, User
from elections.models.audit import Act
from elections.models.roster import UploadState
from elections.services.roster import telling
from elections.services.roster.in_sets import InSets
from elections.services.roster.uploads import SILENCE, is_neglected, work_on_uploads
from tests.concurrency import PATIENCE, wait_until_blocked
from tests.delivery.post_office import free_port
from tests.delivery.test_sweeper import start_sweeper, wait_for
from tests.factory import make_offer, make_user
from tests.roster_files import employee, grant
from tests.roster_uploads import applied, checked, confirmed

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


def test_a_sweeper_killed_amid_its_writing_leaves_nothing_and_another_applies_the_whole(
    hr: User,
) -> None:
    applied(hr, [employee("1")], [grant("10", Employee_Number="1")])
    named_anew = [employee("1", Legal_Name="Robin Example"), employee("2")]
    vested = [grant("10", Employee_Number="1", Shares_Vested="299")]
    upload = confirmed(hr, checked(hr, named_anew, vested))

    with transaction.atomic():
        Grant.objects.select_for_update().get()  # it gets as far as the grants, the last of all
        sweeper = start_sweeper(free_port())
        wait_until_blocked()
        sweeper.kill()
        sweeper.communicate(timeout=PATIENCE)
    wait_for(lambda: not _sessions_of_others())
    assert [person.name for person in Employee.objects.all()] == [employee()["Legal Name"]]

    RosterUpload.objects.update(heartbeat_at=F("heartbeat_at") - SILENCE)
    two = [start_sweeper(free_port(), "--once") for _ in range(2)]
    assert [(one.communicate(timeout=PATIENCE), one.returncode)[1] for one in two] == [0, 0]
    upload.refresh_from_db()
    assert (upload.state, upload.attempts) == (UploadState.APPLIED, 2)
    assert sorted(person.number for person in Employee.objects.all()) == ["1", "2"]
    assert Grant.objects.get().vested == 299
    assert AuditEntry.objects.filter(act=Act.IMPORT).count() == 2


def _sessions_of_others() -> int:
    """How many other clients this database has: a killed one's transaction ends with it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])
