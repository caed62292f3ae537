"""Guards of the record: what is taken in once, in order, and at its true time."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.faults.switched_off.guards import guard


@guard
def transaction() -> None:
    """Each statement of a submission commits by itself."""
    from elections.models import Employee
    from elections.services import submit

    submit.try_twice = lambda work, token: work()
    submit.lock_employee = lambda key: Employee.objects.get(pk=key)


@guard
def tokens() -> None:
    """Each sending counts as a form of its own, whatever token it carries."""
    from elections import queries
    from elections.models import Employee, Offer
    from elections.services import submit

    taken_in = submit._submit

    def as_a_new_form(*, employee_id: int, offer_id: int, form: Any, **rest: Any) -> Any:
        governing = queries.governing_submission(
            Offer.objects.get(pk=offer_id), Employee.objects.get(pk=employee_id)
        )
        replaces = governing.receipt if governing else None
        anew = replace(form, token=uuid.uuid4(), replaces=replaces)
        return taken_in(employee_id=employee_id, offer_id=offer_id, form=anew, **rest)

    submit._submit = as_a_new_form


@guard
def lock() -> None:
    """Nobody waits for the person's row; all have read what stands before any writes."""
    from elections import queries
    from elections.models import Employee
    from elections.services import submit

    look = queries.forms_before

    def look_and_wait(*about: Any) -> Any:
        found = look(*about)
        time.sleep(0.5)
        return found

    submit.lock_employee = lambda key: Employee.objects.get(pk=key)
    queries.forms_before = look_and_wait


@guard
def stale_check() -> None:
    """What a form replaces is not compared with what counts by now."""
    from elections.services import submit

    class Whatever(str):
        """Equal to any receipt, and to none at all."""

        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            return True

        def __ne__(self, other: object) -> bool:
            return False

    taken_in = submit._submit

    def whatever_it_replaces(*, form: Any, **rest: Any) -> Any:
        return taken_in(form=replace(form, replaces=Whatever()), **rest)

    submit._submit = whatever_it_replaces


@guard
def second_try() -> None:
    """A submission is tried once."""
    from django.db import transaction as database

    from elections.services import submit

    def once(work: Callable[[], Any], *, token: uuid.UUID) -> Any:
        with database.atomic(durable=True):
            return work()

    submit.try_twice = once


@guard
def time_under_the_lock() -> None:
    """The time of record is the arrival at the web server."""
    _time_of_record(lambda form: form.arrived_at)


@guard
def clock_of_each_form() -> None:
    """The time of record is looked up once and then good for a minute."""
    from elections import clock

    look, last = clock.now, SimpleNamespace(at=None, said=None)

    def remembered(form: Any) -> datetime:
        if last.at is None or time.monotonic() - last.at > 60:
            last.at, last.said = time.monotonic(), look()
        return last.said

    _time_of_record(remembered)


@guard
def clock_moves_on() -> None:
    """The time of record is PostgreSQL's `now()`: when the transaction began."""
    from django.db import connection

    def start_of_transaction(form: Any) -> datetime:
        with connection.cursor() as cursor:
            cursor.execute("SELECT now()")
            return cursor.fetchone()[0].astimezone(UTC)

    _time_of_record(start_of_transaction)


@guard
def databases_clock() -> None:
    """The time of record is the web server's clock."""
    _time_of_record(lambda form: datetime.now(UTC))


def _time_of_record(read: Callable[[Any], datetime]) -> None:
    from elections.services import submit

    taken_in = submit._submit

    def taken_in_at(*, form: Any, **rest: Any) -> Any:
        submit.clock = SimpleNamespace(now=lambda: read(form))
        return taken_in(form=form, **rest)

    submit._submit = taken_in_at


@guard
def time_it_was_sent() -> None:
    """The time of record is when the page was opened, as the page might have said itself."""
    from elections.models import Draft

    _time_of_record(lambda form: Draft.objects.get(token=form.token).created_at)


@guard
def exact_boundary() -> None:
    """The very instant of the deadline still counts."""
    from elections.core import deadline

    deadline.is_timely = lambda received_at, expiration: received_at <= expiration


@guard
def set_clock() -> None:
    """No guard, but the test's hand on the database's clock: it stands where FAULTS_CLOCK says."""
    from elections import clock

    file = Path(os.environ["FAULTS_CLOCK"])
    clock.database_clock = lambda: datetime.fromisoformat(file.read_text())


@guard
def order_of_recording() -> None:
    """The clock alone puts a person's forms in order."""
    from elections.services import record

    record._order = lambda submission, employee: submission.received_at


@guard
def offers_lock() -> None:
    """A form does not wait for an extension that is being made."""
    from elections.services import submit

    submit.share_offer = lambda offer_id: None


@guard
def shown() -> None:
    """What is recorded is not compared with what the check page showed."""
    from elections.services import submit

    submit.differences = lambda shown, now: ()
