"""Not taking part, said for the record: once, changeable, and only by whom it is open to."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.http import HttpResponse
from django.test import Client
from structlog.testing import capture_logs

from elections.models import Employee, Grant, Offer, Submission
from elections.services.drafts import mint_token
from tests.factory import EXPIRATION, decline, elect, make_employee
from tests.portal import SetClock
from tests.views.pages import signed_in, title, words


def fields_of(response: HttpResponse) -> dict[str, str]:
    """The hidden fields of the decline form on a page."""
    form = response.content.decode().partition('action="/election/decline/"')[2]
    form = form.partition("</form>")[0]
    return dict(
        re.findall(r'<input type="hidden" name="(form_token|replaces)" value="([^"]*)"', form)
    )


def send(client: Client, **changes: str) -> HttpResponse:
    """Open the page and sign it; `changes` replace fields."""
    fields = fields_of(client.get("/election/decline/")) | {"signature": "Pat Example"} | changes
    return client.post("/election/decline/", fields)


def test_a_decline_is_recorded_and_shown(client: Client, iso: Grant, required: Grant):
    response = send(client)
    submission = Submission.objects.get()
    assert response.status_code == 303
    assert response.headers["Location"] == f"/submissions/{submission.receipt}/"
    assert (submission.kind, submission.signature) == ("decline", "Pat Example")
    assert not submission.agreed  # nothing was to be agreed to
    assert [(line.choice, line.required) for line in submission.lines.all()] == [
        ("keep", False)
    ] * 2
    page = words(client.get(response.headers["Location"]))
    assert "Your answer is on record" in page
    assert "keep all of your grants" in page


def test_the_check_page_leads_to_it(client: Client, iso: Grant):
    client.post("/election/", {"grant-0001": "exchange"})
    page = client.get("/election/check/").content.decode()
    assert 'href="/election/decline/"' in page
    assert page.count('name="signature"') == 1


def test_each_page_mints_its_own_token(client: Client, iso: Grant):
    tokens = {fields_of(client.get("/election/decline/"))["form_token"] for _ in range(3)}
    assert len(tokens) == 3
    assert Submission.objects.count() == 0


def test_sent_twice_it_is_recorded_once(client: Client, iso: Grant):
    fields = fields_of(client.get("/election/decline/")) | {"signature": "Pat Example"}
    first = client.post("/election/decline/", fields)
    again = client.post("/election/decline/", fields)
    assert first.headers["Location"] == again.headers["Location"]
    assert Submission.objects.count() == 1


def test_sent_twice_under_another_name_the_first_stands(client: Client, iso: Grant):
    fields = fields_of(client.get("/election/decline/"))
    client.post("/election/decline/", fields | {"signature": "Pat Example"})
    response = client.post("/election/decline/", fields | {"signature": "Sam Other"})
    assert response.status_code == 409
    assert Submission.objects.get().receipt in words(response)


def test_unsigned_it_comes_back(client: Client, iso: Grant):
    fields = fields_of(client.get("/election/decline/"))
    response = client.post("/election/decline/", fields | {"signature": " "})
    assert response.status_code == 422
    assert title(response).startswith("Error: ")
    assert '<a href="#id_signature">' in response.content.decode()
    assert fields_of(response) == fields
    assert Submission.objects.count() == 0


@pytest.mark.parametrize("token", ["", "x", "1" * 4000, "\0"])
def test_without_a_proper_token_it_is_not_known(client: Client, iso: Grant, token: str):
    response = send(client, form_token=token)
    assert response.status_code == 404
    assert "Nothing was recorded" in words(response)


@pytest.mark.parametrize("name", ["x" * 201, "Pat\0"])
def test_a_name_that_cannot_be_kept_is_refused(client: Client, iso: Grant, name: str):
    assert send(client, signature=name).status_code == 422
    assert Submission.objects.count() == 0


def test_a_form_recorded_in_between_is_shown_and_one_can_go_on(
    client: Client, employee: Employee, iso: Grant
):
    fields = fields_of(client.get("/election/decline/")) | {"signature": "Pat Example"}
    election = elect(employee, iso)
    response = client.post("/election/decline/", fields)
    assert response.status_code == 409
    assert election.receipt in words(response)
    assert 'value="Pat Example"' in response.content.decode()
    anew = fields_of(response)
    assert anew["replaces"] == election.receipt
    assert anew["form_token"] != fields["form_token"]
    sent = client.post("/election/decline/", anew | {"signature": "Pat Example"})
    assert sent.status_code == 303
    assert Submission.objects.get(kind="decline").replaces == election


@pytest.mark.parametrize("replaces", ["7K3MQ-9WD4X-14", "x" * 9000, "<b>"])
def test_a_form_that_claims_to_replace_something_else_is_stale(
    client: Client, iso: Grant, replaces: str
):
    assert send(client, replaces=replaces).status_code == 409
    assert Submission.objects.count() == 0


def test_after_a_decline_one_can_still_elect(client: Client, employee: Employee, iso: Grant):
    decline(employee)
    token = client.post("/election/", {"grant-0001": "exchange"}).headers["Location"][-36:]
    signing = {"form_token": token, "signature": "Pat Example", "agree": "on"}
    assert client.post("/election/check/", signing).status_code == 303


def test_who_is_not_eligible_is_told_why_and_refused_and_logged(offer: Offer):
    client = signed_in(make_employee(country="GB"))
    page = client.get("/election/decline/")
    assert page.status_code == 200
    assert "This offer is not open to you" in words(page)
    with capture_logs() as logs:
        fields = {
            "form_token": str(mint_token(Employee.objects.get())),
            "signature": "Pat Example",
            "replaces": "",
        }
        response = client.post("/election/decline/", fields)
    assert response.status_code == 403
    assert [entry["event"] for entry in logs] == ["form_refused"]
    assert Submission.objects.count() == 0


def test_a_late_decline_is_recorded_as_late(client: Client, iso: Grant, portal_clock: SetClock):
    portal_clock.set(EXPIRATION)
    assert "recorded as late" in words(client.get("/election/decline/"))
    response = send(client)
    assert not Submission.objects.get().timely
    assert "Late, does not count" in words(client.get(response.headers["Location"]))


def test_a_page_left_open_by_one_person_is_not_sent_in_anothers_name(client: Client, iso: Grant):
    mine = fields_of(client.get("/election/decline/")) | {"signature": "Pat Example"}

    response = signed_in(make_employee()).post("/election/decline/", mine)

    assert response.status_code == 404
    assert Submission.objects.count() == 0


def test_someone_elses_token_is_refused(client: Client, offer: Offer, iso: Grant):
    mine = fields_of(client.get("/election/decline/")) | {"signature": "Pat Example"}
    client.post("/election/decline/", mine)
    response = signed_in(make_employee(hired_on=date(2001, 1, 2))).post("/election/decline/", mine)
    assert response.status_code == 404
    assert Submission.objects.count() == 1
