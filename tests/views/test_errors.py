"""When something goes wrong: a page that says what happened, and nothing typed is lost."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views import defaults
from structlog.testing import capture_logs

from elections.models import Draft, Employee, Grant, Offer, Submission, User
from elections.views import offer as offer_view
from tests.views.pages import choices, typed, words


@pytest.fixture
def strict(employee: Employee, settings) -> Client:
    """A browser whose forms are checked for their CSRF token."""
    client = Client(enforce_csrf_checks=True)
    assert employee.user is not None
    client.force_login(employee.user)
    return client


def test_a_form_from_a_page_too_old_can_be_sent_again(strict: Client, iso: Grant):
    response = strict.post(
        "/election/", choices(exchange=(iso,)), headers={"sec-fetch-site": "same-origin"}
    )
    assert response.status_code == 403
    assert "nothing you typed is lost" in words(response)
    assert typed(response) == {
        "csrfmiddlewaretoken": typed(response)["csrfmiddlewaretoken"],
        "grant-0001": "exchange",
    }
    assert 'action="/election/"' in response.content.decode()
    again = strict.post("/election/", typed(response))
    assert again.status_code == 303
    assert Draft.objects.count() == 1


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", None])
def test_a_form_from_anywhere_else_is_not_offered_for_sending(
    strict: Client, iso: Grant, site: str | None
):
    headers = {"sec-fetch-site": site} if site else {}
    response = strict.post("/election/decline/", {"signature": "Mallory"}, headers=headers)
    assert response.status_code == 403
    assert "Nothing was recorded." in words(response)
    assert "What to do: go back" in words(response)
    assert "Mallory" not in response.content.decode()
    assert typed(response) == {}


def test_a_password_is_never_sent_back(strict: Client, offer: Offer):
    response = strict.post(
        "/accounts/login/",
        {"login": "pat@example.com", "password": "correct horse"},
        headers={"sec-fetch-site": "same-origin"},
    )
    assert response.status_code == 403
    assert "correct horse" not in response.content.decode()


def test_without_our_own_view_the_page_still_says_what_to_do(strict: Client, iso: Grant, settings):
    settings.CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"
    response = strict.post("/election/", choices(exchange=(iso,)))
    assert response.status_code == 403
    assert "Your form could not be trusted" in words(response)


def test_a_form_sent_after_the_session_ended_is_kept_until_one_is_signed_in(
    client: Client, employee: Employee, iso: Grant
):
    client.logout()
    response = client.post("/election/", choices(exchange=(iso,)) | {"odd": 'a"<b>'})
    assert response.status_code == 403
    assert "You had been signed out in the meantime." in words(response)
    kept = typed(response)
    assert {name: kept[name] for name in ("grant-0001", "odd")} == {
        "grant-0001": "exchange",
        "odd": 'a"<b>',
    }
    assert 'target="_blank"' in response.content.decode()
    assert employee.user is not None
    client.force_login(employee.user)
    assert client.post("/election/", kept).status_code == 303


def test_a_signature_sent_after_the_session_ended_is_recorded_on_the_second_sending(
    client: Client, employee: Employee, iso: Grant
):
    token = client.post("/election/", choices(exchange=(iso,))).headers["Location"][-36:]
    client.logout()
    signing = {"form_token": token, "signature": "Pat Example", "agree": "on"}
    response = client.post("/election/check/", signing)
    assert response.status_code == 403
    assert Submission.objects.count() == 0
    assert employee.user is not None
    client.force_login(employee.user)
    assert client.post("/election/check/", typed(response)).status_code == 303
    assert Submission.objects.get().signature == "Pat Example"


@pytest.mark.parametrize(
    ("happened", "code"), [("disabled", "account_disabled"), ("signed out", "signed_out")]
)
def test_a_form_from_someone_signed_out_or_disabled_is_refused_and_logged(
    client: Client, employee: Employee, iso: Grant, happened: str, code: str
):
    user = employee.user
    assert user is not None
    if happened == "disabled":
        User.objects.filter(pk=user.pk).update(is_active=False)
    else:
        client.logout()
    with capture_logs() as logs:
        response = client.post("/election/", choices(exchange=(iso,)))
    assert response.status_code == 403
    assert choices(exchange=(iso,)).items() <= typed(response).items()
    (line,) = [line for line in logs if line["event"] == "form_refused"]
    assert line["codes"] == [code]
    assert line["account"] == (str(user.pk) if happened == "disabled" else None)
    assert line["path"] == "/election/"


def test_signing_in_between_makes_the_form_too_old_and_it_still_is_not_lost(
    strict: Client, employee: Employee, iso: Grant
):
    employee.user.set_password("three-quarters")  # type: ignore[union-attr]
    employee.user.save()  # type: ignore[union-attr]
    strict.logout()
    page = strict.get("/accounts/login/")
    token = strict.cookies["csrf"].value
    ours = {"sec-fetch-site": "same-origin"}
    sent = choices(exchange=(iso,)) | {"csrfmiddlewaretoken": token}
    kept = typed(strict.post("/election/", sent))
    assert page.status_code == 200
    login = {"login": employee.email, "password": "three-quarters", "csrfmiddlewaretoken": token}
    assert strict.post("/accounts/login/", login).status_code == 302
    too_old = strict.post("/election/", kept, headers=ours)
    assert too_old.status_code == 403
    assert "nothing you typed is lost" in words(too_old)
    assert strict.post("/election/", typed(too_old), headers=ours).status_code == 303


def test_an_empty_form_from_someone_signed_out_just_leads_to_the_sign_in(offer: Offer):
    assert Client().post("/election/").status_code == 302


def test_an_unknown_page_says_so_in_the_frame(client: Client, iso: Grant):
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert "There is no such page" in words(response)
    assert "before 9:00 PM PST" in words(response)


def test_a_server_error_has_a_page_that_needs_neither_offer_nor_database():
    response = defaults.server_error(RequestFactory().get("/"))
    page = words(response)
    assert response.status_code == 500
    assert "Something went wrong here" in page
    assert "a form that is sent twice is recorded only once" in page
    assert "Deadline" not in page


def test_a_failing_view_ends_in_that_page(client: Client, iso: Grant, monkeypatch):
    def fail(*args: object) -> None:
        raise RuntimeError("no documents today")

    monkeypatch.setattr(offer_view, "current_documents", fail)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert "Something went wrong here" in words(response)
    assert "no documents today" not in words(response)


@pytest.mark.parametrize(
    "name", ["400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html"]
)
def test_every_error_page_can_be_made_from_nothing(name: str):
    page = render_to_string(name)
    assert page.count("<h1>") == 1
    assert "{{" not in page
