"""Appending to the record: one submission with its lines, chained to the person's last.

The digest of a submission is over its canonical form, which holds every value a lawyer may want
to rely on; `canonical_content` is also what `verify_ledger` recomputes from the stored rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from elections.core.digest import chained_digest
from elections.core.rules import DecidedLine
from elections.core.terms import Choice
from elections.models import Employee, Grant, Line, Submission
from elections.models.submission import Channel
from elections.prepared import insert, update


def append_submission(
    submission: Submission,
    *,
    employee: Employee,
    lines: Iterable[DecidedLine],
    withdrawn: frozenset[str] = frozenset(),
    grants: Mapping[str, Grant],
) -> Submission:
    """Number, chain and insert `submission` with its lines. The caller holds `employee`'s lock.

    `withdrawn` names the grants that this form takes back; `grants` finds each line's grant row
    by number. Raises `IntegrityError` where the database refuses the row.
    """
    submission.employee = employee
    submission.employee_number = employee.number
    submission.employee_name = employee.name
    submission.employee_email = employee.email
    submission.submitted_by_email = submission.submitted_by.email
    submission.ordered_at = _order(submission, employee)
    submission.sequence = employee.ledger_length + 1
    submission.previous_digest = employee.ledger_head
    rows = [
        Line(
            grant=grants[line.grant.number],
            grant_number=line.grant.number,
            plan=line.grant.plan,
            kind=line.grant.kind,
            granted_on=line.grant.granted_on,
            exercise_price=line.grant.exercise_price,
            outstanding=line.grant.outstanding,
            vested=line.grant.vested,
            choice=line.choice,
            required=line.required,
            withdrawn=line.choice == Choice.KEEP and line.grant.number in withdrawn,
            new_shares=line.new_shares,
        )
        for line in lines
    ]
    submission.digest = chained_digest(
        submission.previous_digest, canonical_content(submission, rows)
    )
    insert([submission])
    for row in rows:
        row.submission = submission
    insert(rows)
    employee.ledger_length = submission.sequence
    employee.ledger_head = submission.digest
    if submission.channel == Channel.WEB:
        employee.ledger_at = submission.ordered_at
    update(employee, "ledger_length", "ledger_head", "ledger_at")
    return submission


def _order(submission: Submission, employee: Employee) -> datetime:
    """Among web forms the order of recording decides, whatever clocks do."""
    if submission.channel == Channel.WEB and employee.ledger_at:
        return max(submission.received_at, employee.ledger_at)
    return submission.received_at


def canonical_content(submission: Submission, lines: Iterable[Line]) -> dict[str, Any]:
    """Everything a submission says, as plain values in a fixed form.

    Prices carry four decimals, instants microseconds, whatever the database made of them. Reads
    `submission.replaces` and, of a form on paper, `submission.scan`, so select them along.
    """
    content: dict[str, Any] = {
        "offer": submission.offer.slug,
        "employee": {
            "number": submission.employee_number,
            "name": submission.employee_name,
            "email": submission.employee_email,
        },
        "sequence": submission.sequence,
        "receipt": submission.receipt,
        "kind": str(submission.kind),
        "channel": str(submission.channel),
        "form_token": submission.form_token,
        "replaces": submission.replaces.receipt if submission.replaces else None,
        "arrived_at": submission.arrived_at,
        "received_at": submission.received_at,
        "recorded_at": submission.recorded_at,
        "ordered_at": submission.ordered_at,
        "deadline": submission.deadline,
        "timely": submission.timely,
        "agreed": submission.agreed,
        "signature": submission.signature,
        "submitted_by": submission.submitted_by_email,
        "documents": dict(submission.documents),
        "lines": [
            {
                "grant": line.grant_number,
                "plan": line.plan,
                "kind": str(line.kind),
                "granted_on": line.granted_on,
                "exercise_price": f"{line.exercise_price:.4f}",
                "outstanding": line.outstanding,
                "vested": line.vested,
                "choice": str(line.choice),
                "required": line.required,
                "withdrawn": line.withdrawn,
                "new_shares": line.new_shares,
            }
            for line in sorted(lines, key=lambda line: (line.granted_on, line.grant_number))
        ],
    }
    # Only what came on paper has a scan, and only then does the canonical form speak of one.
    if submission.channel == Channel.PAPER and hasattr(submission, "scan"):
        content["scan"] = submission.scan.sha256
    return content
