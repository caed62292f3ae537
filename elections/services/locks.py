"""The two locks of the record, always taken in this order: the offer's, then the person's.
And the one of the review queue, with which neither is taken.

The order matters. An extension holds the offer and then writes rows that point to people; a form
that held its person and then waited for the offer would wait for it forever.

Many submissions hold the offer's lock together, so the last minute is not one long queue; who
changes what is due for everybody (an extension) holds it alone, and thereby waits for each
submission in flight and sees none begin. It is an advisory lock, not a row lock: sharing a hot
row among thousands would make the database write to it for each of them.

On SQLite a transaction holds the whole database (IMMEDIATE), which is both locks at once.
"""

from __future__ import annotations

from django.db import connection
from django.db.transaction import TransactionManagementError

from elections.models import Employee, Offer
from elections.prepared import A_KEY, Prepared

# The classes of our advisory locks; the second key is the offer.
_OFFER_LOCK = 20030120
_QUEUE_LOCK = 20030121


def lock_employee(employee_id: int) -> Employee:
    """Hold this person's chain until the transaction ends; of several, each waits its turn.

    Rows that merely point to the person can still be written. Raises `Employee.DoesNotExist`.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("A lock is held until a transaction ends; there is none.")
    employee = _held.one(employee=employee_id)
    if employee is None:
        raise Employee.DoesNotExist(f"There is no employee {employee_id}.")
    return employee


_held = Prepared(
    lambda employee: Employee.objects.select_for_update(no_key=True).filter(pk=employee),
    employee=A_KEY,
)


def share_offer(offer_id: int) -> None:
    """Hold the offer as it is, together with all other submissions in flight."""
    _advisory("pg_advisory_xact_lock_shared", _OFFER_LOCK, offer_id)


def hold_offer(offer_id: int) -> Offer:
    """Hold the offer alone: no submission is in flight from here until the transaction ends."""
    _advisory("pg_advisory_xact_lock", _OFFER_LOCK, offer_id)
    return Offer.objects.get(pk=offer_id)


def hold_queue(offer_id: int) -> None:
    """Be the only one to take a form out of the offer's review queue, until the transaction ends.

    Not a lock on the form's row: the application's role may change nothing in that table, and
    without that right PostgreSQL locks no row of it.
    """
    _advisory("pg_advisory_xact_lock", _QUEUE_LOCK, offer_id)


def _advisory(function: str, lock: int, offer_id: int) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s, %s)", [lock, offer_id])
