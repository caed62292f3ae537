"""No name, signature, reason, number or address becomes more than text: in a page, a mail, a file,
a log line.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import structlog
from django.conf import settings as django_settings
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as run
from hypothesis import strategies as st

from elections.delivery.keep import make_mail
from elections.delivery.mail import compose
from elections.delivery.staff import tell_hr
from elections.exports import files
from elections.exports.cells import FORMULA_STARTS, harmless_in_csv
from elections.models import OutboxMessage, User
from elections.models.submission import Verdict
from exchange_portal import logs
from tests.admin.record import make_rows
from tests.delivery.forms import envelope, form_facts, line_facts, offer_facts
from tests.doors.hostile import texts
from tests.factory import elect, make_employee, make_grant
from tests.views.pages import decide, signed_in

ZONE = ZoneInfo("America/Los_Angeles")
MARK = "planted"
Logged = Callable[[Callable[[], Any], bool], str]
PIECES = [
    f"<{MARK}>",
    f"</p><{MARK} onload=x>",
    f'" {MARK}="x',
    f"' {MARK}='x",
    f"<img {MARK}=x",
    f"--><{MARK}>",
    f"]]><{MARK}>",
    f"</script><script {MARK}=x>",
    f"</title><{MARK}>",
    f"</textarea><{MARK}>",
    f"</style><{MARK}>",
    f"&lt;{MARK}&gt;",
    f"{{{{ {MARK} }}}}",
    f"<!--{MARK}",
    f"\\u003c{MARK}\\u003e",
    f"javascript:{MARK}",
    *"<>&\"'`=é\\ ",
    "Pat",
    "\u202e",
    "\u200b",
    "%s",
    "%(x)s",
    "{0}",
]
LINES = ["\r\n", "\n", "\r", "\0", "\x0b", "\x1b[2J", "\x85", "\u2028", "Bcc: all@example.com", ","]
hostile = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)
hostile_lines = st.lists(st.sampled_from(PIECES + LINES), min_size=1, max_size=8).map("".join)
within_a_test = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


class Planted(HTMLParser):
    """Every element and attribute that came out of a text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if MARK in tag or any(MARK in name for name, _ in attrs):
            self.found.append(self.get_starttag_text() or tag)
        for name, value in attrs:
            if name in ("href", "src", "action") and (value or "").startswith("javascript:"):
                self.found.append(f"{name}={value}")

    def handle_comment(self, data: str) -> None:
        if MARK in data:
            self.found.append(data)


@pytest.mark.parametrize("text", texts(secret="file:///x", site="http://x.invalid"))
def test_a_mail_holds_each_hostile_text_as_text(text: str) -> None:
    facts = form_facts(employee_name=text, signature=text, employee_number=text)
    mail = message_from_bytes(compose(facts, envelope()), policy=policy.default)
    html = mail.get_body(("html",))
    assert html is not None
    tags = {"img", "svg", "object", "embed", "iframe", "base", "script", "link", "image"}

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag not in tags

    Tags().feed(html.get_content())


@run(max_examples=12, **within_a_test)
@given(name=hostile, other=hostile, reason=hostile)
def test_every_page_shows_hostile_text_as_text(
    offer: Any, law: User, superuser: User, name: str, other: str, reason: str
) -> None:
    before = transaction.savepoint()
    try:
        rows = make_rows(law)
        employee = make_employee(name=name[:200], number=other[:40])
        grant = make_grant(employee, other[:38])
        form = elect(employee, grant)
        decide(form, Verdict.IRREGULAR, f"{reason} Seen.")
        pages = {
            "/", "/election/", "/election/decline/", "/compare/", "/withdrawal/", "/submissions/",
            f"/submissions/{form.receipt}/", f"/verify/{form.receipt}/",
        }  # fmt: skip
        assert planted(signed_in(employee), pages) == {}
        mail = form.mails.last()
        admin = {
            "", "review/", f"review/{form.pk}/", "review/clean/", "review/late/", "exports/",
            f"elections/employee/{employee.pk}/status/", f"elections/employee/{employee.pk}/paper/",
            f"elections/outboxmessage/{mail.pk}/change/", f"elections/offer/{offer.pk}/extend/",
            f"elections/offer/{offer.pk}/remind/",
            f"elections/rosterupload/{rows['rosterupload']}/change/",
        }  # fmt: skip
        for row in (employee, grant, form):
            kind = f"elections/{row._meta.model_name}/"
            admin |= {kind, f"{kind}{row.pk}/change/", f"{kind}{row.pk}/history/"}
        account = f"elections/user/{employee.user_id}/change/"
        admin |= {"elections/outboxmessage/", "elections/auditentry/", account}
        assert planted(signed_in(superuser), {f"/admin/{page}" for page in admin}) == {}
        for message in OutboxMessage.objects.filter(submission=form):
            kept = message_from_bytes(bytes(make_mail(message).mime), policy=policy.default)
            html = kept.get_body(("html",))
            assert html is None or Planted(html.get_content()).found == []
    finally:
        transaction.savepoint_rollback(before)


def planted(browser: Client, pages: set[str]) -> dict[str, list[str]]:
    """What came out of a text on each of these pages."""
    found = {}
    for page in pages:
        response = browser.get(page)
        assert response.status_code == 200, page
        if out := Planted(response.content.decode()).found:
            found[page] = out
    return found


@run(max_examples=150, **within_a_test)
@given(typed=hostile_lines)
def test_what_was_typed_comes_back_as_text(client: Client, offer: Any, typed: str) -> None:
    login = client.post("/accounts/login/", {"login": typed, "password": typed})
    verify = client.get("/verify/", {"receipt": typed})
    compare = client.get("/accounts/login/", {"next": typed})
    for page in (login, verify, compare):
        assert Planted(page.content.decode()).found == []


def test_what_would_be_planted_is_found() -> None:
    for piece in PIECES[:11]:
        page = f"<p title=\"{piece}\">{piece}</p><p title='{piece}'>"
        assert Planted(page).found, piece


HEADERS = [
    *("Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID"),
    *("Reply-To", "Subject", "To"),
]


@run(max_examples=200, deadline=None)
@given(text=hostile_lines)
def test_no_text_adds_a_header_to_a_mail(text: str) -> None:
    facts = form_facts(
        employee_name=text, employee_number=text, signature=text,
        offer=offer_facts(company=text, title=text, contacts=(text,)),
        lines=(line_facts(grant_number=text, plan=text),),
    )  # fmt: skip
    mail = message_from_bytes(compose(facts, envelope()), policy=policy.default)
    assert sorted(mail.keys()) == HEADERS
    assert mail["To"] == envelope().recipient
    assert len(str(mail["Subject"]).splitlines()) == 1
    html = mail.get_body(("html",))
    assert html is not None
    assert Planted(html.get_content()).found == []


@run(max_examples=100, deadline=None)
@given(text=hostile_lines)
def test_an_address_is_one_address_or_none(text: str) -> None:
    for part in ("recipient", "reply_to"):
        try:
            sent = compose(form_facts(), replace(envelope(), **{part: f"pat{text}@example.com"}))
        except ValueError:
            continue
        mail = message_from_bytes(sent, policy=policy.default)
        assert sorted(mail.keys()) == HEADERS
        assert len(mail["To"].addresses) == len(mail["Reply-To"].addresses) == 1


def test_a_server_that_refuses_a_mail_adds_no_header_to_the_one_that_hr_gets(
    offer: Any, law: User, mailoutbox: list[Any]
) -> None:
    make_rows(law)
    tell_hr(OutboxMessage.objects.last(), "550 No\r\nBcc: all@example.com\r\n\r\n<b>x</b>")
    (notice,) = mailoutbox
    assert notice.recipients() == [django_settings.PORTAL_HR_EMAIL]
    assert notice.message()["Bcc"] is None
    assert "\nBcc:" not in notice.body


SEPARATORS = ",;|\t"
SIGNS = tuple(sign for sign in FORMULA_STARTS if not sign.isspace())
formulas = st.lists(
    st.sampled_from(["=", "+", "-", "@", "＝", ";", ",", "|", "\t", "\r", "\n", '"', "'", " ",
                     "cmd|' /C calc'!A0", "HYPERLINK(1)", "Pat", "é"]),
    min_size=1, max_size=8,
).map("".join)  # fmt: skip


@run(max_examples=500, deadline=None)
@given(text=formulas, other=formulas)
def test_no_part_of_a_csv_file_is_a_formula_whatever_separates_its_cells(
    text: str, other: str
) -> None:
    written = "".join(files.csv_chunks(("a", "b", "c"), [(text, other, 5)], ZONE))
    assert list(csv.reader(io.StringIO(written, newline="")))[1][2] == "5"
    for separator in SEPARATORS:
        # With another separator a quote inside a cell is no quote, and each line a row.
        strict = separator == ","
        lines = io.StringIO(written, newline="") if strict else written.splitlines()
        for row in csv.reader(lines, delimiter=separator, quoting=0 if strict else csv.QUOTE_NONE):
            for cell in row:
                assert not cell.lstrip().startswith(SIGNS), (separator, row)


def test_without_the_apostrophe_another_separator_would_make_a_formula() -> None:
    assert ["Pat", "=1+1"][1].startswith("=")
    assert harmless_in_csv("Pat;=1+1") == "Pat;'=1+1"
    assert harmless_in_csv("Ann-Marie; born 1970 = fine") == "Ann-Marie; born 1970 = fine"


@run(max_examples=60, deadline=None)
@given(text=formulas)
def test_no_cell_of_a_workbook_is_more_than_text(text: str) -> None:
    written = io.BytesIO()
    files.write_xlsx(written, "Register", ("a", "b"), [(text, 5)], ZONE)
    (sheet,) = openpyxl.load_workbook(io.BytesIO(written.getvalue())).worksheets
    cell, number = sheet[2]
    assert (cell.data_type, number.data_type) == ("s", "n")
    assert cell.hyperlink is None
    assert not str(cell.value).replace("_x000D_", "\r").startswith(FORMULA_STARTS)


@pytest.fixture
def logged(
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Callable[[Callable[[], Any], bool], str]]:
    """Log in production's way (`json`) or in a person's, and return what came out."""
    before = structlog.get_config()

    def write(say: Callable[[], Any], json: bool) -> str:
        logging.config.dictConfig(logs.configuration(json=json, level="INFO"))
        capsys.readouterr()
        say()
        return capsys.readouterr().err

    yield write
    structlog.configure(**before)
    logging.config.dictConfig(django_settings.LOGGING)


@pytest.mark.parametrize("json_lines", [True, False], ids=["production", "for people"])
@run(max_examples=150, **within_a_test)
@given(text=hostile_lines)
def test_no_text_makes_a_second_line_in_the_log(
    logged: Logged, json_lines: bool, text: str
) -> None:
    said = logged(lambda: structlog.get_logger("portal").warning("refused", about=text), json_lines)
    said += logged(lambda: logging.getLogger("any").warning("Refused: %s", text), json_lines)
    assert len(said.split("\n")) == 3
    assert len(said.splitlines()) == 2
    assert not [sign for sign in said if sign != "\n" and not sign.isprintable()]
    if json_lines:
        events = [json.loads(line) for line in said.splitlines()]
        assert [event["about"] for event in events[:1]] == [text]
        assert events[1]["event"] == f"Refused: {text}"


def test_a_request_for_two_lines_is_logged_as_one(logged: Logged, offer: Any) -> None:
    for json_lines in (True, False):
        said = logged(lambda: Client().get("/x%0a2026-01-01 [error] forged"), json_lines)
        assert len(said.splitlines()) == 1
