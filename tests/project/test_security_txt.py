"""Whom to tell of a weakness: /.well-known/security.txt, as RFC 9116 has it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from exchange_portal import parsers

ADDRESS = "/.well-known/security.txt"


def test_it_names_the_contact_until_a_day_within_the_month(settings: object) -> None:
    settings.PORTAL_SECURITY_CONTACT = "mailto:security@example.com"
    settings.PORTAL_BASE_URL = "https://exchange.example.com"

    response = Client().get(ADDRESS)

    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert fields["Contact"] == "mailto:security@example.com"
    assert fields["Canonical"] == f"https://exchange.example.com{ADDRESS}"
    left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert timedelta(days=28) < left <= timedelta(days=30)


def test_without_a_contact_there_is_none(settings: object, db: None) -> None:
    settings.PORTAL_SECURITY_CONTACT = ""
    assert Client().get(ADDRESS).status_code == 404


def test_nothing_can_be_sent_to_it(settings: object) -> None:
    settings.PORTAL_SECURITY_CONTACT = "mailto:security@example.com"
    assert Client().post(ADDRESS).status_code == 405


@pytest.mark.parametrize(
    ("given", "contact"),
    [
        ("", ""),
        ("security@example.com", "mailto:security@example.com"),
        ("mailto:security@example.com", "mailto:security@example.com"),
        ("https://example.com/security", "https://example.com/security"),
    ],
)
def test_a_contact_is_a_mail_or_https_address(given: str, contact: str) -> None:
    assert parsers.contact(given) == contact


@pytest.mark.parametrize(
    "given", ["http://example.com/", "call us", "https://a.example\nExpires: never", "a@b\nc"]
)
def test_what_is_neither_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="must be a mail address"):
        parsers.contact(given)
