"""When the database fails under a form: nothing typed is lost, and nothing false is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from structlog.testing import capture_logs

from elections import clock
from elections.models import Draft, Employee, Grant, Submission
from elections.models.submission import Kind
from elections.services.locks import lock_employee
from elections.views import submissions
from tests.concurrency import PATIENCE, clients
from tests.factory import elect, make_employee, make_grant, make_offer
from tests.views.html_rules import Page
from tests.views.pages import choices, fill_in, sign, signed_in, title, typed, words

CHECKING = "We are checking whether your form was recorded"


@contextmanager
def failing(statement: str) -> Iterator[None]:
    """The database breaks off at each statement that begins so."""

    def fail(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith(statement):
            raise OperationalError("terminating connection due to administrator command")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail):
        yield


def assert_still_checking(response: HttpResponse) -> dict[str, str]:
    """The page that waits for an answer; gives what it would send again."""
    assert response.status_code == 503, words(response)
    assert int(response.headers["Retry-After"]) > 0
    assert "no-store" in response.headers["Cache-Control"]
    assert Page(response.content.decode()).complaints() == []
    page = words(response)
    assert CHECKING in page
    assert "it may be on record, or not" in page
    for false in ("Nothing was recorded", "not submitted", "Your election is on record"):
        assert false not in page
    return typed(response)


def without_csrf(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name != "csrfmiddlewaretoken"}


@pytest.fixture
def token(client: Client, iso: Grant) -> str:
    return fill_in(client, choices(exchange=(iso,)))


SESSION, EMPLOYEE, SUBMISSION = (
    'SELECT "elections_browsersession"',
    'SELECT "elections_employee"',
    'INSERT INTO "elections_submission"',
)


@pytest.mark.parametrize("statement", [SESSION, EMPLOYEE, SUBMISSION])
def test_wherever_it_fails_all_that_was_typed_is_kept_and_can_be_sent_again(
    client: Client, token: str, statement: str
):
    with failing(statement):
        response = sign(client, token, signature='Zoë "山" <b>', odd="kept too")
    kept = assert_still_checking(response)
    assert without_csrf(kept) == {
        "form_token": token,
        "signature": 'Zoë "山" <b>',
        "agree": "on",
        "odd": "kept too",
    }
    assert 'action="/election/check/"' in response.content.decode()
    assert Submission.objects.count() == 0
    again = client.post("/election/check/", kept)
    assert again.status_code == 303
    assert Submission.objects.get().signature == 'Zoë "山" <b>'


def test_while_it_goes_on_checking_again_shows_the_same_page(client: Client, token: str):
    with failing(SESSION):
        first = assert_still_checking(sign(client, token))
        second = assert_still_checking(client.post("/election/check/", first))
    assert without_csrf(second) == without_csrf(first)
    assert client.post("/election/check/", second).status_code == 303


def test_a_form_that_was_recorded_after_all_shows_its_receipt_and_is_one_row(
    client: Client, token: str
):
    with failing(SUBMISSION):
        kept = assert_still_checking(sign(client, token))
    recorded = sign(client, token)  # as if the first sending had reached its commit
    assert client.post("/election/check/", kept).headers["Location"] == recorded["Location"]
    assert Submission.objects.count() == 1


def test_the_page_can_be_sent_again_under_the_csrf_check(
    employee: Employee, iso: Grant, settings: Any
):
    client = Client(enforce_csrf_checks=True)
    assert employee.user is not None
    client.force_login(employee.user)
    client.get("/election/")
    fields = choices(exchange=(iso,)) | {"csrfmiddlewaretoken": client.cookies["csrf"].value}
    filled = client.post("/election/", fields)
    signing = {
        "form_token": filled["Location"][-36:],
        "signature": "Pat Example",
        "agree": "on",
        "csrfmiddlewaretoken": client.cookies["csrf"].value,
    }
    with failing(SUBMISSION):
        kept = assert_still_checking(client.post("/election/check/", signing))
    assert client.post("/election/check/", kept).status_code == 303


@pytest.mark.parametrize("form", ["withdrawal", "decline"])
def test_withdrawals_and_declines_are_kept_as_well(
    client: Client, employee: Employee, iso: Grant, form: str
):
    elect(employee, iso)
    path = {"withdrawal": "/withdrawal/check/", "decline": "/election/decline/"}[form]
    if form == "withdrawal":
        fields = {"form_token": fill_in(client, {"withdraw-all": "on"}, "withdrawal")}
    else:
        fields = typed(client.get(path))
    with failing(SUBMISSION):
        response = client.post(path, fields | {"signature": "Pat Example"})
    kept = assert_still_checking(response)
    assert client.post(path, kept).status_code == 303
    assert Submission.objects.latest("sequence").kind == Kind(form)


def test_answers_not_signed_yet_are_kept_and_not_called_recorded_or_lost(
    client: Client, iso: Grant
):
    with failing('SELECT "elections_grant"'):
        response = client.post("/election/", choices(exchange=(iso,)))
    assert response.status_code == 503
    assert "Retry-After" in response.headers
    page = words(response)
    assert "nothing you typed is lost: it is not submitted yet" in page
    assert CHECKING not in page
    assert client.post("/election/", typed(response)).status_code == 303
    assert Draft.objects.count() == 1


@pytest.mark.parametrize("path", ["/", "/election/", "/submissions/"])
def test_a_page_without_a_database_says_to_try_again(client: Client, iso: Grant, path: str):
    with failing(SESSION):
        response = client.get(path)
    assert response.status_code == 503
    assert "Retry-After" in response.headers
    assert "What is on record stays as it is." in words(response)
    assert title(response) == "Please try again in a moment"
    assert f'href="{path}">Try again' in response.content.decode()


def test_the_failure_is_logged_without_what_was_typed(client: Client, token: str):
    with failing(SUBMISSION), capture_logs() as logs:
        sign(client, token)
    (entry,) = [entry for entry in logs if entry["event"] == "database_failed"]
    assert (entry["method"], entry["path"]) == ("POST", "/election/check/")
    assert "Pat Example" not in str(entry)


@pytest.mark.parametrize("error", [ValueError("no font"), OperationalError("gone")])
def test_a_pdf_that_cannot_be_made_is_not_called_an_unrecorded_form(
    client: Client, employee: Employee, iso: Grant, monkeypatch: pytest.MonkeyPatch, error
):
    receipt = elect(employee, iso).receipt

    def fail(submission: Submission) -> bytes:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(submissions, "confirmation_pdf", fail)
        response = client.get(f"/submissions/{receipt}.pdf")
    assert response.status_code == 503
    assert "Retry-After" in response.headers
    assert Page(response.content.decode()).complaints() == []
    assert f"Your election {receipt} is safely on record" in words(response)
    assert "whether it was recorded" not in words(response)
    assert client.get(f"/submissions/{receipt}.pdf").content.startswith(b"%PDF-")


@pytest.fixture
def open_draft() -> tuple[Client, Employee, str]:
    """A form filled in, by the database's own clock; committed, for other connections to see."""
    opened = clock.database_clock()
    make_offer(opens_on=opened.date() - timedelta(days=2), expiration=opened + timedelta(hours=1))
    employee = make_employee(name="Pat Example")
    grant = make_grant(employee)
    client = signed_in(employee)
    return client, employee, fill_in(client, choices(exchange=(grant,)))


def post_elsewhere(client: Client, token: str) -> HttpResponse:
    """Sign on a connection of its own, as a web server does."""
    with clients(1) as other:
        return other(lambda: sign(client, token)).result(PATIENCE)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_lock_that_is_never_won_ends_in_the_checking_page_and_then_in_one_row(
    open_draft: tuple[Client, Employee, str], monkeypatch: pytest.MonkeyPatch
):
    client, employee, token = open_draft
    options = connection.settings_dict["OPTIONS"]
    monkeypatch.setitem(options, "options", "-c lock_timeout=200ms")
    with transaction.atomic():
        lock_employee(employee.pk)
        kept = assert_still_checking(post_elsewhere(client, token))
    assert Submission.objects.count() == 0
    assert client.post("/election/check/", kept).status_code == 303
    assert Submission.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_server_that_refuses_connections_ends_in_the_checking_page(
    open_draft: tuple[Client, Employee, str], monkeypatch: pytest.MonkeyPatch
):
    client, _, token = open_draft
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        patch.setitem(connection.settings_dict, "PORT", "1")
        kept = assert_still_checking(post_elsewhere(client, token))
    assert client.post("/election/check/", kept).status_code == 303
    assert Submission.objects.count() == 1
