"""What the page of one submission shows, put into words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from elections.admin import labels
from elections.core.instants import instant_label, record_label
from elections.core.terms import Choice
from elections.core.words import day_label, dollar_label
from elections.models import Line, ReviewDecision, Submission
from elections.models.outbox import MailKind
from elections.models.submission import Channel, Verdict
from elections.services.flags import Forms, flags_of


def with_all(submission: Submission) -> Submission:
    """The same submission with everything its page reads, fetched at once."""
    prefetch_related_objects(
        [submission],
        Prefetch("lines", Line.objects.select_related("grant")),
        "decisions__decided_by",
        "employee",
        "offer__extensions",
        "replaces",
        "replaced_by",
        "submitted_by",
    )
    return submission


def page_of(submission: Submission, forms: Forms, *, at: datetime) -> dict[str, Any]:
    """Everything the page shows at `at` (aware); needs `with_all` and `queries.with_governing`.

    `forms` are its surroundings (`services.flags.load_surroundings`).
    """
    return {
        "submission": submission,
        "standing": _standing(submission),
        "flags": flags_of(submission, forms, at=at),
        "instants": _instants(submission),
        "scan": getattr(submission, "scan", None) if submission.channel == Channel.PAPER else None,
        "lines": [line_of(line) for line in submission.lines.all()],
        "totals": _totals(submission),
        "decisions": [_decision(submission, one) for one in submission.decisions.all()],
        "mails": [
            {
                "message": message,
                "kind": MailKind(message.kind).label,
                "sent_at": labels.cell_time(message.sent_at, submission.offer.zone),
            }
            for message in submission.mails.all()
        ],
    }


def _standing(submission: Submission) -> str:
    """In one sentence, whether it counts and why."""
    if submission.governs:
        late = "" if submission.timely else " It was late and is reinstated."
        return f"This submission governs.{late}"
    if submission.verdict == Verdict.IRREGULAR:
        return "This submission was found irregular and does not count."
    if not submission.counts:
        return "This submission was late and does not count unless it is reinstated."
    return "This submission does not govern: a later one does."


def _instants(submission: Submission) -> list[tuple[str, str]]:
    """The times that matter, each with its name, in both zones of the offer."""
    zones = {"zone": submission.offer.zone, "second_zone": submission.offer.second_zone}
    if submission.channel == Channel.PAPER:
        keyed_in = f"{record_label(submission.recorded_at, **zones)}, by {submission.submitted_by}"
        return [
            ("Received on paper or by fax", instant_label(submission.received_at, **zones)),
            ("Keyed in", keyed_in),
            ("Deadline in force when received", instant_label(submission.deadline, **zones)),
        ]
    return [
        ("Time of record", record_label(submission.received_at, **zones)),
        ("Arrived at the web server", record_label(submission.arrived_at, **zones)),
        ("From arrival to record", _seconds(submission.arrived_at, submission.received_at)),
        ("Deadline in force then", instant_label(submission.deadline, **zones)),
    ]


def _seconds(arrived: datetime, received: datetime) -> str:
    """How the two clocks differ; the web server's may be ahead of the database's."""
    seconds = (received - arrived).total_seconds()
    return f"{seconds:,.6f} seconds" if seconds >= 0 else f"minus {-seconds:,.6f} seconds"


def line_of(line: Line) -> dict[str, Any]:
    """What a form says of one grant, in words."""
    exchanged = line.choice == Choice.EXCHANGE
    notes = [
        note
        for note, applies in [("required", line.required), ("withdrawn here", line.withdrawn)]
        if applies
    ]
    return {
        "number": line.grant_number,
        "plan": line.plan,
        "kind": line.kind,
        "granted_on": day_label(line.granted_on),
        "price": dollar_label(line.exercise_price),
        "outstanding": labels.shares(line.outstanding),
        "vested": labels.shares(line.vested),
        "exchanged": exchanged,
        "choice": "Exchange" if exchanged else "Keep",
        "notes": ", ".join(notes),
        "new_shares": labels.shares(line.new_shares) if exchanged else labels.NOTHING,
    }


def _totals(submission: Submission) -> dict[str, Any]:
    exchanged = [line for line in submission.lines.all() if line.choice == Choice.EXCHANGE]
    return {
        "grants": len(exchanged),
        "kept": len(submission.lines.all()) - len(exchanged),
        "outstanding": labels.shares(sum(line.outstanding for line in exchanged)),
        "new_shares": labels.shares(sum(line.new_shares for line in exchanged)),
    }


def _decision(submission: Submission, decision: ReviewDecision) -> dict[str, Any]:
    return {
        "verdict": Verdict(decision.verdict).label,
        "reason": decision.reason,
        "by": decision.decided_by,
        "at": labels.cell_time(decision.decided_at, submission.offer.zone),
    }
