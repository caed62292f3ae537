"""What no browser sends from a page of ours: refused with a clear page, never a failure."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client

from elections.forms import DeclineForm, SignatureForm
from elections.models import Employee, Grant, Submission
from tests.views.pages import choices, fill_in, words

BOUNDARY = "a-boundary"


def multipart(client: Client, charset: str, fields: dict[str, str]) -> HttpResponse:
    """A signed form whose Content-Type claims that encoding."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return client.generic(
        "POST",
        "/election/check/",
        "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode(),
        content_type=f"multipart/form-data; boundary={BOUNDARY}; charset={charset}",
    )


@pytest.fixture
def signing(client: Client, iso: Grant) -> dict[str, str]:
    token = fill_in(client, choices(exchange=(iso,)))
    return {"form_token": token, "signature": "Pat Example", "agree": "on"}


@pytest.mark.parametrize(
    ("charset", "signature"),
    [
        ("unicode_escape", r"\ud800"),
        ("utf-7", "+2AA-"),
        ("utf-16", "Pat"),
        ("iso-8859-1", "Pat"),
        ("rot13", "Pat"),
    ],
)
def test_a_form_in_another_encoding_is_refused(
    client: Client, signing: dict[str, str], charset: str, signature: str
):
    response = multipart(client, charset, signing | {"signature": signature})
    assert response.status_code == 400
    assert "This request could not be read" in words(response)
    assert Submission.objects.count() == 0


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "no-such-encoding"])
def test_a_form_in_utf_8_is_taken_whatever_that_is_called(
    client: Client, signing: dict[str, str], charset: str
):
    assert multipart(client, charset, signing | {"signature": "Zoë 山"}).status_code == 303
    assert Submission.objects.get().signature == "Zoë 山"


def test_an_address_in_another_encoding_is_refused_too(client: Client, iso: Grant):
    response = client.get(r"/election/?form=\ud800", CONTENT_TYPE="x; charset=unicode_escape")
    assert response.status_code == 400


@pytest.mark.parametrize("form", [SignatureForm, DeclineForm])
def test_half_a_character_is_no_signature(employee: Employee, form: type[SignatureForm]):
    token = "00000000-0000-0000-0000-000000000000"
    half = form({"signature": "Pat \ud800", "form_token": token}, employee=employee)
    whole = form({"signature": "Pat \U00010000", "form_token": token}, employee=employee)
    assert list(half.errors) == ["signature"]
    assert whole.is_valid()
