"""A roster uploaded: checked first, written once it is confirmed, never left without a word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError

from elections.core.problems import Code
from elections.models import AuditEntry, Employee, Grant, Offer, RosterUpload, User
from elections.models.audit import Act
from elections.models.roster import UploadState, upload_storage
from elections.services.roster import importing, uploads
from elections.services.roster.in_sets import InSets
from elections.services.roster.row_by_row import RowByRow
from elections.services.roster.uploads import (
    CHECKED_AGAIN,
    GAVE_UP,
    MOST_ATTEMPTS,
    QUIET_BEFORE_DEADLINE,
    SILENCE,
    NotDone,
    confirm_upload,
    discard_upload,
    is_neglected,
    receive_upload,
    work_on_uploads,
)
from tests.factory import EXPIRATION, elect, make_grant, make_user
from tests.portal import SetClock
from tests.roster_files import employee, grant
from tests.roster_uploads import applied, checked, confirmed, files, uploaded


@pytest.fixture
def hr(offer: Offer) -> User:
    return make_user("hr@example.com", name="Hanna Resources")


def refused(outcome: RosterUpload | NotDone) -> list[str]:
    assert isinstance(outcome, NotDone)
    return [problem.code for problem in outcome.problems]


def silent_since(upload: RosterUpload, ago: timedelta) -> None:
    """Whoever works on it was last heard of so long ago."""
    RosterUpload.objects.filter(pk=upload.pk).update(
        heartbeat_at=datetime.now(UTC) - ago, attempts=1
    )


def test_an_upload_is_checked_and_nothing_is_written(hr: User) -> None:
    upload = checked(hr, [employee("1"), employee("2")], [grant("10", Employee_Number="1")])

    assert upload.state == UploadState.READY
    assert upload.report["people"]["new"] == 2
    assert upload.report["new_grants"] == [{"number": "10", "whose": "1"}]
    assert not Employee.objects.exists()


def test_a_confirmed_upload_is_applied_and_noted(hr: User) -> None:
    upload = applied(hr, [employee("1")], [grant("10", Employee_Number="1")])

    assert upload.state == UploadState.APPLIED
    assert upload.applied_at is not None
    assert Grant.objects.get().employee.number == "1"
    entry = AuditEntry.objects.get(act=Act.IMPORT)
    assert (entry.actor, entry.rows, entry.subject) == (hr, 2, "people.csv and grants.csv")


def test_nothing_is_applied_before_it_is_confirmed(hr: User) -> None:
    checked(hr, [employee("1")])

    assert work_on_uploads() == 0
    assert not Employee.objects.exists()


def test_a_preview_says_of_each_changed_row_what_was_and_what_will_be(hr: User) -> None:
    applied(hr, [employee("1"), employee("2")], [grant("10", Employee_Number="1")])

    upload = checked(
        hr,
        [employee("1", Legal_Name="Pat Other", Country="CA")],
        [grant("10", Employee_Number="1", Shares_Exercised="200", Shares_Outstanding="750")],
    )

    assert upload.report["changed_people"] == [
        {
            "number": "1",
            "whose": "Pat Other",
            "differences": [["name", "Pat Example", "Pat Other"], ["country", "US", "CA"]],
        }
    ]
    assert upload.report["changed_grants"] == [
        {"number": "10", "whose": "1", "differences": [["exercised", "100", "200"]]}
    ]
    assert upload.report["people"]["absent"] == ["2"]


def test_a_preview_names_the_forms_that_the_roster_will_differ_from(hr: User) -> None:
    applied(hr, [employee("1")], [grant("10", Employee_Number="1")])
    form = elect(Employee.objects.get(), Grant.objects.get())

    fewer = grant("10", Employee_Number="1", Shares_Exercised="200", Shares_Outstanding="750")
    upload = checked(hr, [employee("1")], [fewer])

    assert upload.report["forms"] == [["10", "1", form.receipt, 850, 750]]


def test_a_bad_line_refuses_the_whole_and_every_one_is_named(hr: User) -> None:
    upload = checked(
        hr,
        [employee("1", Hire_Date="soon"), employee("2")],
        [grant("10", Employee_Number="2", Plan="1899")],
    )

    assert upload.state == UploadState.REFUSED
    assert upload.report == {
        "problems": [
            ["employees", 2, "Hire Date",
             "'soon' is not a date such as 2002-12-19 or 12/19/2002."],
            ["grants", 2, "Plan", "'1899' is not the code of a plan that is loaded."],
        ],
        "problems_total": 2,
    }  # fmt: skip
    assert not Employee.objects.exists()


@pytest.mark.parametrize("employees", [b"Employee Number\n1\n", b"\xff\xfe"])
def test_no_grant_is_called_nobodys_because_the_employees_cannot_be_read(
    hr: User, employees: bytes
) -> None:
    sent = files([], [grant("10", Employee_Number="1")])
    upload = receive_upload(
        actor=hr, **sent | {"employees": SimpleUploadedFile("people.csv", employees)}
    )
    work_on_uploads()

    upload.refresh_from_db()
    assert upload.state == UploadState.REFUSED
    assert {file for file, *_ in upload.report["problems"]} == {"employees"}


def test_a_roster_that_changed_since_the_preview_is_shown_anew_and_not_written(hr: User) -> None:
    applied(hr, [employee("1")], [grant("10", Employee_Number="1")])
    upload = confirmed(hr, checked(hr, [employee("1", Country="CA")]))
    elect(Employee.objects.get(), Grant.objects.get())  # the preview said nothing of an election

    work_on_uploads()

    upload.refresh_from_db()
    assert (upload.state, upload.note) == (UploadState.READY, CHECKED_AGAIN)
    assert Employee.objects.get().country == "US"
    assert upload.report["effects"][0]["effect"] != ""


def test_an_upload_does_not_undo_a_later_one_before_that_was_shown(hr: User) -> None:
    def holding(vested: str) -> list[dict[str, str]]:
        return [grant("10", Employee_Number="1", Shares_Vested=vested)]

    applied(hr, [employee("1")], holding("500"))
    older = checked(hr, [employee("1")], holding("600"))
    applied(hr, [employee("1")], holding("700"))
    confirmed(hr, older)  # its preview says 500 → 600, of one changed row, and it still is one

    work_on_uploads()

    older.refresh_from_db()
    assert (older.state, older.note) == (UploadState.READY, CHECKED_AGAIN)
    assert Grant.objects.get().vested == 700
    assert older.report["changed_grants"][0]["differences"] == [["vested", "700", "600"]]


def test_who_confirms_another_preview_than_the_one_in_force_is_told(hr: User) -> None:
    upload = checked(hr, [employee("1")])

    assert refused(confirm_upload(actor=hr, upload=upload, seen="0" * 64)) == [Code.UPLOAD_MOVED_ON]
    upload.refresh_from_db()
    assert upload.state == UploadState.READY


def test_an_upload_is_confirmed_once(hr: User) -> None:
    upload = applied(hr, [employee("1")])

    seen = upload.report["fingerprint"]
    assert refused(confirm_upload(actor=hr, upload=upload, seen=seen)) == [Code.UPLOAD_MOVED_ON]


def test_a_discarded_upload_leaves_no_files_behind(hr: User) -> None:
    upload = checked(hr, [employee("1")])

    assert isinstance(discard_upload(actor=hr, upload=upload), RosterUpload)

    assert not upload_storage().exists(upload.employees.name)
    assert not upload_storage().exists(upload.grants.name)
    assert work_on_uploads() == 0


@pytest.mark.parametrize("state", [UploadState.APPLYING, UploadState.APPLIED, UploadState.CHECKING])
def test_what_is_worked_on_or_applied_cannot_be_discarded(hr: User, state: UploadState) -> None:
    upload = uploaded(hr, [employee("1")])
    RosterUpload.objects.update(state=state)

    assert refused(discard_upload(actor=hr, upload=upload)) == [Code.UPLOAD_MOVED_ON]
    assert upload_storage().exists(upload.employees.name)


def test_an_upload_that_nobody_begins_is_neglected_after_a_while(hr: User) -> None:
    upload = uploaded(hr, [employee("1")])
    assert not is_neglected(upload)

    upload.heartbeat_at = datetime.now(UTC) - SILENCE - timedelta(seconds=1)

    assert is_neglected(upload)


def test_an_upload_in_living_hands_is_left_alone_and_a_silent_one_taken_up(hr: User) -> None:
    upload = uploaded(hr, [employee("1")])
    silent_since(upload, SILENCE - timedelta(seconds=5))
    upload.refresh_from_db()

    assert not is_neglected(upload)
    assert work_on_uploads() == 0

    silent_since(upload, SILENCE + timedelta(seconds=1))
    upload.refresh_from_db()

    assert is_neglected(upload)
    assert work_on_uploads() == 1


def test_an_upload_that_ends_every_worker_is_given_up_with_a_sentence(hr: User) -> None:
    upload = uploaded(hr, [employee("1")])
    silent_since(upload, SILENCE + timedelta(seconds=1))
    RosterUpload.objects.update(attempts=MOST_ATTEMPTS)

    assert work_on_uploads() == 0

    upload.refresh_from_db()
    assert (upload.state, upload.note) == (UploadState.FAILED, GAVE_UP)


def test_a_file_that_is_gone_fails_the_upload_in_a_sentence(hr: User) -> None:
    upload = uploaded(hr, [employee("1")])
    upload_storage().delete(upload.grants.name)

    work_on_uploads()

    upload.refresh_from_db()
    assert (upload.state, upload.note) == (UploadState.FAILED, uploads.FAILED)


def ended_by_the_database(way: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(self: Any) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr(way, "write", give_up)


def test_a_database_in_trouble_leaves_the_upload_to_be_taken_up_again(
    hr: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = confirmed(hr, checked(hr, [employee("1")]))
    with monkeypatch.context() as patch:
        for way in (InSets, RowByRow):
            ended_by_the_database(way, patch)
        with pytest.raises(OperationalError):
            work_on_uploads()
    silent_since(upload, SILENCE + timedelta(seconds=1))

    work_on_uploads()

    upload.refresh_from_db()
    assert upload.state == UploadState.APPLIED
    assert Employee.objects.count() == 1


def taken_by_another(upload: RosterUpload, monkeypatch: pytest.MonkeyPatch) -> None:
    """While our import is under way, somebody else takes the upload, thinking us dead."""
    compare = importing._result

    def overtaken(*args: Any) -> Any:
        RosterUpload.objects.filter(pk=upload.pk).update(claim=99)
        return compare(*args)

    monkeypatch.setattr(importing, "_result", overtaken)


def test_whoever_lost_an_upload_to_another_writes_nothing(
    hr: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = confirmed(hr, checked(hr, [employee("1")]))
    taken_by_another(upload, monkeypatch)

    work_on_uploads()

    assert not Employee.objects.exists()
    assert not AuditEntry.objects.filter(act=Act.IMPORT).exists()


def test_without_that_guard_both_would_write_and_note_it(
    hr: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = confirmed(hr, checked(hr, [employee("1")]))
    taken_by_another(upload, monkeypatch)
    monkeypatch.setattr(importing, "_mark_applied", lambda upload: None)

    work_on_uploads()

    assert Employee.objects.exists()


def test_a_leaver_in_an_upload_is_recorded_with_it_and_mailed_at_the_new_address(hr: User) -> None:
    applied(hr, [employee("1")], [grant("10", Employee_Number="1")])
    person = Employee.objects.get()
    elect(person, Grant.objects.get())

    upload = applied(
        hr, [employee("1", Termination_Date="2003-01-14", Email="pat@home.example.com")]
    )

    change = person.status_changes.get()
    assert (change.upload, change.changed_by) == (upload, hr)
    assert (change.before, change.after) == ({"left_on": None}, {"left_on": "2003-01-14"})
    assert change.mails.get().recipient == "pat@home.example.com"
    assert upload.report["effects"][0]["effect"] == change.effect


def test_a_leave_is_kept_where_a_file_says_nothing_of_leaves(hr: User) -> None:
    applied(hr, [employee("1") | {"On Leave": "Yes"}])
    assert Employee.objects.get().on_leave

    applied(hr, [employee("1", Legal_Name="Pat Other")])

    assert Employee.objects.get().on_leave


def test_a_leave_that_ends_is_a_change_of_its_own(hr: User) -> None:
    applied(hr, [employee("1") | {"On Leave": "Yes"}])

    upload = applied(hr, [employee("1") | {"On Leave": "No"}])

    assert upload.report["people"]["changed"] == 1
    assert not Employee.objects.get().on_leave


def test_grants_that_are_not_in_the_files_stay(hr: User) -> None:
    applied(hr, [employee("1")], [grant("10", Employee_Number="1")])
    make_grant(Employee.objects.get(), "11")

    upload = applied(hr, [employee("1", Legal_Name="Pat Other")], [])

    assert upload.report["grants"]["absent"] == ["10", "11"]
    assert Grant.objects.count() == 2


def test_no_roster_is_applied_in_the_last_minutes_so_that_no_form_waits_into_being_late(
    hr: User, portal_clock: SetClock
) -> None:
    upload = checked(hr, [employee("1")])
    seen = upload.report["fingerprint"]

    portal_clock.set(EXPIRATION - QUIET_BEFORE_DEADLINE)
    assert refused(confirm_upload(actor=hr, upload=upload, seen=seen)) == [Code.UPLOAD_TOO_CLOSE]

    portal_clock.set(EXPIRATION)
    assert isinstance(confirm_upload(actor=hr, upload=upload, seen=seen), RosterUpload)
    work_on_uploads()
    assert Employee.objects.exists()


def test_one_confirmed_before_and_begun_in_the_last_minutes_waits_to_be_confirmed_again(
    hr: User, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION - QUIET_BEFORE_DEADLINE - timedelta(microseconds=1))
    upload = confirmed(hr, checked(hr, [employee("1")]))
    portal_clock.tick(microseconds=1)

    work_on_uploads()

    upload.refresh_from_db()
    assert upload.state == UploadState.READY
    assert "Please apply it after the deadline." in upload.note
    assert not Employee.objects.exists()
