"""Keying in a form on paper: the form, the check of what it does, the recording, and refusals."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from elections import queries
from elections.models import Employee, Grant, Offer, Scan, Submission, User
from elections.models.paper import scan_storage
from tests.admin.pages import page, paper, scan, words
from tests.admin.people import signed_in
from tests.factory import (
    EXPIRATION,
    decline,
    elect,
    make_employee,
    make_grant,
    make_required_grant,
    withdraw,
)
from tests.papers import pdf_scan, picture
from tests.portal import SetClock

TYPED = {"day": "2003-01-15", "time": "09:30", "signature": "Pat Example", "agree": "on"}
# Session, account, two of permissions; the employee; the offer and its extensions twice (frame and
# page), grants, forms on record, their lines. The check: what governed then and what does now, each
# with its lines, grants, documents, instead of the forms on record.
FORM_QUERIES = 11
CHECK_QUERIES = 14


@pytest.fixture
def pat(offer: Offer) -> Employee:
    return make_employee(name="Pat Example")


@pytest.fixture
def grant(pat: Employee) -> Grant:
    return make_grant(pat, "0001")


def attached(content: bytes | None = None, name: str = "fax.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf_scan() if content is None else content)


def send(client: Client, employee: Employee, kind: str = "election", **fields: Any) -> HttpResponse:
    """Press "Check what it does" on the form as typed, with `fields`; None leaves one out."""
    form = TYPED | {"kind": kind, "step": "check", "scan": attached()} | fields
    return client.post(paper(employee), {k: v for k, v in form.items() if v is not None})


def hidden(response: HttpResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    assert found, words(response)
    return found[1]


def press(client: Client, employee: Employee, checked: HttpResponse, step: str) -> HttpResponse:
    """Press a button of the check page."""
    form = {"step": step, "checked": hidden(checked, "checked")}
    return client.post(paper(employee), form)


def refused(response: HttpResponse, sentence: str) -> str:
    """The form came back with that sentence, everything typed and the scan; nothing is recorded."""
    assert response.status_code == 422
    content, shown = response.content.decode(), words(response)
    assert sentence in shown
    assert "The form cannot be recorded like this." in shown
    assert "<title>Error: " in content
    assert not Submission.objects.filter(channel="paper").exists()
    return content


def test_the_page_of_an_employee_leads_law_to_the_three_kinds_of_form(
    law_client: Client, hr_client: Client, pat: Employee
) -> None:
    address = f"/admin/elections/employee/{pat.pk}/change/"
    assert paper(pat) in law_client.get(address).content.decode()
    assert paper(pat) not in hr_client.get(address).content.decode()

    content = law_client.get(paper(pat)).content.decode()

    for kind in ("election", "withdrawal", "decline"):
        assert f'href="{paper(pat)}?kind={kind}"' in content


def test_the_form_names_the_zone_the_grants_and_what_is_on_record(
    law_client: Client, pat: Employee, grant: Grant
) -> None:
    required = make_required_grant(pat, "0003")
    make_grant(pat, "LOW-9", exercise_price="2.40")
    submission = decline(pat)

    shown = words(law_client.get(f"{paper(pat)}?kind=election"))

    assert "An election of Pat Example" in shown
    assert "When it was received, in Pacific time" in shown
    assert "It is now 10:00 AM PST on January 15, 2003 (1:00 PM EST)." in shown
    assert "0001 2000 ISO April 2, 2001 $6.00 1,000 750 Grant 0001 Exchange Keep" in shown
    assert f"{required.number} 2000 ISO August 1, 2002 $0.78 500 375 Required" in shown
    assert "LOW-9" not in shown
    assert f"{submission.receipt} Decline (not taking part) Web" in shown


def test_the_check_says_what_will_happen_and_records_nothing(
    law_client: Client, pat: Employee, grant: Grant
) -> None:
    response = send(law_client, pat, **{"grant-0001": "exchange"})

    assert response.status_code == 200
    shown = words(response)
    for expected in (
        "Nothing has been recorded yet.",
        "Received 9:30 AM PST on January 15, 2003 (12:30 PM EST)",
        "Keyed in 10:00 AM PST on January 15, 2003 (1:00 PM EST), by Lou Law",
        "Deadline in force then 9:00 PM PST on January 20, 2003 (midnight Eastern)",
        "Arrival In time",
        "Scan fax.pdf",
        "Governed when it was received Nothing",
        "Will govern afterwards This form",
        "0001 2000 April 2, 2001 $6.00 1,000 Exchange 750",
    ):
        assert expected in shown, expected
    assert not Submission.objects.exists()


def test_recording_leads_to_the_submission_with_both_times_and_who_keyed_it_in(
    law_client: Client, law: User, pat: Employee, grant: Grant, portal_clock: SetClock
) -> None:
    checked = send(law_client, pat, **{"grant-0001": "exchange"})
    portal_clock.tick(minutes=2)

    response = press(law_client, pat, checked, "record")

    submission = Submission.objects.get()
    assert (response.status_code, response["Location"]) == (302, page(submission))
    assert submission.submitted_by == law
    shown = words(law_client.get(page(submission)))
    for expected in (
        f"Recorded: {submission.receipt}. It governs now. Pat Example is being sent",
        "Kind Election, by paper or fax",
        "Received on paper or by fax 9:30 AM PST on January 15, 2003 (12:30 PM EST)",
        "Keyed in January 15, 2003, 10:02:00.000000 AM PST (1:02:00.000000 PM EST), by Lou Law",
        "Scan The form as it came in , application/pdf",
        f"SHA-256 {submission.scan.sha256}",
    ):
        assert expected in shown, expected
    assert "From arrival to record" not in shown


def test_pressing_record_twice_records_once(
    law_client: Client, pat: Employee, grant: Grant
) -> None:
    checked = send(law_client, pat, **{"grant-0001": "exchange"})

    first = press(law_client, pat, checked, "record")
    second = press(law_client, pat, checked, "record")

    assert first["Location"] == second["Location"] == page(Submission.objects.get())
    assert Scan.objects.count() == 1


def test_a_fax_received_before_the_deadline_and_keyed_in_after_it_counts(
    law_client: Client, offer: Offer, pat: Employee, grant: Grant, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION + timedelta(hours=12))
    typed = {"day": "2003-01-20", "time": "20:59", "grant-0001": "exchange"}

    checked = send(law_client, pat, **typed)
    assert "Arrival In time" in words(checked)
    press(law_client, pat, checked, "record")

    submission = Submission.objects.get()
    assert submission.timely
    assert submission.received_at == EXPIRATION - timedelta(minutes=1)
    assert queries.governing_submission(offer, pat) == submission


def test_a_fax_of_the_very_minute_of_the_deadline_is_late_and_the_page_says_so(
    law_client: Client, pat: Employee, grant: Grant, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION + timedelta(hours=12))

    checked = send(law_client, pat, day="2003-01-20", time="9:00 PM", **{"grant-0001": "exchange"})

    assert "Arrival Late It is recorded, does not count" in words(checked)
    assert "Will govern afterwards Nothing. This form is late" in words(checked)
    press(law_client, pat, checked, "record")
    submission = Submission.objects.get()
    assert not submission.timely
    assert "It was received late and does not count." in words(law_client.get(page(submission)))


def test_the_check_says_plainly_that_an_older_paper_does_not_overtake_a_web_form(
    law_client: Client, pat: Employee, grant: Grant
) -> None:
    web = decline(pat)

    checked = send(law_client, pat, **{"grant-0001": "exchange"})

    shown = words(checked)
    assert "Governed when it was received Nothing" in shown
    assert f"Governs now Decline (not taking part) {web.receipt}" in shown
    assert f"Will govern afterwards Still decline (not taking part) {web.receipt}" in shown
    assert "it was received after this form, which does not overtake it" in shown
    press(law_client, pat, checked, "record")
    paper_form = Submission.objects.get(channel="paper")
    assert f"What governs is {web.receipt}." in words(law_client.get(page(paper_form)))


def test_a_withdrawal_offers_what_was_elected_and_takes_back_what_is_ticked(
    law_client: Client, pat: Employee, grant: Grant, portal_clock: SetClock
) -> None:
    other = make_grant(pat, "0002")
    never = make_grant(pat, "NEVER-4")
    elect(pat, grant, other, keep=(never,))
    portal_clock.tick(hours=1)

    shown = words(law_client.get(f"{paper(pat)}?kind=withdrawal"))
    assert "The whole election" in shown
    assert "0002 2000 ISO" in shown
    assert "NEVER-4" not in shown

    checked = send(law_client, pat, "withdrawal", time="10:30", **{"withdraw-0002": "on"})
    assert "0002 2000 April 2, 2001 $6.00 1,000 Withdrawn: keep" in words(checked)
    press(law_client, pat, checked, "record")
    submission = Submission.objects.get(channel="paper")
    assert {x.grant_number: x.choice for x in submission.lines.all()} == {
        "0001": "exchange",
        "0002": "keep",
        "NEVER-4": "keep",
    }


def test_a_decline_needs_only_its_signature(law_client: Client, pat: Employee) -> None:
    checked = send(law_client, pat, "decline", agree=None)
    press(law_client, pat, checked, "record")

    assert Submission.objects.get().kind == "decline"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"day": ""}, "Please give the day on which the form was received."),
        ({"time": "noon"}, "Please give the time as 21:00 or 9:00 PM."),
        ({"day": "2003-01-16"}, "at a time that is still to come"),
        ({"day": "2002-12-18", "time": "23:59"}, "before the offer opened on December 19, 2002"),
        ({"day": "0001-01-01"}, "Please check the year."),
        ({"signature": ""}, "Please type your full name to sign this form."),
        ({"signature": "x" * 201}, "at most 200 characters"),
        ({"agree": None}, "say that you agree to them"),
        ({"grant-0001": None}, "Please say of grant 0001 whether you exchange or keep it."),
        ({"grant-0001": "keep"}, "You have not chosen any grant to exchange."),
        ({"grant-9999": "exchange"}, "Grant 9999 is not among the grants"),
    ],
)
def test_bad_input_gets_a_sentence_and_the_scan_need_not_be_attached_again(
    law_client: Client, pat: Employee, grant: Grant, fields: dict[str, Any], sentence: str
) -> None:
    typed = {"grant-0001": "exchange"} | fields

    response = send(law_client, pat, **typed)

    content = refused(response, sentence)
    assert "Attached: fax.pdf" in words(response)
    for name in ("day", "time", "signature"):
        assert f'value="{(TYPED | typed)[name]}"' in content or (TYPED | typed)[name] == ""
    mended = {"held": hidden(response, "held"), "scan": None, "grant-0001": "exchange"}
    assert "Scan fax.pdf" in words(send(law_client, pat, **mended))


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (None, "Please attach a scan of the form."),
        (attached(b""), "The file is empty."),
        (attached(b"<script>alert(1)</script>", "scan.pdf"), "this file is none of them"),
        (attached(picture()[:40], "scan.png"), "This file is damaged"),
        (attached(pdf_scan() + b"\n" * 10 * 1024 * 1024), "larger than 10 MB"),
    ],
)
def test_a_file_that_is_no_scan_gets_a_sentence_and_what_was_typed_stays(
    law_client: Client, pat: Employee, grant: Grant, file: Any, sentence: str
) -> None:
    if file:
        file.seek(0)
    response = send(law_client, pat, scan=file, **{"grant-0001": "exchange"})

    content = refused(response, sentence)
    assert 'value="09:30"' in content
    assert 'name="grant-0001" value="exchange" checked' in content


def test_everything_that_is_wrong_is_said_at_once(
    law_client: Client, pat: Employee, grant: Grant
) -> None:
    response = send(law_client, pat, scan=None, signature="")

    for sentence in (
        "Please attach a scan of the form.",
        "Please type your full name to sign this form.",
        "Please say of grant 0001 whether you exchange or keep it.",
    ):
        refused(response, sentence)


def test_in_the_hour_that_clocks_skip_or_repeat_another_time_is_asked_for(
    law_client: Client, pat: Employee, grant: Grant, offer: Offer, portal_clock: SetClock
) -> None:
    Offer.objects.update(expiration=datetime(2003, 12, 1, tzinfo=UTC))
    portal_clock.set(datetime(2003, 11, 20, tzinfo=UTC))

    for day, time, sentence in (
        ("2003-04-06", "02:30", "never show this time"),
        ("2003-10-26", "01:30", "show this time twice"),
    ):
        response = send(law_client, pat, day=day, time=time, **{"grant-0001": "exchange"})
        refused(response, sentence)


def test_change_something_brings_every_answer_and_the_scan_back(
    law_client: Client, pat: Employee, grant: Grant
) -> None:
    checked = send(law_client, pat, **{"grant-0001": "exchange"})

    response = press(law_client, pat, checked, "edit")

    content = response.content.decode()
    assert response.status_code == 200
    for kept in (
        'value="2003-01-15"',
        'value="09:30"',
        'value="Pat Example"',
        'name="grant-0001" value="exchange" checked',
    ):
        assert kept in content, kept
    assert "Attached: fax.pdf" in words(response)
    assert not Submission.objects.exists()


def test_what_came_in_since_the_check_is_shown_and_the_form_can_be_recorded_then(
    law_client: Client, pat: Employee, grant: Grant
) -> None:
    checked = send(law_client, pat, **{"grant-0001": "exchange"})
    web = decline(pat)

    response = press(law_client, pat, checked, "record")

    assert response.status_code == 422
    assert "Another form of this employee came in" in words(response)
    assert f"Will govern afterwards Still decline (not taking part) {web.receipt}" in words(
        response
    )
    assert Submission.objects.count() == 1
    assert press(law_client, pat, response, "record").status_code == 302
    assert Submission.objects.count() == 2


def test_a_scan_that_is_held_no_longer_is_asked_for_again(
    law_client: Client, pat: Employee, grant: Grant
) -> None:
    checked = send(law_client, pat, **{"grant-0001": "exchange"})
    storage = scan_storage()
    for name in storage.listdir("held")[1]:
        storage.delete(f"held/{name}")

    response = press(law_client, pat, checked, "record")

    refused(response, "The scan is no longer held for this form.")
    assert "Attached:" not in words(response)


def test_a_check_of_somebody_else_or_one_made_by_hand_records_nothing(
    law_client: Client, super_client: Client, pat: Employee, grant: Grant
) -> None:
    checked = send(law_client, pat, **{"grant-0001": "exchange"})
    other = make_employee()

    for client, person, text in (
        (super_client, pat, hidden(checked, "checked")),
        (law_client, other, hidden(checked, "checked")),
        (law_client, pat, "by hand"),
        (law_client, pat, ""),
    ):
        response = client.post(paper(person), {"step": "record", "checked": text}, follow=True)
        assert "This form could not be recognized" in words(response)
    assert not Submission.objects.exists()


def test_nobody_keys_in_their_own_form(law_client: Client, law: User, offer: Offer) -> None:
    lou = make_employee(user=law)
    make_grant(lou, "0008")

    refused(send(law_client, lou, **{"grant-0008": "exchange"}), "This is your own form.")


@pytest.mark.parametrize("role", ["hr", "employee"])
def test_only_law_keys_in(role: str, hr: User, pat: Employee, grant: Grant) -> None:
    client = signed_in({"hr": hr, "employee": pat.user}[role])

    response = send(client, pat, **{"grant-0001": "exchange"})

    assert response.status_code == (403 if role == "hr" else 302)
    assert not Submission.objects.exists()


def test_an_unknown_employee_or_kind_is_no_error_of_ours(law_client: Client, pat: Employee) -> None:
    assert law_client.get("/admin/elections/employee/999999/paper/").status_code == 404
    assert "Which form of" in words(law_client.get(f"{paper(pat)}?kind=nonsense"))
    assert "Which form of" in words(law_client.post(paper(pat), {"step": "check"}))


def test_the_scan_is_a_download_and_never_a_page(
    law_client: Client, hr_client: Client, super_client: Client, pat: Employee, grant: Grant
) -> None:
    content = picture("JPEG")
    checked = send(law_client, pat, scan=attached(content, "x.pdf"), **{"grant-0001": "exchange"})
    press(law_client, pat, checked, "record")
    submission = Submission.objects.get()

    response = law_client.get(scan(submission))

    assert b"".join(response.streaming_content) == content
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == f'attachment; filename="{submission.receipt}.jpg"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert super_client.get(scan(submission)).status_code == 200
    assert hr_client.get(scan(submission)).status_code == 403
    assert signed_in(pat.user).get(scan(submission)).status_code == 302
    assert Client().get(scan(submission)).status_code == 302
    assert scan(submission) not in hr_client.get(page(submission)).content.decode()


def test_a_web_form_has_no_scan(law_client: Client, pat: Employee, grant: Grant) -> None:
    assert law_client.get(scan(elect(pat, grant))).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_cost_the_same_for_any_number_of_grants_and_forms(
    law_client: Client,
    pat: Employee,
    portal_clock: SetClock,
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    grants = [make_grant(pat) for _ in range(rows)]
    for _ in range(rows):
        elect(pat, *grants)
        portal_clock.tick(minutes=1)
        withdraw(pat)
    elect(pat, *grants)
    portal_clock.tick(hours=1)
    typed = {f"grant-{grant.number}": "exchange" for grant in grants} | {"time": "10:30"}

    for kind in ("election", "withdrawal"):
        with django_assert_num_queries(FORM_QUERIES):
            law_client.get(f"{paper(pat)}?kind={kind}")
    with django_assert_num_queries(CHECK_QUERIES):
        assert send(law_client, pat, **typed).status_code == 200
