"""What the Law Department should look at in a submission before deciding on it."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from elections import queries
from elections.admin import labels
from elections.core.eligibility import assess_grants, person_problems
from elections.core.problems import Code
from elections.core.terms import Choice
from elections.core.words import country_label, day_label, dollar_label
from elections.models import Employee, Offer, Submission


def flags_for_law(submission: Submission, *, at: datetime) -> list[str]:
    """One sentence each; empty when nothing stands out.

    What the form said, from the frozen values; then where the roster, as it stands, has moved on
    from it at the instant `at` (aware). Reads the submission's employee, its offer with extensions
    and its lines with their grants: fetch them along, and no flag takes a query.
    """
    return [
        *_name(submission),
        *_sender(submission),
        *_thresholds(submission),
        *_no_longer_eligible(submission, at),
        *_outstanding_since(submission),
    ]


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


def _no_longer_eligible(submission: Submission, at: datetime) -> list[str]:
    """Each reason for which the person could not send an election today.

    Once the offer has expired its last day is what counts: whoever was employed then took part.
    """
    offer, employee = submission.offer, submission.employee
    terms = offer.terms()
    last_day = terms.last_day(queries.deadline_in_force(offer))
    day = min(queries.today(offer, at=at), last_day)
    reasons = _reasons(offer, employee)
    return [
        f"No longer eligible, by the roster as it stands: {employee.name} {reasons[problem.code]}."
        for problem in person_problems(terms, employee.facts(), today=day)
    ]


def _reasons(offer: Offer, employee: Employee) -> dict[str, str]:
    """What `person_problems` says to the employee, said of the employee."""
    left_on = day_label(employee.left_on) if employee.left_on else labels.NOTHING
    return {
        Code.NOT_IN_COUNTRY: (
            f"works in {country_label(employee.country)}; the offer is for"
            f" {country_label(offer.country)} only"
        ),
        Code.NOT_REGULAR: f"is no regular employee ({employee.employment})",
        Code.HIRED_TOO_LATE: (
            f"was hired on {day_label(employee.hired_on)}, after {day_label(offer.hired_by)}"
        ),
        Code.LEFT: f"has left, last employed on {left_on}",
        Code.DIRECTOR: "is a director",
        Code.EXECUTIVE_OFFICER: "is an executive officer",
    }


def _outstanding_since(submission: Submission) -> list[str]:
    """Shares exercised, canceled or corrected since; the form keeps what it was signed with."""
    return [
        f"The form {'exchanges' if line.choice == Choice.EXCHANGE else 'keeps'} grant"
        f" {line.grant_number} with {labels.shares(line.outstanding)} shares outstanding;"
        f" the roster now has {labels.shares(line.grant.outstanding)}."
        for line in submission.lines.all()
        if line.grant.outstanding != line.outstanding
    ]
