"""Proving that the record is what was received: every chain recomputed from the stored rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby

from django.db.models import QuerySet

from elections.core.digest import Break, ChainEntry, ChainHead, verify_chain
from elections.models import Employee, Submission
from elections.services.record import canonical_content


def broken_chains(*, of: Collection[int] | None = None) -> Iterator[Break]:
    """For each person whose chain does not hold, its first row that does not; in roster order.

    Streams: memory does not grow with the record. Someone whose submissions are all gone is
    found too, by the head of the chain kept on the roster. `of` (keys of employees) asks about
    these alone.
    """
    submissions, people = Submission.objects.all(), Employee.objects.all()
    if of is not None:
        submissions, people = submissions.filter(employee__in=of), people.filter(pk__in=of)
    chains = groupby(_in_order(submissions), key=lambda submission: submission.employee_id)
    owner, chain = next(chains, (None, iter(())))
    people = people.only("number", "ledger_length", "ledger_head").order_by("pk")
    for person in people.iterator(chunk_size=2000):
        entries: list[ChainEntry] = []
        if owner == person.pk:
            entries = [_entry(submission) for submission in chain]
            owner, chain = next(chains, (None, iter(())))
        head = ChainHead(
            employee=person.number, length=person.ledger_length, digest=person.ledger_head
        )
        found = verify_chain(entries, head)
        if found is not None:
            yield found


def _in_order(submissions: QuerySet[Submission]) -> Iterator[Submission]:
    return (
        submissions.select_related("replaces", "scan")
        # Not selected with each row: there are few offers, and a million submissions.
        .prefetch_related("offer", "lines")
        .order_by("employee_id", "sequence")
        .iterator(chunk_size=2000)
    )


def _entry(submission: Submission) -> ChainEntry:
    return ChainEntry(
        employee=submission.employee_number,
        sequence=submission.sequence,
        receipt=submission.receipt,
        previous=submission.previous_digest,
        digest=submission.digest,
        content=canonical_content(submission, submission.lines.all()),
    )
