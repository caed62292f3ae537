"""Withdrawing: all or chosen grants, what remains, and that it is always possible."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from elections.models import Draft, Employee, Grant, Submission
from tests.factory import EXPIRATION, decline, elect, withdraw
from tests.portal import SetClock
from tests.views.pages import fill_in, sign, submit, title, words

ALL = {"withdraw-all": "on"}


@pytest.fixture
def election(employee: Employee, iso: Grant, nso: Grant, required: Grant) -> Submission:
    """0001 and 0002 chosen, 0003 required."""
    return elect(employee, iso, nso)


def exchanged(submission: Submission) -> set[str]:
    return {line.grant_number for line in submission.lines.all() if line.choice == "exchange"}


def withdrawn(submission: Submission) -> set[str]:
    return {line.grant_number for line in submission.lines.all() if line.withdrawn}


def test_without_an_election_there_is_nothing_to_withdraw(client: Client, iso: Grant):
    page = client.get("/withdrawal/")
    assert "You have no election to withdraw" in words(page)
    assert "checkbox" not in page.content.decode()
    response = client.post("/withdrawal/", ALL)
    assert response.status_code == 422
    assert title(response).startswith("Error: ")
    assert Draft.objects.count() == 0


def test_after_a_decline_there_is_nothing_to_withdraw(
    client: Client, employee: Employee, iso: Grant
):
    decline(employee)
    assert client.post("/withdrawal/", ALL).status_code == 422


def test_the_form_shows_what_is_exchanged_and_locks_the_required_grant(
    client: Client, election: Submission
):
    page = client.get("/withdrawal/")
    html = page.content.decode()
    assert 'name="withdraw-0001"' in html
    assert 'name="withdraw-0002"' in html
    assert 'name="withdraw-all"' in html
    assert 'name="withdraw-0003"' not in html
    assert "checked" not in html
    assert "0003 Required Comes back by itself with the last grant that you chose." in words(page)


def test_one_grant_is_taken_back_and_the_rest_remains(client: Client, election: Submission):
    token = fill_in(client, {"withdraw-0002": "on"}, "withdrawal")
    page = words(client.get(f"/withdrawal/check/?form={token}"))
    assert "withdraw part of my election of 10:00 AM PST on January 15, 2003" in page
    assert "I take back 1 grant: 0002." in page
    assert "After that I still exchange 2 grants, 1,500 shares" in page
    response = sign(client, token, "withdrawal")
    submission = Submission.objects.get(kind="withdrawal")
    assert response.headers["Location"] == f"/submissions/{submission.receipt}/"
    assert exchanged(submission) == {"0001", "0003"}
    assert withdrawn(submission) == {"0002"}
    assert submission.replaces == election


@pytest.mark.parametrize("fields", [ALL, {"withdraw-0001": "on", "withdraw-0002": "on"}])
def test_with_the_last_chosen_grant_the_required_one_is_released(
    client: Client, election: Submission, fields: dict[str, str]
):
    token = fill_in(client, fields, "withdrawal")
    page = words(client.get(f"/withdrawal/check/?form={token}"))
    assert "withdraw all of my election" in page
    assert "I take back 3 grants: 0001, 0002, 0003." in page
    assert "I keep all of my grants" in page
    sign(client, token, "withdrawal")
    submission = Submission.objects.get(kind="withdrawal")
    assert exchanged(submission) == set()
    assert withdrawn(submission) == {"0001", "0002", "0003"}


def test_all_outdoes_single_boxes(client: Client, election: Submission):
    token = fill_in(client, ALL | {"withdraw-0001": "on"}, "withdrawal")
    assert Draft.objects.get(token=token).answers is None


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Please choose at least one grant to withdraw"),
        ({"withdraw-0003": "on"}, "it can be neither exchanged nor withdrawn alone"),
        ({"withdraw-9999": "on"}, "Grant 9999 is not among the grants"),
        ({"withdraw-": "on"}, "is not among the grants"),
        ({"withdraw-<i>": "on"}, "Grant <i> is not among the grants"),
    ],
)
def test_a_form_that_makes_no_sense_comes_back_with_what_was_ticked(
    client: Client, election: Submission, fields: dict[str, str], sentence: str
):
    response = client.post("/withdrawal/", fields)
    assert response.status_code == 422
    assert title(response).startswith("Error: ")
    assert sentence in words(response)
    assert "<i>" not in response.content.decode()
    assert Draft.objects.count() == 0


def test_a_refused_form_keeps_what_was_ticked(client: Client, election: Submission):
    response = client.post("/withdrawal/", {"withdraw-0001": "on", "withdraw-9999": "on"})
    assert response.status_code == 422
    assert 'id="withdraw-1" checked' in response.content.decode()
    assert 'id="withdraw-2" checked' not in response.content.decode()


def test_a_grant_kept_by_the_election_cannot_be_withdrawn(
    client: Client, employee: Employee, iso: Grant, nso: Grant
):
    elect(employee, iso, keep=(nso,))
    response = client.post("/withdrawal/", {"withdraw-0002": "on"})
    assert response.status_code == 422
    assert "Grant 0002 is not being exchanged as things stand" in words(response)


def test_withdrawing_needs_a_signature_but_no_agreement(client: Client, election: Submission):
    token = fill_in(client, ALL, "withdrawal")
    unsigned = client.post("/withdrawal/check/", {"form_token": token, "signature": ""})
    assert unsigned.status_code == 422
    assert "Please type your full name" in words(unsigned)
    signed = client.post("/withdrawal/check/", {"form_token": token, "signature": "Pat Example"})
    assert signed.status_code == 303


def test_who_is_not_eligible_any_more_can_still_withdraw(
    client: Client, employee: Employee, election: Submission
):
    Employee.objects.filter(pk=employee.pk).update(left_on=date(2003, 1, 10), country="GB")
    assert exchanged(submit(client, ALL, "withdrawal")) == set()


def test_a_grant_gone_from_the_offer_can_still_be_withdrawn(
    client: Client, election: Submission, iso: Grant
):
    iso.exercised = iso.granted - iso.vested
    iso.vested = 0
    iso.save()
    assert withdrawn(submit(client, {"withdraw-0001": "on"}, "withdrawal")) == {"0001"}


def test_sent_twice_it_counts_once(client: Client, election: Submission):
    token = fill_in(client, ALL, "withdrawal")
    locations = {sign(client, token, "withdrawal").headers["Location"] for _ in range(2)}
    assert len(locations) == 1
    assert Submission.objects.filter(kind="withdrawal").count() == 1


def test_boxes_that_differ_from_what_was_checked_are_refused(client: Client, election: Submission):
    token = fill_in(client, {"withdraw-0001": "on"}, "withdrawal")
    for changed in ({"withdraw-0002": "on"}, ALL):
        response = sign(client, token, "withdrawal", **changed)
        assert response.status_code == 422
        assert "This form was changed after it was checked" in words(response)
    assert sign(client, token, "withdrawal", **{"withdraw-0001": "on"}).status_code == 303


def test_an_election_recorded_in_between_is_shown_before_anything_is_withdrawn(
    client: Client, employee: Employee, election: Submission, iso: Grant, nso: Grant
):
    token = fill_in(client, {"withdraw-0001": "on"}, "withdrawal")
    newer = elect(employee, nso, keep=(iso,))
    response = sign(client, token, "withdrawal")
    page = words(response)
    assert response.status_code == 409
    assert newer.receipt in page
    assert "Grant 0001 is not being exchanged as things stand" in page
    assert '<input type="hidden" name="withdraw-0001" value="on">' in response.content.decode()


def test_a_whole_withdrawal_can_go_on_after_a_conflict(
    client: Client, employee: Employee, election: Submission, iso: Grant, nso: Grant
):
    token = fill_in(client, ALL, "withdrawal")
    newer = elect(employee, nso, keep=(iso,))
    conflict = sign(client, token, "withdrawal")
    assert '<input type="hidden" name="withdraw-all" value="on">' in conflict.content.decode()
    assert submit(client, ALL, "withdrawal").replaces == newer


def test_changing_a_withdrawal_brings_its_boxes_back(client: Client, election: Submission):
    token = fill_in(client, {"withdraw-0002": "on"}, "withdrawal")
    page = client.get(f"/withdrawal/?form={token}").content.decode()
    assert 'id="withdraw-2" checked' in page
    assert 'id="withdraw-1" checked' not in page
    everything = fill_in(client, ALL, "withdrawal")
    assert 'id="withdraw-all" checked' in (
        client.get(f"/withdrawal/?form={everything}").content.decode()
    )


@pytest.mark.parametrize("token", ["x", "00000000-0000-0000-0000-000000000000", "%00"])
def test_an_unknown_withdrawal_is_said_clearly(client: Client, election: Submission, token: str):
    assert client.get(f"/withdrawal/?form={token}").status_code == 200
    response = client.get(f"/withdrawal/check/?form={token}")
    assert response.status_code == 404
    assert 'href="/withdrawal/check/"' in response.content.decode()


def test_without_any_form_the_check_page_leads_back(client: Client, iso: Grant):
    page = client.get("/withdrawal/check/")
    assert page.status_code == 200
    assert 'href="/withdrawal/"' in page.content.decode()
    assert "decline" not in page.content.decode()


def test_a_late_withdrawal_is_recorded_as_late_and_the_election_stands(
    client: Client, election: Submission, portal_clock: SetClock
):
    token = fill_in(client, ALL, "withdrawal")
    portal_clock.set(EXPIRATION)
    response = sign(client, token, "withdrawal")
    page = words(client.get(response.headers["Location"]))
    assert "Your withdrawal arrived late" in page
    assert f"What counts is your earlier election {election.receipt}" in page


def test_after_a_withdrawal_one_can_withdraw_from_what_remains(
    client: Client, employee: Employee, election: Submission, iso: Grant
):
    withdraw(employee, iso)
    page = client.get("/withdrawal/").content.decode()
    assert 'name="withdraw-0002"' in page
    assert 'name="withdraw-0001"' not in page
    assert exchanged(submit(client, {"withdraw-0002": "on"}, "withdrawal")) == set()
