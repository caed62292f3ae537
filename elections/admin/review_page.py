"""What the review of one form shows: the form, and beside it the one that counted before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from elections import queries
from elections.admin.submission_page import line_of, page_of
from elections.core.diff import LineDiff, compare_lines
from elections.core.instants import record_label
from elections.core.words import day_label, dollar_label
from elections.models import Submission
from elections.services.flags import Forms


def review_page(submission: Submission, forms: Forms, *, at: datetime) -> dict[str, Any]:
    """Everything the page shows of it, at `at` (aware); needs what `page_of` needs."""
    before = form_before(submission, forms[submission.employee_id])
    old, new = (
        {x.grant_number: line_of(x) for x in s.lines.all()} if s else {}
        for s in (before, submission)
    )
    diffs = compare_lines(queries.standing_lines(before), queries.standing_lines(submission))
    return {
        **page_of(submission, forms, at=at),
        "before": before,
        "facts": list(_facts(submission, before)),
        "rows": [_row(diff, old, new, compared=before is not None) for diff in diffs],
    }


def form_before(submission: Submission, forms: Sequence[Submission]) -> Submission | None:
    """The last form of this person before this one of those that count; `forms` in their order."""
    earlier = []
    for form in forms:
        if form.pk == submission.pk:
            break
        if form.counts:
            earlier.append(form)
    return earlier[-1] if earlier else None


def _facts(submission: Submission, before: Submission | None) -> Iterator[dict[str, Any]]:
    """What each form says besides its grants; `changed` where a difference is remarkable."""
    zones = {"zone": submission.offer.zone, "second_zone": submission.offer.second_zone}

    def fact(name: str, now: str, was: str | None, *, mark: bool = True) -> dict[str, Any]:
        changed = mark and before is not None and now != was
        return {"name": name, "now": now, "was": was or "", "changed": changed}

    def of_both(name: str, say: Any, *, mark: bool = True) -> dict[str, Any]:
        return fact(name, say(submission), say(before) if before else None, mark=mark)

    yield of_both("Receipt", lambda s: s.receipt, mark=False)
    yield of_both("Kind", lambda s: s.get_kind_display())
    yield of_both("Time of record", lambda s: record_label(s.received_at, **zones), mark=False)
    yield of_both("Came in by", lambda s: s.get_channel_display().lower())
    yield of_both("Signed", lambda s: s.signature)
    yield of_both("Legal name then", lambda s: s.employee_name)
    yield of_both("Agreed to the terms", lambda s: "yes" if s.agreed else "not asked")
    if before is not None and before.documents != submission.documents:
        yield fact("Documents in force", "a newer version", "the version then")


def _row(
    diff: LineDiff, old: dict[str, Any], new: dict[str, Any], *, compared: bool
) -> dict[str, Any]:
    grant = diff.line.grant
    return {
        "number": grant.number,
        "plan": grant.plan,
        "kind": grant.kind,
        "granted_on": day_label(grant.granted_on),
        "price": dollar_label(grant.exercise_price),
        "now": new.get(grant.number),
        "was": old.get(grant.number),
        "changes": "; ".join(diff.changes) if compared else "",
    }
