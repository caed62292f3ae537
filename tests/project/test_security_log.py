"""What the log says of people's ways in and of what was refused: who, from where, what; no more."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from django.core.cache import cache
from django.test import Client

from elections import security_log
from elections.models import Offer, User
from elections.services.groups import HR
from exchange_portal import logs
from tests.admin.people import make_staff, signed_in
from tests.factory import make_user

PASSWORD = "three-quarters-rounded-up"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def written() -> Iterator[StringIO]:
    """All that production would have logged."""
    cache.clear()
    before, stream, root = structlog.get_config(), StringIO(), logging.getLogger()
    line = logs.configuration(json=True, level="INFO")["formatters"]["line"]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=line["foreign_pre_chain"], processors=line["processors"]
    ))  # fmt: skip
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    security_log.log.__dict__.pop("bind", None)  # it remembers how it was set up when first used
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)
    structlog.configure(**before)
    security_log.log.__dict__.pop("bind", None)


@pytest.fixture
def said(written: StringIO) -> Lines:
    """The lines since it was last asked."""

    def since() -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in written.getvalue().rstrip("\n").split("\n") if line]
        written.seek(0)
        written.truncate()
        return lines

    return since


@pytest.fixture
def account(offer: Offer) -> User:
    return make_user("pat@example.com", password=PASSWORD)


def sign_in(password: str, address: str = "pat@example.com") -> Client:
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.post("/accounts/login/", {"login": address, "password": password})
    return client


def of(lines: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] == event]


def test_every_sign_in_and_every_failure_leaves_a_line_without_the_address(
    account: User, said: Lines
) -> None:
    client = sign_in(PASSWORD)
    (line,) = of(said(), "signed_in")
    assert (line["account"], line["client"]) == (account.pk, "192.0.2.7")
    assert line["timestamp"].endswith("Z")

    client.post("/accounts/logout/")
    (line,) = of(said(), "signed_out")
    assert line["account"] == account.pk

    sign_in("not the password at all")
    sign_in("whatever it may be", "nobody@example.com")
    lines = said()
    failed = of(lines, "sign_in_failed")
    assert [line["account"] for line in failed] == [account.pk, None]
    assert {line["client"] for line in failed} == {"192.0.2.7"}
    for typed in ("pat@example.com", "nobody@example.com", "password at all", "whatever"):
        assert typed not in json.dumps(lines)


def test_a_password_that_is_changed_leaves_a_line_without_it(account: User, said: Lines) -> None:
    client = sign_in(PASSWORD)
    new = "seven-quiet-herons"
    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post("/accounts/password/change/", sent)
    lines = said()
    assert of(lines, "password_chosen")[0]["account"] == account.pk
    assert new not in json.dumps(lines)


def test_a_refused_request_is_logged_with_who_from_where_and_what(
    offer: Offer, said: Lines
) -> None:
    hr = make_staff("hr@example.com", "Harriet Resources", HR)
    browser = signed_in(hr)
    assert browser.get("/admin/review/", REMOTE_ADDR="192.0.2.9").status_code == 403
    (line,) = [line for line in said() if line.get("status_code") == 403]
    assert line["level"] == "warning"
    assert (line["account"], line["client"], line["method"], line["path"]) == (
        hr.pk,
        "192.0.2.9",
        "GET",
        "/admin/review/",
    )

    # Somebody else's receipt is answered like one that does not exist, and is logged.
    assert browser.get("/submissions/AAAA-AAAA-AAAA/").status_code in (403, 404)
    (line,) = [line for line in said() if line.get("status_code") in (403, 404)]
    assert line["account"] == hr.pk


def test_a_forged_form_is_logged(account: User, said: Lines) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(account)
    browser.post("/election/", {"grant-1": "exchange"}, REMOTE_ADDR="192.0.2.8")
    (line,) = [line for line in said() if line["logger"] == "django.security.csrf"]
    assert line["event"].startswith("Forbidden (CSRF")
    assert (line["client"], line["path"]) == ("192.0.2.8", "/election/")


def test_a_strange_host_is_logged(offer: Offer, said: Lines) -> None:
    assert Client().get("/", HTTP_HOST="elsewhere.example").status_code == 400
    lines = [line for line in said() if line["logger"] == "django.security.DisallowedHost"]
    assert "elsewhere.example" in lines[0]["event"]


@pytest.mark.parametrize(
    "typed", ["a\nb", "a\r\nb", 'a"}\n{"event": "signed_in"', "a\x1b[2Jb", "a\u2028b"]
)
def test_what_is_typed_cannot_make_a_second_line(
    offer: Offer, written: StringIO, typed: str
) -> None:
    structlog.get_logger("portal.test").warning(typed, typed=typed)
    logging.getLogger("django.request").warning("Not Found: %s", typed)
    Client().get("/" + typed.replace("\n", "%0A").replace("\r", "%0D"))
    out = written.getvalue()
    lines = [json.loads(line) for line in out.rstrip("\n").split("\n")]
    assert len(lines) == 3
    assert all(line["event"] != "signed_in" for line in lines)
    assert "\x1b" not in out
    assert "\u2028" not in out
