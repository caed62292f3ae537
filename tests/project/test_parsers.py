"""From text to value, and what production calls unsafe."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import pytest

from exchange_portal import parsers


@pytest.mark.parametrize(("value", "number"), [("1", 1), ("65535", 65535)])
def test_a_whole_number_may_be_either_bound(value: str, number: int) -> None:
    assert parsers.whole_number(1, 65535)(value) == number


@pytest.mark.parametrize("value", ["0", "65536", "-1", "1.0", " 1", "1_000", "²", "٣", "x"])
def test_what_is_not_a_whole_number_in_range_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="must be a whole number from 1 to 65535"):
        parsers.whole_number(1, 65535)(value)


@pytest.mark.parametrize("value", ["Yes", "true", "1", "on", "ye", " yes", "nein"])
def test_what_is_neither_yes_nor_no_is_refused(value: str) -> None:
    assert (parsers.yes_or_no("yes"), parsers.yes_or_no("no")) == (True, False)
    with pytest.raises(ValueError, match="must be yes or no"):
        parsers.yes_or_no(value)


def test_host_names_are_split_at_commas() -> None:
    assert parsers.host_names("a.example.com, .b.example.com,") == [
        "a.example.com",
        ".b.example.com",
    ]


@pytest.mark.parametrize("value", [",", "https://a.example.com", "a.example.com b.example.com"])
def test_what_are_not_host_names_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="must be host names"):
        parsers.host_names(value)


@pytest.mark.parametrize("value", ["https://a.example.com", "https://a.example.com/"])
def test_a_web_address_has_no_last_slash(value: str) -> None:
    assert parsers.web_address(value) == "https://a.example.com"


@pytest.mark.parametrize(
    "value",
    ["a.example.com", "ftp://a.example.com", "https://", "https://a.example.com/portal",
     "https://a.example.com?x=1", "https://me@a.example.com"],
)  # fmt: skip
def test_what_is_not_just_an_origin_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        parsers.web_address(value)


@pytest.mark.parametrize(
    "value", ["", "https://login.example.com", "https://login.example.com/tenant/v2.0/"]
)
def test_an_issuer_is_kept_to_the_letter(value: str) -> None:
    assert parsers.issuer(value) == value


@pytest.mark.parametrize(
    "value",
    ["login.example.com", "https://", "https://me@login.example.com", "https://login.example.com?a",
     "https://login.example.com/.well-known/openid-configuration"],
)  # fmt: skip
def test_what_is_no_issuer_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        parsers.issuer(value)


@pytest.mark.parametrize("value", ["law@example.com", "Law Department <law@example.com>"])
def test_a_mail_address_is_kept_as_it_stands(value: str) -> None:
    assert parsers.mail_address(value) == value


@pytest.mark.parametrize(
    "value", ["law", "@example.com", "law@", "law @example.com", "Law <law>", "a@b.c\nBcc: x@y.z"]
)
def test_what_is_not_a_mail_address_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="must be a mail address"):
        parsers.mail_address(value)


def test_an_instant_keeps_its_offset() -> None:
    moment = parsers.instant("2003-01-20T20:59:00-08:00")
    assert moment == datetime(2003, 1, 21, 4, 59, tzinfo=UTC)


@pytest.mark.parametrize("value", ["2003-01-20", "2003-01-20T20:59:00", "yesterday"])
def test_an_instant_without_an_offset_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="must be an instant with an offset"):
        parsers.instant(value)


@pytest.mark.parametrize("value", ["redis://127.0.0.1:6379/0", "rediss://cache.example.com:6380/1"])
def test_a_redis_address_is_a_broker(value: str) -> None:
    assert parsers.broker_address(value) == value
    assert parsers.not_redis(value) is None


@pytest.mark.parametrize("value", ["127.0.0.1:6379", "redis://", "amqp://a.example.com"])
def test_what_is_not_a_redis_address_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="must be an address"):
        parsers.broker_address(value)


@pytest.mark.parametrize("value", ["filesystem://", "memory://"])
def test_a_broker_without_a_server_is_unsafe(value: str) -> None:
    assert parsers.broker_address(value) == value
    assert parsers.not_redis(value) is not None


@pytest.mark.parametrize("length", [32, 50])
def test_a_random_secret_key_is_safe(length: int) -> None:
    for _ in range(50):
        assert parsers.guessable(128)(secrets.token_urlsafe(length)) is None


@pytest.mark.parametrize(
    "value",
    ["x" * 200, "ab" * 60, "short", "django-insecure-" + "q7Zr8Kp2" * 8, "Change-Me-" + "q7Zr" * 20,
     "my-secret-key-" + "q7Zr8Kp2" * 8],
)  # fmt: skip
def test_a_secret_key_that_is_short_regular_or_a_placeholder_is_unsafe(value: str) -> None:
    assert parsers.guessable(128)(value) is not None


def test_a_password_that_is_not_given_is_not_judged() -> None:
    assert parsers.guessable(48)("") is None
