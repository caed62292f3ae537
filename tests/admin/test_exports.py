"""Taking tables out: each file opened again and compared with the record; each noted in the log."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from elections import queries
from elections.models import AuditEntry, Employee, Offer, OutboxMessage, Submission, User
from elections.models.audit import Act
from elections.models.submission import Verdict
from elections.services.extend import Extended, extend_offer
from elections.services.review import Decided, review_submission
from elections.services.roster import sheets
from tests.admin.pages import words
from tests.factory import (
    DURING_OFFER,
    EXPIRATION,
    decline,
    elect,
    make_employee,
    make_grant,
    make_required_grant,
    withdraw,
)
from tests.portal import SetClock

EXPORTS = "/admin/exports/"
TABLES = ("register", "reviews", "mails", "employees", "grants")
# Session, account, its permissions (of the user, of the groups), the offer and its extensions for
# the page, and the same for the frame around it.
QUERIES = 7


def export(client: Client, table: str, file_format: str = "csv", **form: str) -> HttpResponse:
    """The answer to the form, not read yet."""
    return client.post(EXPORTS, {"table": table, "file_format": file_format, **form})


def rows_of(response: HttpResponse) -> list[dict[str, Any]]:
    """The rows of the file that came, by their columns."""
    assert response.status_code == 200, words(response)
    content = b"".join(response.streaming_content)
    if response["Content-Type"].startswith("text/csv"):
        return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))
    (sheet,) = openpyxl.load_workbook(BytesIO(content), read_only=True).worksheets
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def hang_up(response: HttpResponse) -> None:
    """What a server does when its client is gone, but for closing the test's own connection."""
    for close in response._resource_closers:
        close()


def exported() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(act=Act.EXPORT))


def review(law: User, submission: Submission, verdict: Verdict, reason: str = "") -> None:
    decided = review_submission(actor=law, submission=submission, verdict=verdict, reason=reason)
    assert isinstance(decided, Decided), decided


@pytest.fixture
def record(offer: Offer, law: User, portal_clock: SetClock) -> list[Submission]:
    """Elections, a withdrawal, a decline, a late one reinstated, an irregular one; over an hour."""
    people = [make_employee(number=f"00{n}", name=f"Ünal {n}") for n in range(5)]
    grants = [make_grant(person, granted=1000 + n) for n, person in enumerate(people)]
    make_required_grant(people[0])
    submitted = [elect(people[n], grants[n]) for n in range(3)]
    portal_clock.tick(minutes=30)
    submitted += [withdraw(people[1]), decline(people[3])]
    portal_clock.tick(minutes=30)
    review(law, submitted[2], Verdict.IRREGULAR, "Not signed,\n“really”")
    review(law, submitted[0], Verdict.VALID)
    portal_clock.tick(minutes=1)
    review(law, submitted[2], Verdict.VALID, "It is signed after all.")
    portal_clock.set(EXPIRATION)
    submitted.append(elect(people[4], grants[4]))
    later = EXPIRATION + timedelta(days=4)
    extended = extend_offer(
        actor=law, offer=offer, expected=EXPIRATION, expiration=later, reason="A storm."
    )
    assert isinstance(extended, Extended)
    review(law, submitted[5], Verdict.REINSTATED, "The fax stood still.")
    return submitted


def plain(row: queries.RegisterRow) -> dict[str, str]:
    """A row of the register as text; its instants in Pacific standard time."""
    pacific = (row.received_at - timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S.%f-08:00")
    said = {name: str(getattr(row, name)) for name in row.__slots__}
    return said | {"received_at": pacific}


def as_text(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Rows of either file as text, prices with the four decimals in which a workbook shows them."""
    return [
        {
            name: f"{value:.4f}" if name == "exercise_price" else str(value)
            for name, value in (row | {"exercise_price": float(row["exercise_price"])}).items()
        }
        for row in rows
    ]


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("form", "people"),
    [
        ({}, ["000", "000", "002", "004"]),
        ({"day": "2003-01-15", "time": "10:00"}, ["000", "000", "001", "002"]),
        ({"day": "2003-01-15", "time": "09:59:59"}, []),
        ({"day": "01/15/2003", "time": "10:30 AM"}, ["000", "000", "002"]),
        ({"day": "2003-01-15", "time": "11:00"}, ["000", "000"]),
        ({"day": "2003-01-15", "time": "11:01:00"}, ["000", "000", "002"]),
    ],
)
def test_the_register_of_an_instant_is_the_register_as_it_is_queried(
    law_client: Client,
    offer: Offer,
    record: list[Submission],
    file_format: str,
    form: dict[str, str],
    people: list[str],
) -> None:
    moments = {"10:00": 0, "09:59:59": -1, "10:30 AM": 1800, "11:00": 3600, "11:01:00": 3660}
    seconds = moments.get(form.get("time", ""))
    as_of = EXPIRATION if seconds is None else DURING_OFFER + timedelta(seconds=seconds)

    rows = rows_of(export(law_client, "register", file_format, **form))

    assert [row["employee_number"] for row in rows] == people
    assert as_text(rows) == [plain(row) for row in queries.register(offer, as_of=as_of)]


def test_a_workbook_holds_numbers_as_numbers_and_numbers_of_people_as_text(
    law_client: Client, record: list[Submission]
) -> None:
    first = rows_of(export(law_client, "register", "xlsx"))[0]

    assert first["employee_number"] == "000"
    assert (first["exercise_price"], first["shares"], first["new_shares"]) == (6, 1000, 750)
    assert first["required"] is False
    assert first["granted_on"] == "2001-04-02"


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_the_review_log_holds_every_decision_and_which_one_stands(
    law_client: Client, law: User, record: list[Submission], file_format: str
) -> None:
    rows = rows_of(export(law_client, "reviews", file_format))

    said = [(r["receipt"], r["verdict"], r["reason"] or "", str(r["outweighed"])) for r in rows]
    assert said == [
        (record[2].receipt, "irregular", "Not signed,\n“really”", "True"),
        (record[0].receipt, "valid", "", "False"),
        (record[2].receipt, "valid", "It is signed after all.", "False"),
        (record[5].receipt, "reinstated", "The fax stood still.", "False"),
    ]
    assert {row["decided_by"] for row in rows} == {law.email}
    assert rows[0]["decided_at"] == "2003-01-15T11:00:00.000000-08:00"
    assert rows[3]["received_at"] == "2003-01-20T21:00:00.000000-08:00"
    assert str(rows[3]["timely"]) == "False"


def test_the_review_log_of_an_instant_knows_no_later_decision(
    law_client: Client, record: list[Submission]
) -> None:
    rows = rows_of(export(law_client, "reviews", day="2003-01-15", time="11:00"))

    assert [(row["verdict"], row["outweighed"]) for row in rows] == [
        ("irregular", "False"),
        ("valid", "False"),
    ]


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_the_mail_log_holds_every_mail(
    hr_client: Client, record: list[Submission], file_format: str
) -> None:
    OutboxMessage.objects.filter(submission=record[0]).update(
        state="sent", attempts=2, sent_at=EXPIRATION, last_error="421 busy"
    )

    rows = rows_of(export(hr_client, "mails", file_format))

    mails = OutboxMessage.objects.order_by("pk")
    assert [row["message_id"] for row in rows] == [mail.message_id for mail in mails]
    sent = next(row for row in rows if row["receipt"] == record[0].receipt)
    assert sent["state"] == "sent"
    assert sent["sent_at"] == "2003-01-20T21:00:00.000000-08:00"
    assert (str(sent["attempts"]), sent["last_error"]) == ("2", "421 busy")
    waiting = [row["sent_at"] or "" for row in rows if row["state"] == "waiting"]
    assert waiting == [""] * (len(rows) - 1)


def test_the_roster_can_be_imported_again_as_it_was_taken_out(
    hr_client: Client, record: list[Submission]
) -> None:
    left = Employee.objects.get(number="003")
    left.left_on, left.on_leave = DURING_OFFER.date(), True
    left.save()
    files = {}
    for table in ("employees", "grants"):
        response = export(hr_client, table)
        files[table] = BytesIO(b"".join(response.streaming_content))

    people = sheets.read_people(files["employees"])
    numbers = {row.number for row in people.rows}
    grants = sheets.read_grants(files["grants"], plans={"2000"}, employees=numbers)

    assert not people.problems + grants.problems
    said = {row.number: (row.name, row.email, row.left_on) for row in people.rows}
    assert said == {e.number: (e.name, e.email, e.left_on) for e in Employee.objects.all()}
    held = {row.number: (row.employee, row.exercise_price, row.outstanding) for row in grants.rows}
    assert held == {
        grant.number: (grant.employee.number, grant.exercise_price, grant.outstanding)
        for person in Employee.objects.all()
        for grant in queries.grants_of(person)
    }


def test_the_roster_as_a_workbook_says_the_same(
    hr_client: Client, record: list[Submission]
) -> None:
    for table in ("employees", "grants"):
        from_csv = rows_of(export(hr_client, table))
        from_xlsx = rows_of(export(hr_client, table, "xlsx"))
        assert len(from_csv) >= 5
        for one, other in zip(from_csv, from_xlsx, strict=True):
            price = {"Exercise Price": one.get("Exercise Price")}
            assert {k: str(v or "") if v != 0 else "0" for k, v in other.items()} | price == (
                one | price
            )


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("table", TABLES)
def test_every_export_says_in_the_log_who_took_what_as_of_when_and_how_many(
    law_client: Client, law: User, record: list[Submission], table: str, file_format: str
) -> None:
    rows = rows_of(export(law_client, table, file_format))

    (entry,) = exported()
    assert (entry.actor, entry.at, entry.rows) == (law, EXPIRATION, len(rows))
    assert "cut off" not in entry.subject
    assert entry.details == {
        "offer": "lantronix-2002",
        "as_of": "2003-01-20T21:00:00-08:00",
        "format": file_format,
        "complete": True,
    }


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_an_export_that_was_cut_off_says_so(
    law_client: Client, law: User, record: list[Submission], file_format: str
) -> None:
    response = export(law_client, "register", file_format)
    assert exported() == []
    next(iter(response.streaming_content))

    hang_up(response)

    (entry,) = exported()
    assert (entry.actor, entry.subject) == (law, "Register (cut off)")
    assert entry.details["complete"] is False


def test_a_page_that_is_only_looked_at_leaves_no_entry(law_client: Client, offer: Offer) -> None:
    assert law_client.get(EXPORTS).status_code == 200
    assert law_client.head(EXPORTS).status_code == 200
    assert export(law_client, "register", day="2003-01-15").status_code == 422

    assert exported() == []


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_cell_of_either_file_is_a_formula(
    law_client: Client, offer: Offer, file_format: str, start: str
) -> None:
    name = f'{start}HYPERLINK("http://example.com")'
    employee = make_employee(number="1", name=name)
    elect(employee, make_grant(employee))

    (row,) = rows_of(export(law_client, "register", file_format))

    assert row["employee_name"].replace("_x000D_", "\r") == f"'{name}"


def test_a_workbook_says_of_each_text_that_it_is_text(law_client: Client, offer: Offer) -> None:
    employee = make_employee(number="1", name="http://example.com {=1}")
    elect(employee, make_grant(employee, "0012"))
    response = export(law_client, "register", "xlsx")
    content = BytesIO(b"".join(response.streaming_content))

    (sheet,) = openpyxl.load_workbook(content).worksheets

    (row,) = sheet.iter_rows(min_row=2)
    assert {cell.data_type for cell in row} == {"s", "n", "b"}
    assert all(cell.hyperlink is None for cell in row)
    assert [cell.value for cell in row if cell.data_type == "s"][1] == "http://example.com {=1}"
    assert "0012" in [cell.value for cell in row]


@pytest.mark.parametrize(
    ("table", "form", "name"),
    [
        ("register", {}, "lantronix-2002-register-2003-01-15T100000-0800.csv"),
        (
            "reviews",
            {"day": "2003-01-02", "time": "21:00"},
            "lantronix-2002-reviews-2003-01-02T210000-0800.csv",
        ),
    ],
)
def test_the_name_of_the_file_says_the_instant(
    law_client: Client, offer: Offer, table: str, form: dict[str, str], name: str
) -> None:
    response = export(law_client, table, **form)

    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"table": ""}, "Please choose what to take out."),
        ({"table": "everything"}, "Select a valid choice."),
        ({"file_format": ""}, "Please choose a kind of file."),
        ({"file_format": "json"}, "Select a valid choice."),
        ({"day": "2003-01-15"}, "Please give the time too, or leave both empty for now."),
        ({"time": "21:00"}, "Please give the day too, or leave both empty for now."),
        ({"day": "soon", "time": "21:00"}, "Please give the day as 2003-01-20 or 01/20/2003."),
        ({"day": "2003-01-15", "time": "25:00"}, "Please give the time as 21:00 or 9:00 PM."),
        ({"day": "2003-01-15", "time": "10:00:01"}, "This time is yet to come"),
        ({"day": "0001-01-01", "time": "00:00"}, "Please check the year."),
        ({"day": "2002-10-27", "time": "01:30"}, "Clocks are set back that night"),
        ({"table": "mails", "day": "2003-01-15", "time": "09:00"}, "as it stands now alone"),
        ({"table": "grants", "day": "2003-01-15", "time": "09:00"}, "as it stands now alone"),
    ],
)
def test_what_cannot_be_exported_is_said_and_everything_given_is_kept(
    law_client: Client, offer: Offer, form: dict[str, str], sentence: str
) -> None:
    sent = {"table": "register", "file_format": "csv", "day": "", "time": ""} | form

    response = law_client.post(EXPORTS, sent)

    assert response.status_code == 422
    assert sentence in words(response)
    assert "Nothing was exported." in words(response)
    content = response.content.decode()
    for name in ("day", "time"):
        if sent[name]:
            assert f'value="{sent[name]}"' in content
    for name in ("table", "file_format"):
        if "Select" not in sentence and sent[name]:
            assert "checked" in content.partition(f'value="{sent[name]}"')[2].partition(">")[0]


def test_an_empty_table_is_a_header(law_client: Client, offer: Offer) -> None:
    for table in ("register", "reviews", "mails"):
        assert rows_of(export(law_client, table)) == []
        assert rows_of(export(law_client, table, "xlsx")) == []


def test_without_an_offer_there_is_nothing_to_take_out(law_client: Client, offer: Offer) -> None:
    offer.documents.all().delete()
    offer.delete()

    assert "There is no offer yet" in words(law_client.get(EXPORTS))
    assert "There is no offer yet" in words(export(law_client, "register"))


def test_whoever_may_look_may_take_out_and_nobody_else(
    law_client: Client,
    hr_client: Client,
    auditor_client: Client,
    hr: User,
    record: list[Submission],
) -> None:
    for client in (law_client, hr_client, auditor_client):
        for table in TABLES:
            assert rows_of(export(client, table))
    hr.groups.get().permissions.remove(
        *hr.groups.get().permissions.filter(codename="view_submission")
    )

    assert "Every mail with its state" in words(hr_client.get(EXPORTS))
    assert "Who has elected what" not in words(hr_client.get(EXPORTS))
    assert export(hr_client, "register").status_code == 422
    hr.groups.clear()
    assert hr_client.get(EXPORTS).status_code == 403


def test_the_page_takes_the_same_queries_whatever_there_is(
    law_client: Client,
    record: list[Submission],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(QUERIES):
        law_client.get(EXPORTS)


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("table", TABLES)
def test_a_file_takes_as_many_queries_for_three_people_as_for_one(
    law_client: Client,
    law: User,
    offer: Offer,
    table: str,
    file_format: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    # Session, account, two of permissions, the offer and its extensions, the table, the entry.
    for people in (1, 2):
        for _ in range(people):
            employee = make_employee()
            submission = elect(employee, make_grant(employee))
            review(law, submission, Verdict.VALID)
        with django_assert_num_queries(8):
            rows_of(export(law_client, table, file_format))
