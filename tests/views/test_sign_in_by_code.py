"""Signing in with a mailed code: good once, for ten minutes, and telling nobody who exists."""

from __future__ import annotations

import re
import socket
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.http import HttpResponse
from django.test import Client

from elections.models import Employee, Offer, User
from tests.factory import make_employee
from tests.mails import account_mails
from tests.views.pages import title, words


@pytest.fixture
def employee(offer: Offer) -> Employee:
    return make_employee()


def ask(client: Client, address: str) -> HttpResponse:
    return client.post("/accounts/login/code/?next=/election/", {"email": address}, follow=True)


def code_in_mail() -> str:
    sent = account_mails()[-1]
    found = re.search(r"^\S{4,}$", sent.body.split("signing in on")[1], re.MULTILINE)
    assert found is not None
    return found[0]


def give(client: Client, code: str) -> HttpResponse:
    return client.post("/accounts/login/code/confirm/", {"code": code, "next": "/election/"})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_sign_in_page_leads_there(offer: Offer):
    page = Client().get("/accounts/login/").content.decode()
    assert 'href="/accounts/login/code/' in page


def test_the_mailed_code_signs_one_in_and_leads_where_one_wanted_to_go(employee: Employee):
    client = Client()
    page = ask(client, employee.email.upper())
    assert "Type the code from your mail" in words(page)
    assert 'autocomplete="one-time-code"' in page.content.decode()
    assert not is_signed_in(client)

    response = give(client, code_in_mail())

    assert (response.status_code, response.headers["Location"]) == (302, "/election/")
    assert client.session["_auth_user_id"] == str(employee.user_id)
    (sent,) = account_mails()
    assert sent.to == [employee.email]
    assert sent.subject == "Your code for signing in to the stock option exchange"


def test_a_pasted_code_may_have_spaces_around_it(employee: Employee):
    client = Client()
    ask(client, employee.email)
    give(client, f"  {code_in_mail().lower()} ")
    assert is_signed_in(client)


def test_a_code_is_good_once(employee: Employee):
    client, other = Client(), Client()
    ask(client, employee.email)
    code = code_in_mail()
    give(client, code)
    client.post("/accounts/logout/")
    give(client, code)
    give(other, code)
    assert not is_signed_in(client)
    assert not is_signed_in(other)


def test_a_code_is_good_only_in_the_browser_that_asked_for_it(employee: Employee):
    client, other = Client(), Client()
    ask(client, employee.email)
    code = code_in_mail()
    ask(other, employee.email)
    give(other, code)
    assert not is_signed_in(other)


@pytest.mark.parametrize(("minutes", "good"), [(9, True), (11, False)])
def test_a_code_is_good_for_ten_minutes(employee: Employee, minutes: int, good: bool):
    client = Client()
    ask(client, employee.email)
    code = code_in_mail()
    with time_machine.travel(time.time() + timedelta(minutes=minutes).total_seconds()):
        give(client, code)
    assert is_signed_in(client) is good


def test_a_wrong_code_is_said_at_the_field_and_after_three_there_has_to_be_another(
    employee: Employee,
):
    client = Client()
    ask(client, employee.email)
    code = code_in_mail()
    wrong = give(client, "wrong")
    assert title(wrong).startswith("Error: ")
    assert "This is not the code from your mail." in words(wrong)
    give(client, "wrong")
    give(client, "wrong")
    give(client, code)
    assert not is_signed_in(client)


def test_another_code_can_be_asked_for_and_the_first_is_void(employee: Employee):
    client = Client()
    ask(client, employee.email)
    first = code_in_mail()
    client.post("/accounts/login/code/confirm/", {"action": "resend"})
    second = code_in_mail()
    assert len(account_mails()) == 2
    give(client, first)
    assert not is_signed_in(client)
    give(client, second)
    assert is_signed_in(client)


@pytest.mark.parametrize("who", ["unknown", "disabled"])
def test_whoever_has_no_account_sees_the_same_page_and_is_mailed_nothing(
    employee: Employee, who: str
):
    known = words(ask(Client(), employee.email)).replace(employee.email, "ADDRESS")
    account_mails().clear()
    address = "nobody@example.com"
    if who == "disabled":
        User.objects.update(is_active=False)
        address = employee.email
    client = Client()

    page = ask(client, address)

    assert words(page).replace(address, "ADDRESS") == known
    assert account_mails() == []
    assert title(give(client, "ABCDEF")).startswith("Error: ")


def test_someone_disabled_after_asking_for_a_code_is_not_let_in(employee: Employee):
    client = Client()
    ask(client, employee.email)
    User.objects.update(is_active=False)
    give(client, code_in_mail())
    assert client.get("/election/").status_code == 302


def test_a_mail_server_that_does_not_answer_keeps_nobody_waiting(employee: Employee, settings: Any):
    with socket.create_server(("127.0.0.1", 0), backlog=50) as silent:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        settings.EMAIL_TIMEOUT = 2
        began = time.monotonic()
        page = ask(Client(), employee.email)
        took = time.monotonic() - began
        assert any(thread.name == "account mail" for thread in threading.enumerate())
        account_mails()
    assert page.status_code == 200
    assert took < 2
    assert mail.outbox == []
