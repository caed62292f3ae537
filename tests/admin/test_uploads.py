"""HR brings in a roster: the form, the preview, confirming it, and what a stranded one says."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from elections.admin import uploads
from elections.models import Employee, Grant, RosterUpload, User
from elections.models.roster import UploadState
from elections.services.roster.uploads import work_on_uploads
from tests.admin.pages import words
from tests.factory import elect
from tests.portal import SetClock
from tests.roster_files import employee, grant
from tests.roster_uploads import applied, checked, files, uploaded

UPLOAD = "/admin/elections/rosterupload/upload/"


def page_of(client: Client, upload: RosterUpload) -> str:
    response = client.get(f"/admin/elections/rosterupload/{upload.pk}/change/")
    assert response.status_code == 200
    return words(response)


def decide(client: Client, upload: RosterUpload, **fields: str) -> HttpResponse:
    address = f"/admin/elections/rosterupload/{upload.pk}/decide/"
    return client.post(address, fields, follow=True)


def test_two_files_are_taken_in_checked_and_applied(hr_client: Client) -> None:
    sent = hr_client.post(UPLOAD, files([employee("1")], [grant("10", Employee_Number="1")]))
    upload = RosterUpload.objects.get()
    assert sent["Location"] == f"/admin/elections/rosterupload/{upload.pk}/change/"
    work_on_uploads()
    upload.refresh_from_db()

    page = page_of(hr_client, upload)
    assert "people.csv and grants.csv: Checked, waits for confirmation" in page
    assert "Nobody is mailed. It is applied whole or not at all." in page
    assert "New people (1)" in page

    decide(hr_client, upload, step="apply", seen=upload.report["fingerprint"])
    work_on_uploads()

    assert Grant.objects.get().employee.number == "1"
    assert "people.csv and grants.csv: Applied" in page_of(hr_client, upload)


def test_a_missing_file_is_asked_for_and_nothing_is_kept(hr_client: Client) -> None:
    only_people = {"employees": files([employee("1")])["employees"]}

    response = hr_client.post(UPLOAD, only_people)

    assert response.status_code == 422
    assert "Grants : Please choose this file." in words(response)
    assert not RosterUpload.objects.exists()


def test_a_file_too_large_for_a_browser_is_refused_in_a_sentence(
    hr_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 100)

    response = hr_client.post(UPLOAD, files([employee("1")]))

    assert response.status_code == 422
    assert "This file is larger than 200 MB." in words(response)


def test_a_preview_says_what_a_leaver_is_mailed(hr: User, hr_client: Client) -> None:
    applied(hr, [employee("1")], [grant("10", Employee_Number="1")])
    elect(Employee.objects.get(), Grant.objects.get())

    upload = checked(hr, [employee("1", Termination_Date="2003-01-14")])

    page = page_of(hr_client, upload)
    assert "1 person is mailed what the change does to their part in the offer." in page
    assert "Last day employed: none → January 14, 2003" in page
    assert upload.report["effects"][0]["effect"].splitlines()[0][:60] in page


def test_a_preview_warns_that_forms_wait_while_it_is_applied_as_long_as_they_are_taken(
    hr: User, hr_client: Client, portal_clock: SetClock
) -> None:
    upload = checked(hr, [employee("1")])
    warning = "Shortly before the offer ends that can make it late."
    assert warning in page_of(hr_client, upload)

    portal_clock.tick(days=30)

    assert warning not in page_of(hr_client, upload)


def test_ten_kinds_of_error_are_each_named_by_line_and_column(hr: User, hr_client: Client) -> None:
    people = [
        employee("1", Hire_Date="soon"),
        employee("2", Email="nowhere"),
        employee("3", Country="USA"),
        employee("4", Employment_Type="Boss"),
        employee("5", Director=""),
        employee("6", Termination_Date="1990-01-01"),
        employee("6"),
        employee("8", Legal_Name=""),
    ]
    grants = [
        grant("10", Employee_Number="99"),
        grant("11", Employee_Number="2", Plan="1899"),
        grant("12", Employee_Number="2", Exercise_Price="0"),
        grant("13", Employee_Number="2", Shares_Outstanding="851"),
    ]

    page = page_of(hr_client, checked(hr, people, grants))

    assert "What has to be mended (13)" in page
    for place in (
        "Employees, line 2, Hire Date",
        "Employees, line 3, Email",
        "Employees, line 4, Country",
        "Employees, line 5, Employment Type",
        "Employees, line 6, Director",
        "Employees, line 7, Termination Date",
        "Employees, line 8, Employee Number",
        "Employees, line 8, Email",
        "Employees, line 9, Legal Name",
        "Grants, line 2, Employee Number",
        "Grants, line 3, Plan",
        "Grants, line 4, Exercise Price",
        "Grants, line 5, Shares Outstanding",
    ):
        assert place in page
    assert not Employee.objects.exists()


def test_each_table_of_a_preview_is_one_landmark(hr: User, hr_client: Client) -> None:
    upload = checked(hr, [employee("1")], [grant("10", Employee_Number="1")])

    page = hr_client.get(f"/admin/elections/rosterupload/{upload.pk}/change/").content.decode()

    named = re.findall(r'aria-labelledby="([a-z-]+)"', page)
    assert {"how-many", "new-people", "new-grants"} <= set(named)
    assert len(named) == len(set(named))


def test_an_upload_that_nobody_works_on_says_so(hr: User, hr_client: Client) -> None:
    upload = uploaded(hr, [employee("1")])
    assert "Waiting its turn" in page_of(hr_client, upload)

    RosterUpload.objects.update(heartbeat_at=datetime.now(UTC) - timedelta(minutes=3))

    page = page_of(hr_client, upload)
    assert "Nobody has begun with this for 3 minutes. Nothing of it is written." in page
    assert "the sweeper is not running" in page


def test_an_upload_whose_worker_died_says_for_how_long(hr: User, hr_client: Client) -> None:
    upload = uploaded(hr, [employee("1")])
    RosterUpload.objects.update(
        state=UploadState.APPLYING,
        attempts=1,
        heartbeat_at=datetime.now(UTC) - timedelta(minutes=12),
    )

    assert "has not been heard of for 12" in page_of(hr_client, upload)
    assert "but nobody is at it" in words(hr_client.get("/admin/elections/rosterupload/"))


def test_one_under_way_shows_how_far_it_has_come(hr: User, hr_client: Client) -> None:
    upload = uploaded(hr, [employee("1")])
    RosterUpload.objects.update(
        attempts=1,
        heartbeat_at=datetime.now(UTC),
        stage="Reading the grants",
        done=2000,
        total=300_001,
    )

    page = page_of(hr_client, upload)

    assert "Reading the grants: 2,000 of 300,001 lines" in page
    assert "the sweeper is not running" not in page


def test_who_confirms_a_preview_that_has_changed_is_shown_the_new_one(
    hr: User, hr_client: Client
) -> None:
    upload = checked(hr, [employee("1")])

    response = decide(hr_client, upload, step="apply", seen="of yesterday")

    assert "Nothing was done now: please look at it as it stands." in words(response)
    assert RosterUpload.objects.get().state == UploadState.READY


def test_a_discarded_upload_says_that_nothing_of_it_was_written(
    hr: User, hr_client: Client
) -> None:
    upload = checked(hr, [employee("1", Hire_Date="soon")])

    response = decide(hr_client, upload, step="discard")

    assert "The upload is discarded; nothing of it was written." in words(response)
    assert RosterUpload.objects.get().state == UploadState.DISCARDED


def test_law_sees_an_upload_and_decides_nothing(hr: User, law_client: Client) -> None:
    upload = checked(hr, [employee("1")])

    page = page_of(law_client, upload)

    assert "New people (1)" in page
    assert "Apply to the roster" not in page
    assert decide(law_client, upload, step="apply").status_code == 403


def test_a_file_of_another_kind_is_told_so_where_it_cannot_be_read(
    hr: User, hr_client: Client
) -> None:
    picture = SimpleUploadedFile("roster.csv", b"\x89PNG\r\n\x1a\n\xff\xfe")
    hr_client.post(UPLOAD, files([employee("1")]) | {"employees": picture})
    work_on_uploads()

    page = page_of(hr_client, RosterUpload.objects.get())

    assert "Employees, line 1 is not UTF-8 text" in page


@pytest.mark.parametrize("name", ["nothing.csv", "grants.doc"])
def test_a_template_that_does_not_exist_is_not_served(hr_client: Client, name: str) -> None:
    assert hr_client.get(f"/admin/elections/rosterupload/template/{name}").status_code == 404
