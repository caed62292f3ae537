"""What the Law Department should look at in a submission before deciding on it."""

from __future__ import annotations

import unicodedata

from elections import queries
from elections.core.eligibility import assess_grants
from elections.core.words import dollar_label
from elections.models import Submission


def flags_for_law(submission: Submission) -> list[str]:
    """One sentence each, from the frozen values; empty when nothing stands out.

    Reads the submission's offer and lines.
    """
    return [*_name(submission), *_sender(submission), *_thresholds(submission)]


def _name(submission: Submission) -> list[str]:
    if _plain(submission.signature) == _plain(submission.employee_name):
        return []
    return [
        f"The typed name “{submission.signature}” differs from the legal name"
        f" “{submission.employee_name}”."
    ]


def _plain(name: str) -> str:
    """A name without what does not matter: capitals, spaces, and how an accent is encoded."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _sender(submission: Submission) -> list[str]:
    if submission.submitted_by_id == submission.employee.user_id:
        return []
    return [f"It was entered by {submission.submitted_by}, not by the employee."]


def _thresholds(submission: Submission) -> list[str]:
    """A price exactly at the threshold: the offer's documents do not speak of it with one voice."""
    terms = submission.offer.terms()
    grants = [queries.decided_line(line).grant for line in submission.lines.all()]
    return [
        f"Grant {assessed.grant.number} is priced at exactly"
        f" {dollar_label(terms.price_threshold)}, the threshold of the offer."
        for assessed in assess_grants(terms, grants)
        if assessed.at_threshold
    ]
