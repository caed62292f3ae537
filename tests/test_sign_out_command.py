"""`manage.py sign_out`: an operator ends somebody's sessions, or everybody's."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from elections.models import Employee, Offer
from tests.factory import make_employee
from tests.views.pages import signed_in


@pytest.fixture
def pat(offer: Offer) -> Employee:
    return make_employee()


def said(*arguments: str) -> str:
    output = StringIO()
    call_command("sign_out", *arguments, stdout=output)
    return output.getvalue()


def is_in(client: Client) -> bool:
    return client.get("/election/").status_code == 200


def test_one_account_is_signed_out_wherever_it_is_and_no_other(pat: Employee) -> None:
    theirs, others = [signed_in(pat), signed_in(pat)], signed_in(make_employee())
    assert said(pat.email.upper()) == "2 sessions ended\n"
    assert [is_in(client) for client in (*theirs, others)] == [False, False, True]
    assert is_in(signed_in(pat))


def test_everyone_is_signed_out(pat: Employee) -> None:
    clients = [signed_in(pat), signed_in(make_employee())]
    assert said("--everyone") == "2 sessions ended\n"
    assert not any(is_in(client) for client in clients)


def test_an_address_that_nobody_has_is_an_error(db: None) -> None:
    with pytest.raises(CommandError, match=r"No account has the address nobody@example\.com\."):
        said("nobody@example.com")


def test_nobody_is_signed_out_by_leaving_the_address_out(pat: Employee) -> None:
    client = signed_in(pat)
    with pytest.raises(CommandError):
        said()
    assert is_in(client)
