"""Whose address a request comes from: the trusted hops say, else the socket, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory

from elections.client_address import client_address, client_network
from elections.models import Offer, Tries
from tests.factory import make_user

SOCKET = "192.0.2.1"
GARBAGE = [
    "", " ", ",", ",,,", "unknown", "_hidden", "1.2.3", "1.2.3.4.5", "999.1.1.1", "[1.2", "::1]:x",
    "[]", ":", "a" * 10_000, "1.2.3.4\x00", "é", "' OR 1=1 --", "<script>", "%s%n", "%eth0",
]  # fmt: skip


def address(hops: int, forwarded: str | None, settings: Any, socket: str = SOCKET) -> str:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = hops
    extra = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=socket, **extra))


@pytest.mark.parametrize(
    ("hops", "forwarded", "expected"),
    [
        # No proxy is trusted: whatever the header says, anybody may have typed it.
        (0, None, SOCKET),
        (0, "203.0.113.9", SOCKET),
        # One proxy: the last entry is its own word, those before it are the client's.
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.66, 203.0.113.9", "203.0.113.9"),
        (1, "garbage, , 203.0.113.9", "203.0.113.9"),
        # Two in a row: the outermost appended the last but one.
        (2, "203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "198.51.100.66,203.0.113.9,10.0.0.1", "203.0.113.9"),
        # Fewer entries than hops: it did not come through all of them.
        (1, None, SOCKET),
        (2, "203.0.113.9", SOCKET),
        # As some proxies write them.
        (1, "203.0.113.9:51234", "203.0.113.9"),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "[2001:db8::7]:443", "2001:db8::7"),
        (1, "fe80::7%eth0", "fe80::7"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_only_the_entry_of_the_outermost_trusted_proxy_is_believed(
    settings: Any, hops: int, forwarded: str | None, expected: str
) -> None:
    assert address(hops, forwarded, settings) == expected


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("hops", [1, 2])
def test_where_that_entry_is_no_address_the_socket_says_who_asked(
    settings: Any, hops: int, garbage: str
) -> None:
    assert address(hops, garbage, settings) == SOCKET


def test_over_a_unix_socket_there_is_none(settings: Any) -> None:
    assert address(0, None, settings, socket="") == ""


def test_of_ipv6_the_network_is_what_one_client_has() -> None:
    of = lambda ip: client_network(RequestFactory().get("/", REMOTE_ADDR=ip))  # noqa: E731
    assert of("2001:db8:1:2:3:4:5:6") == of("2001:db8:1:2::") == "2001:db8:1:2::/64"
    assert of(SOCKET) == SOCKET


def test_a_header_that_changes_each_time_does_not_get_around_a_limit(
    offer: Offer, settings: Any
) -> None:
    make_user("pat@example.com", password="three-quarters-rounded-up")
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    sent = {"login": "pat@example.com", "password": "wrong"}
    for n in range(11):
        spoofed = f"198.51.100.{n}, 203.0.113.9"
        page = Client().post("/accounts/login/", sent, HTTP_X_FORWARDED_FOR=spoofed)
    assert "Too many wrong passwords" in page.content.decode()
    by_address = Tries.objects.filter(counter__contains="/ip")
    assert {row.counter.rpartition("|")[2] for row in by_address} == {"203.0.113.9"}


@pytest.mark.parametrize("garbage", GARBAGE)
def test_whatever_the_header_holds_signing_in_works(
    offer: Offer, settings: Any, garbage: str
) -> None:
    make_user("pat@example.com", password="three-quarters-rounded-up")
    for hops in (0, 1, 3):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = hops
        sent = {"login": "pat@example.com", "password": "three-quarters-rounded-up"}
        answer = Client().post("/accounts/login/", sent, HTTP_X_FORWARDED_FOR=garbage)
        assert answer.status_code == 302
