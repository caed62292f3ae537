"""What the pages for a form on paper show, put into words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.http import QueryDict

from elections import queries
from elections.admin import labels
from elections.core.eligibility import AssessedGrant, Standing, assess_grants
from elections.core.terms import Choice
from elections.core.words import day_label, dollar_label
from elections.forms import GRANT, WITHDRAW, read_election, read_withdrawal
from elections.models import Employee, Grant, Offer, Submission
from elections.models.submission import Kind
from elections.services.paper import PaperCheck

Label = Callable[[datetime], str]  # an instant in words


def on_record(offer: Offer, employee: Employee) -> list[Submission]:
    """Everything this person has submitted, the last received first, with lines and standing."""
    submissions = Submission.objects.filter(offer=offer, employee=employee)
    return list(
        queries.with_governing(submissions)
        .prefetch_related("lines")
        .order_by("-ordered_at", "-sequence")
    )


def earlier(submission: Submission, offer: Offer) -> dict[str, Any]:
    """One form on record, in a row."""
    return {
        "pk": submission.pk,
        "receipt": submission.receipt,
        "kind": submission.get_kind_display(),
        "channel": submission.get_channel_display(),
        "received": labels.cell_time(submission.received_at, offer.zone),
        "governs": submission.governs,
    }


def rows(
    kind: Kind,
    offer: Offer,
    grants: Sequence[Grant],
    submissions: Sequence[Submission],
    data: QueryDict,
) -> list[dict[str, Any]]:
    """The grants that a form of that kind speaks of, with what was keyed in of each."""
    assessed = assess_grants(offer.terms(), [grant.facts() for grant in grants])
    if kind == Kind.ELECTION:
        said = read_election(data).choices
        return [
            _row(one, f"{GRANT}{one.grant.number}")
            | {"said": said.get(one.grant.number), "required": one.standing == Standing.REQUIRED}
            for one in assessed
            if one.standing != Standing.INELIGIBLE
        ]
    if kind == Kind.DECLINE:
        return []
    elected = {
        line.grant_number
        for submission in submissions
        for line in submission.lines.all()
        if line.choice == Choice.EXCHANGE
    }
    ticked = read_withdrawal(data).grants or frozenset()
    return [
        _row(one, f"{WITHDRAW}{one.grant.number}") | {"ticked": one.grant.number in ticked}
        for one in assessed
        if one.grant.number in elected
    ]


def _row(one: AssessedGrant, field: str) -> dict[str, Any]:
    grant = one.grant
    return {
        "field": field,
        "number": grant.number,
        "plan": grant.plan,
        "kind": grant.kind,
        "granted_on": day_label(grant.granted_on),
        "price": dollar_label(grant.exercise_price),
        "outstanding": labels.shares(grant.outstanding),
        "new_shares": labels.shares(one.new_shares),
    }


def lines(check: PaperCheck) -> list[dict[str, Any]]:
    """What the form says of each grant."""
    return [
        {
            "number": line.grant.number,
            "plan": line.grant.plan,
            "granted_on": day_label(line.grant.granted_on),
            "price": dollar_label(line.grant.exercise_price),
            "outstanding": labels.shares(line.grant.outstanding),
            "exchanged": line.choice == Choice.EXCHANGE,
            "choice": _choice(line.choice, withdrawn=line.grant.number in check.withdrawn),
            "required": line.required,
            "new_shares": labels.shares(line.new_shares) if line.new_shares else labels.NOTHING,
        }
        for line in check.lines
    ]


def _choice(choice: Choice, *, withdrawn: bool) -> str:
    if choice == Choice.EXCHANGE:
        return "Exchange"
    return "Withdrawn: keep" if withdrawn else "Keep"


def says(label: Label, received_at: datetime, check: PaperCheck) -> dict[str, str]:
    """When it came, what it is judged by, and what will govern once it is recorded."""
    return {
        "received": label(received_at),
        "deadline": label(check.deadline),
        "replaces": _named(label, check.replaces) or "Nothing: no form governed at that time",
        "now": _named(label, check.governing) or "Nothing",
        "afterwards": _afterwards(label, check),
    }


def _afterwards(label: Label, check: PaperCheck) -> str:
    stays = _named(label, check.governing)
    if check.will_govern:
        return "This form, since nothing that counts was received after it."
    if check.timely:
        return (
            f"Still {stays}: it was received after this form, which does not overtake it. If the"
            " employee meant otherwise, they must send a new form before the deadline."
        )
    if stays:
        return f"Still {stays}. This form is late: it is recorded and does not count."
    return "Nothing. This form is late: it is recorded and does not count."


def _named(label: Label, submission: Submission | None) -> str:
    if submission is None:
        return ""
    kind = submission.get_kind_display().lower()
    return f"{kind} {submission.receipt}, received at {label(submission.received_at)}"


def told(submission: Submission) -> str:
    """What recording it did: whether it counts, what governs, and the mail."""
    governing = queries.governing_submission(submission.offer, submission.employee)
    sentences = [f"Recorded: {submission.receipt}."]
    if not submission.timely:
        sentences.append("It was received late and does not count.")
    if governing == submission:
        sentences.append("It governs now.")
    elif governing:
        sentences.append(f"What governs is {governing.receipt}.")
    sentences.append(f"{submission.employee_name} is being sent the confirmation.")
    return " ".join(sentences)
