"""`manage.py register`."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from elections.models import Grant, Offer
from elections.models.submission import Verdict
from elections.services.review import review_submission
from tests.factory import (
    DURING_OFFER,
    EXPIRATION,
    decline,
    elect,
    make_employee,
    make_grant,
    make_required_grant,
    make_user,
    withdraw,
)
from tests.portal import SetClock


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("register", *arguments, stdout=out)
    return out.getvalue()


def rows(*arguments: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(run(*arguments))))


def elected(*arguments: str) -> list[tuple[str, str]]:
    return [(row["employee_number"], row["grant_number"]) for row in rows(*arguments)]


@pytest.fixture
def grants(offer: Offer) -> list[Grant]:
    """Two free grants and a required one of employee 000123."""
    employee = make_employee(number="000123", name="Pat Example")
    return [
        make_grant(employee, "10", granted=334, vested=0),
        make_grant(employee, "20"),
        make_required_grant(employee, "30"),
    ]


def test_a_row_says_who_exchanges_what_for_how_much(
    grants: list[Grant], portal_clock: SetClock
) -> None:
    one, two, _ = grants
    portal_clock.tick(microseconds=123456)
    submission = elect(one.employee, one, keep=(two,))

    first, second = rows()

    assert first == {
        "employee_number": "000123",
        "employee_name": "Pat Example",
        "receipt": submission.receipt,
        "kind": "election",
        "received_at": "2003-01-15T10:00:00.123456-08:00",
        "grant_number": "10",
        "plan": "2000",
        "granted_on": "2001-04-02",
        "exercise_price": "6.0000",
        "shares": "334",
        "new_shares": "251",
        "required": "False",
    }
    assert (second["grant_number"], second["shares"], second["new_shares"]) == ("30", "500", "375")
    assert second["required"] == "True"


def test_json_says_the_same_with_the_offer_and_the_instant(
    grants: list[Grant], portal_clock: SetClock
) -> None:
    elect(grants[0].employee, grants[0], grants[1])
    portal_clock.tick(minutes=1)

    said: dict[str, Any] = json.loads(run("--format", "json"))

    assert said["offer"] == "lantronix-2002"
    assert said["as_of"] == "2003-01-15T10:01:00.000000-08:00"
    assert [{k: str(v) for k, v in row.items()} for row in said["rows"]] == rows()
    assert [row["shares"] for row in said["rows"]] == [334, 1000, 500]


def test_an_empty_register_is_a_header_or_an_empty_list(offer: Offer) -> None:
    assert run().startswith("employee_number,employee_name,receipt,")
    assert rows() == []
    assert json.loads(run("--format", "json"))["rows"] == []


def test_it_shows_the_record_as_it_stood_at_an_instant(
    grants: list[Grant], portal_clock: SetClock
) -> None:
    one, two, _ = grants
    portal_clock.tick(minutes=10)
    elect(one.employee, one, two)
    portal_clock.tick(minutes=10)
    withdraw(one.employee, two)
    portal_clock.tick(minutes=10)
    withdraw(one.employee)
    portal_clock.tick(minutes=10)

    def at(**after: float) -> list[str]:
        instant = (DURING_OFFER + timedelta(**after)).isoformat()
        return [grant for _, grant in elected("--as-of", instant)]

    assert at(minutes=10, microseconds=-1) == []
    assert at(minutes=10) == ["10", "20", "30"]
    assert at(minutes=20, microseconds=-1) == ["10", "20", "30"]
    assert at(minutes=20) == ["10", "30"]
    assert at(minutes=30) == []
    assert elected() == []


def test_a_decision_counts_from_when_it_was_made(
    grants: list[Grant], portal_clock: SetClock
) -> None:
    one, two, _ = grants
    submission = elect(one.employee, one, keep=(two,))
    portal_clock.tick(hours=1)
    review_submission(
        actor=make_user(), submission=submission, verdict=Verdict.IRREGULAR, reason="Not signed"
    )
    portal_clock.tick(hours=1)

    assert elected("--as-of", "2003-01-15T10:30:00-08:00") == [("000123", "10"), ("000123", "30")]
    assert elected("--as-of", "2003-01-15T11:00:00-08:00") == []


def test_late_forms_and_declines_are_not_in_it(grants: list[Grant], portal_clock: SetClock) -> None:
    one, two, _ = grants
    elect(one.employee, one, keep=(two,))
    other = make_employee()
    make_grant(other)
    decline(other)
    portal_clock.set(EXPIRATION)
    elect(one.employee, one, two)

    assert elected() == [("000123", "10"), ("000123", "30")]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula_to_a_spreadsheet(offer: Offer, start: str) -> None:
    employee = make_employee(number="000123", name=f"{start}HYPERLINK(1)")
    elect(employee, make_grant(employee, "10"))

    (row,) = csv.DictReader(StringIO(run(), newline=""))

    assert row["employee_name"] == f"'{start}HYPERLINK(1)"
    (said,) = json.loads(run("--format", "json"))["rows"]
    assert said["employee_name"] == f"{start}HYPERLINK(1)"


def test_the_queries_do_not_grow_with_the_people(offer: Offer) -> None:
    def queries(people: int) -> int:
        for _ in range(people):
            employee = make_employee()
            elect(employee, make_grant(employee))
        with CaptureQueriesContext(connection) as captured:
            run()
        return len(captured)

    assert queries(1) == queries(3)


@pytest.mark.parametrize(
    ("instant", "sentence"),
    [
        ("2003-01-15T10:00:00", "has no offset, so it says no instant"),
        ("noon", "is not an instant such as"),
        ("2003-01-15T10:00:01-08:00", "yet to come"),
    ],
)
def test_what_it_cannot_answer_is_refused_in_a_sentence(
    offer: Offer, instant: str, sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        run("--as-of", instant)


def test_without_an_offer_it_says_how_to_load_one(db: None) -> None:
    with pytest.raises(CommandError, match=r"manage\.py load_offer"):
        run()
