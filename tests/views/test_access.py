"""Who may open what: nobody sees anything of anybody else, and nobody meets a bare error."""

from __future__ import annotations

import pytest
from django.test import Client

from elections.models import Employee, Grant, Offer, Submission
from tests.factory import elect, make_employee, make_grant, make_user
from tests.views.pages import signed_in, words

PERSONAL = (
    "/compare/",
    "/election/",
    "/election/check/",
    "/election/decline/",
    "/withdrawal/",
    "/withdrawal/check/",
    "/submissions/",
)
READ_ONLY = ("/", "/compare/", "/submissions/", "/documents/announcement-letter/")


@pytest.fixture
def submission(employee: Employee, iso: Grant) -> Submission:
    return elect(employee, iso)


@pytest.fixture
def stranger(offer: Offer) -> Client:
    other = make_employee(name="Somebody Else")
    make_grant(other)
    return signed_in(other)


@pytest.fixture
def staff(offer: Offer) -> Client:
    return signed_in(make_user("law@example.com", is_staff=True))


@pytest.mark.parametrize("path", [*PERSONAL, "/documents/announcement-letter/"])
def test_who_has_not_signed_in_is_sent_to_sign_in_and_back(offer: Offer, path: str):
    response = Client().get(path)
    assert response.status_code == 302
    assert response.headers["Location"] == f"/accounts/login/?next={path}"


def test_where_someone_wanted_to_go_survives_the_sign_in_with_its_query(offer: Offer):
    response = Client().get("/election/check/?form=abc")
    assert response.headers["Location"] == "/accounts/login/?next=/election/check/%3Fform%3Dabc"


@pytest.mark.parametrize("path", PERSONAL)
def test_who_is_on_the_roster_opens_their_own_pages(client: Client, iso: Grant, path: str):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", PERSONAL)
def test_staff_who_are_not_on_the_roster_are_told_so_and_where_to_go(staff: Client, path: str):
    response = staff.get(path)
    assert response.status_code == 403
    assert "is not on the roster of employees" in words(response)
    assert "Open the administration" in words(response)


def test_an_account_that_is_neither_staff_nor_on_the_roster_is_not_sent_to_the_admin(offer: Offer):
    response = signed_in(make_user("nobody@example.com")).get("/election/")
    assert response.status_code == 403
    assert "administration" not in words(response)


@pytest.mark.parametrize("end", ["/", ".pdf"])
def test_a_receipt_is_there_for_its_owner_and_for_nobody_else(
    client: Client, stranger: Client, staff: Client, submission: Submission, end: str
):
    path = f"/submissions/{submission.receipt}{end}"
    assert client.get(path).status_code == 200
    assert stranger.get(path).status_code == 404
    assert staff.get(path).status_code == 403
    assert Client().get(path).status_code == 302


def test_somebody_elses_receipt_is_as_unknown_as_one_that_does_not_exist(
    stranger: Client, submission: Submission
):
    theirs = stranger.get(f"/submissions/{submission.receipt}/")
    invented = stranger.get("/submissions/7K3MQ-9WD4X-14/")
    assert theirs.status_code == invented.status_code == 404
    assert words(theirs) == words(invented)
    assert submission.receipt not in words(stranger.get("/submissions/"))


def test_somebody_elses_draft_is_not_known(client: Client, stranger: Client, iso: Grant):
    token = client.post("/election/", {"grant-0001": "exchange"}).headers["Location"][-36:]
    assert client.get(f"/election/check/?form={token}").status_code == 200
    assert stranger.get(f"/election/check/?form={token}").status_code == 404
    signing = {"form_token": token, "signature": "Somebody Else", "agree": "on"}
    assert stranger.post("/election/check/", signing).status_code == 404
    assert Submission.objects.count() == 0


@pytest.mark.parametrize("path", READ_ONLY)
@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_pages_that_only_show_something_take_no_forms(client: Client, path: str, method: str):
    assert getattr(client, method)(path).status_code == 405


@pytest.mark.parametrize("path", PERSONAL)
@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_forms_come_by_post_alone(client: Client, path: str, method: str):
    assert getattr(client, method)(path).status_code == 405


@pytest.mark.parametrize("path", [*PERSONAL, "/", "/documents/announcement-letter/"])
def test_a_head_request_finds_what_a_get_would(client: Client, iso: Grant, path: str):
    assert client.head(path).status_code == 200


@pytest.mark.parametrize("path", [*PERSONAL, "/"])
def test_no_browser_keeps_a_copy_of_a_personal_page(client: Client, iso: Grant, path: str):
    assert "no-store" in client.get(path).headers["Cache-Control"]


def test_no_browser_keeps_a_copy_of_a_receipt(client: Client, submission: Submission):
    for end in ("/", ".pdf"):
        response = client.get(f"/submissions/{submission.receipt}{end}")
        assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/", *PERSONAL, "/documents/announcement-letter/"])
def test_before_an_offer_is_loaded_every_page_says_so(db: None, path: str):
    response = signed_in(make_employee()).get(path)
    assert response.status_code == 404
    assert "No offer at the moment" in words(response)
