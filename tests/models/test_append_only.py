"""The database itself refuses to change or delete what is on record."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connection, transaction

from elections.checks import append_only_triggers_stand
from elections.models import (
    Invitation,
    Line,
    Offer,
    OutboxMessage,
    Reminder,
    RenderedMail,
    Scan,
    StatusChange,
    Submission,
)
from elections.models.append_only import (
    APPEND_ONLY_TABLES,
    drop_triggers,
    install_triggers,
    missing_triggers,
)
from elections.models.submission import Verdict
from elections.services.extend import extend_offer
from elections.services.review import review_submission
from tests.factory import EXPIRATION, elect, make_employee, make_grant, make_user
from tests.portal import SetClock

FIRST_COLUMN = {
    "elections_submission": "signature",
    "elections_line": "choice",
    "elections_extension": "reason",
    "elections_reviewdecision": "reason",
    "elections_renderedmail": "pdf_sha256",
    "elections_auditentry": "subject",
    "elections_scan": "sha256",
    "elections_statuschange": "effect",
    "elections_reminder": "people",
    "elections_invitation": "number",
}


@pytest.fixture
def full_record(offer: Offer, portal_clock: SetClock) -> Submission:
    """A row in every append-only table."""
    employee = make_employee()
    submission = elect(employee, make_grant(employee))
    law = make_user()
    review_submission(actor=law, submission=submission, verdict=Verdict.VALID, reason="")
    later = EXPIRATION.replace(day=25)
    extend_offer(actor=law, offer=offer, expected=EXPIRATION, expiration=later, reason="More time")
    RenderedMail.objects.create(
        message=OutboxMessage.objects.get(kind="receipt"),
        mime=b"m",
        pdf=b"p",
        rendered_at=portal_clock.instant,
    )
    Scan.objects.create(
        submission=submission, file="a.pdf", content_type="application/pdf", size=1, sha256="0" * 64
    )
    StatusChange.objects.create(
        employee=employee, changed_at=portal_clock.instant, before={}, after={"on_leave": True}
    )
    Reminder.objects.create(offer=offer, sent_at=portal_clock.instant, people=1)
    Invitation.objects.create(employee=employee, number=1, invited_at=portal_clock.instant)
    return submission


def execute(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("table", APPEND_ONLY_TABLES)
def test_a_row_on_record_can_be_neither_changed_nor_deleted(
    full_record: Submission, table: str
) -> None:
    for sql in (
        f"UPDATE {table} SET {FIRST_COLUMN[table]} = NULL",
        f"DELETE FROM {table}",
    ):
        with pytest.raises(DatabaseError, match="append-only"):
            execute(sql)


@pytest.mark.parametrize("table", APPEND_ONLY_TABLES)
def test_without_its_triggers_a_table_would_change(full_record: Submission, table: str) -> None:
    drop_triggers(connection, [table])

    execute(f"UPDATE {table} SET {FIRST_COLUMN[table]} = {FIRST_COLUMN[table]}")


def test_no_row_replaces_another_silently(full_record: Submission) -> None:
    if connection.vendor == "sqlite":
        sql = "INSERT OR REPLACE INTO elections_line SELECT * FROM elections_line"
        with pytest.raises(DatabaseError, match="append-only"):
            execute(sql)
    else:
        with pytest.raises(DatabaseError, match="append-only"):
            execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE elections_line")


def test_the_orm_cannot_change_or_delete_a_submission(full_record: Submission) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: Submission.objects.update(signature="x"),
        lambda: Line.objects.all().delete(),
        lambda: full_record.save(),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            attempt()


@pytest.mark.parametrize("table", APPEND_ONLY_TABLES)
def test_the_check_names_each_missing_trigger(db: None, table: str) -> None:
    assert append_only_triggers_stand(["default"]) == []
    drop_triggers(connection, [table])

    missing = missing_triggers(connection)

    assert missing
    assert all(name.startswith(table) for name in missing)
    assert len(append_only_triggers_stand(["default"])) == len(missing)
    with pytest.raises(SystemCheckError, match=missing[0]):
        call_command("check", databases=["default"])

    install_triggers(connection)
    assert missing_triggers(connection) == []
