"""`manage.py verify_ledger`, and what it catches when the database is changed behind our back.

Each test lifts the triggers and writes SQL, as someone with the database's password could.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from io import StringIO
from itertools import chain
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from elections.core.digest import GENESIS, chained_digest
from elections.models import Employee, Grant, Line, Offer, Submission
from elections.models.append_only import drop_triggers
from elections.services import ledger
from elections.services.record import canonical_content
from tests.concurrency import at_once
from tests.factory import decline, elect, make_employee, make_grant, withdraw
from tests.portal import SetClock

pytestmark = pytest.mark.django_db(transaction=True)

Forms = list[Submission]
Tampering = Callable[[Forms], None]


@pytest.fixture
def grants(offer: Offer) -> list[Grant]:
    """The two grants of the person who is tampered with."""
    employee = make_employee(number="000123")
    return [make_grant(employee, "10"), make_grant(employee, "20")]


@pytest.fixture
def forms(grants: list[Grant], portal_clock: SetClock) -> Forms:
    """Three forms of one person on record, between one each of two others."""
    one, two = grants
    _elected_by(make_employee(number="000001"))
    forms = [elect(one.employee, one, keep=(two,))]
    portal_clock.tick(minutes=1)
    forms.append(withdraw(one.employee))
    portal_clock.tick(minutes=1)
    forms.append(elect(one.employee, one, two))
    _elected_by(make_employee(number="999999"))
    drop_triggers(connection)
    return forms


def _elected_by(employee: Employee) -> None:
    elect(employee, make_grant(employee))


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0, statement


def verify() -> dict[str, Any]:
    """What `verify_ledger --json` prints; it must end in an error just if the record fails."""
    out = StringIO()
    try:
        call_command("verify_ledger", "--json", stdout=out)
    except CommandError:
        said: dict[str, Any] = json.loads(out.getvalue())
        assert said["holds"] is False
        return said
    said = json.loads(out.getvalue())
    assert said["holds"] is True
    return said


def copy_row(model: type[Model], pk: int, **changes: object) -> None:
    """Insert a copy of a row, by SQL, with `changes`."""
    columns = [field.column for field in model._meta.concrete_fields]
    said = ", ".join("%s" if column in changes else column for column in columns)
    sql(
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)})"
        f" SELECT {said} FROM {model._meta.db_table} WHERE id = %s",
        *[changes[column] for column in columns if column in changes],
        pk,
    )


def delete(*forms: Submission) -> None:
    """Delete forms and all that hangs on them, as someone would who knows the tables."""
    with transaction.atomic():
        for form in forms:
            sql("DELETE FROM elections_outboxmessage WHERE submission_id = %s", form.pk)
            sql("DELETE FROM elections_line WHERE submission_id = %s", form.pk)
            Submission.objects.filter(replaces=form).update(replaces=None)
            sql("DELETE FROM elections_submission WHERE id = %s", form.pk)


def edit_signature(forms: Forms) -> None:
    sql("UPDATE elections_submission SET signature = 'X' WHERE id = %s", forms[1].pk)


def edit_time_of_record(forms: Forms) -> None:
    sql(
        "UPDATE elections_submission SET received_at = %s WHERE id = %s",
        forms[0].received_at,
        forms[1].pk,
    )


def edit_digest(forms: Forms) -> None:
    sql("UPDATE elections_submission SET digest = %s WHERE id = %s", "f" * 64, forms[1].pk)


def edit_line(forms: Forms) -> None:
    sql("UPDATE elections_line SET outstanding = 1 WHERE submission_id = %s", forms[1].pk)


def turn_line(forms: Forms) -> None:
    sql(
        "UPDATE elections_line SET choice = 'exchange', withdrawn = %s, new_shares = 750"
        " WHERE submission_id = %s AND grant_number = '10'",
        False,
        forms[1].pk,
    )


def delete_line(forms: Forms) -> None:
    sql("DELETE FROM elections_line WHERE submission_id = %s AND grant_number = '20'", forms[1].pk)


def insert_line(forms: Forms) -> None:
    other = make_grant(make_employee(), "30")
    line = Line.objects.filter(submission=forms[1]).first()
    assert line is not None
    copy_row(Line, line.pk, id=9000, grant_id=other.pk, grant_number="30")


def delete_first(forms: Forms) -> None:
    delete(forms[0])


def delete_middle(forms: Forms) -> None:
    delete(forms[1])


def delete_tail(forms: Forms) -> None:
    delete(forms[2])


def delete_all(forms: Forms) -> None:
    delete(*forms)


def forge(like: Submission, after: str, **changes: object) -> None:
    """Insert a form whose digest is right, continuing from the digest `after`."""
    copy_row(
        Submission,
        like.pk,
        id=9000,
        receipt="FORGED",
        form_token="0" * 32,
        previous_digest=after,
        **changes,
    )
    content = canonical_content(Submission.objects.get(pk=9000), [])
    digest = chained_digest(after, content)
    sql("UPDATE elections_submission SET digest = %s WHERE id = 9000", digest)


def insert_at_the_end(forms: Forms) -> None:
    forge(forms[2], after=forms[2].digest, sequence=4)


def insert_in_the_middle(forms: Forms) -> None:
    sql("UPDATE elections_submission SET sequence = 4 WHERE id = %s", forms[2].pk)
    forge(forms[1], after=forms[1].digest, sequence=3)


def insert_for_someone_who_sent_nothing(forms: Forms) -> None:
    employee = make_employee(number="000500")
    forge(forms[0], GENESIS, employee_id=employee.pk, employee_number=employee.number)


def insert_a_plain_copy(forms: Forms) -> None:
    new = {"id": 9000, "receipt": "FORGED", "form_token": "0" * 32, "sequence": 4}
    copy_row(Submission, forms[0].pk, **new)


def reorder(forms: Forms) -> None:
    for number, form in ((9, forms[0]), (1, forms[1]), (2, forms[0])):
        sql("UPDATE elections_submission SET sequence = %s WHERE id = %s", number, form.pk)


def hand_over(forms: Forms) -> None:
    other = make_employee(number="000500")
    sql("UPDATE elections_submission SET employee_id = %s WHERE id = %s", other.pk, forms[2].pk)


def edit_head(forms: Forms) -> None:
    sql("UPDATE elections_employee SET ledger_head = %s WHERE number = '000123'", "f" * 64)


def shorten_head(forms: Forms) -> None:
    sql("UPDATE elections_employee SET ledger_length = 2 WHERE number = '000123'")


def test_an_untouched_record_holds(forms: Forms) -> None:
    out = StringIO()
    call_command("verify_ledger", stdout=out)

    assert out.getvalue().splitlines() == [
        "Checked 5 submissions of 3 people.",
        "Every one of them holds. (Decisions and extensions are not chained.)",
    ]
    assert verify() == {"holds": True, "submissions": 5, "people": 3, "broken": []}


def test_an_empty_record_holds(db: None) -> None:
    assert verify() == {"holds": True, "submissions": 0, "people": 0, "broken": []}


@pytest.mark.parametrize(
    ("tamper", "employee", "place", "standing_there", "reason"),
    [
        (edit_signature, "000123", 2, 1, "edited"),
        (edit_time_of_record, "000123", 2, 1, "edited"),
        (edit_digest, "000123", 2, 1, "edited"),
        (edit_line, "000123", 2, 1, "edited"),
        (turn_line, "000123", 2, 1, "edited"),
        (delete_line, "000123", 2, 1, "edited"),
        (insert_line, "000123", 2, 1, "edited"),
        (delete_first, "000123", 1, None, "deleted"),
        (delete_middle, "000123", 2, None, "deleted"),
        (delete_tail, "000123", 3, None, "deleted"),
        (delete_all, "000123", 1, None, "deleted"),
        (insert_at_the_end, "000123", 4, "FORGED", "inserted"),
        (insert_in_the_middle, "000123", 3, "FORGED", "inserted"),
        (insert_a_plain_copy, "000123", 4, "FORGED", "inserted"),
        (insert_for_someone_who_sent_nothing, "000500", 1, "FORGED", "inserted"),
        (reorder, "000123", 1, 1, "reordered"),
        (hand_over, "000123", 3, None, "deleted"),
        (edit_head, "000123", 3, 2, "edited"),
        (shorten_head, "000123", 3, 2, "inserted"),
    ],
)
def test_what_was_done_behind_our_back_is_named(
    forms: Forms,
    tamper: Tampering,
    employee: str,
    place: int,
    standing_there: int | str | None,
    reason: str,
) -> None:
    tamper(forms)

    first = verify()["broken"][0]

    receipt = forms[standing_there].receipt if isinstance(standing_there, int) else standing_there
    assert (first["employee"], first["sequence"], first["receipt"]) == (employee, place, receipt)
    assert first["reason"] == reason


def test_the_first_row_that_fails_is_named_and_the_others_after_it(forms: Forms) -> None:
    edit_line(forms)
    sql("UPDATE elections_submission SET signature = 'X' WHERE employee_number = '999999'")
    out, err = StringIO(), StringIO()

    with pytest.raises(CommandError, match=f"000123, entry 2 .receipt {forms[1].receipt}."):
        call_command("verify_ledger", stdout=out, stderr=err)

    assert out.getvalue() == "Checked 5 submissions of 3 people.\n"
    (other,) = err.getvalue().splitlines()
    assert other.startswith("Employee 999999, entry 1 ")


def test_asked_of_some_people_it_looks_at_their_chains_alone(forms: Forms) -> None:
    edit_signature(forms)
    tampered = forms[1].employee_id
    others = list(Employee.objects.exclude(pk=tampered).values_list("pk", flat=True))
    assert list(ledger.broken_chains(of=others)) == []
    (found,) = ledger.broken_chains(of=[tampered, *others])
    assert (found.employee, found.sequence) == ("000123", 2)


def test_it_ends_in_exit_code_one(forms: Forms) -> None:
    edit_line(forms)

    with pytest.raises(CommandError) as error:
        call_command("verify_ledger", stdout=StringIO())

    assert error.value.returncode == 1


def submit_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have another client send a form once the first submissions are read, before the heads are."""
    read = ledger._in_order
    employee = Employee.objects.get(number="999999")

    def read_then_submit(submissions: QuerySet[Submission]) -> Iterator[Submission]:
        rows = read(submissions)
        first = next(rows)
        (sent,) = at_once([lambda: decline(employee)])
        assert isinstance(sent, Submission), sent
        yield from chain([first], rows)

    monkeypatch.setattr(ledger, "_in_order", read_then_submit)


@pytest.mark.postgres
def test_a_form_that_comes_in_meanwhile_is_no_break(
    forms: Forms, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit_meanwhile(monkeypatch)

    assert verify()["submissions"] == 5
    assert Submission.objects.count() == 6


@pytest.mark.postgres
def test_without_one_snapshot_it_would_look_like_a_break(
    forms: Forms, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit_meanwhile(monkeypatch)

    assert [found.employee for found in ledger.broken_chains()] == ["999999"]
