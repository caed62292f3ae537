"""What the Law Department should look at in a submission before deciding on it.

Said of forms whose surroundings `load_surroundings` has fetched, so that a thousand of them cost as
many queries as one. Reads only; frozen values stay what counts, the roster is what they are held
against.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import prefetch_related_objects

from elections import queries
from elections.core.eligibility import Standing, assess_grants, person_problems
from elections.core.terms import Choice
from elections.core.words import day_label, dollar_label
from elections.models import Grant, Line, Submission
from elections.models.submission import Kind


class FlagCode(StrEnum):
    """What stands out, by a name that does not change."""

    NAME = "name"
    SENDER = "sender"
    THRESHOLD = "threshold"
    ROSTER = "roster"
    PERSON = "person"
    BUILDS_ON = "builds_on"
    BUILT_UPON = "built_upon"


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at, and the sentence of it. A note is for information only."""

    code: FlagCode
    sentence: str
    note: bool = False


Forms = dict[int, list[Submission]]  # all forms of a person, by the person's key, in their order


def load_surroundings(submissions: Sequence[Submission]) -> Forms:
    """Fetch all that `flags_of` reads, and every form of the same people, standing and lines along.

    The submissions may be of one offer only.
    """
    prefetch_related_objects(
        submissions, "offer__extensions", "lines", "submitted_by", "employee__grants__plan"
    )
    of_offer = Submission.objects.filter(
        offer__in={s.offer_id for s in submissions},
        employee__in={s.employee_id for s in submissions},
    )
    forms: Forms = defaultdict(list)
    in_order = queries.with_standing(of_offer).order_by("ordered_at", "sequence")
    for form in in_order.prefetch_related("lines"):
        forms[form.employee_id].append(form)
    return forms


def flags_of(submission: Submission, forms: Forms, *, at: datetime) -> list[Flag]:
    """Everything that stands out as things stand at `at` (aware); empty when nothing does."""
    return [
        *_name(submission),
        *_sender(submission),
        *_thresholds(submission),
        *_person(submission, at),
        *_roster(submission),
        *_builds_on(submission, forms[submission.employee_id]),
        *_built_upon(submission, forms[submission.employee_id]),
    ]


def _name(submission: Submission) -> Iterator[Flag]:
    if _plain(submission.signature) != _plain(submission.employee_name):
        yield Flag(
            FlagCode.NAME,
            f"The typed name “{submission.signature}” differs from the legal name"
            f" “{submission.employee_name}”.",
        )


def _plain(name: str) -> str:
    """A name without what does not matter: capitals, spaces, and how an accent is encoded."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _sender(submission: Submission) -> Iterator[Flag]:
    if submission.submitted_by_id != submission.employee.user_id:
        yield Flag(
            FlagCode.SENDER, f"It was entered by {submission.submitted_by}, not by the employee."
        )


def _thresholds(submission: Submission) -> Iterator[Flag]:
    """A price exactly at the threshold: the offer's documents do not speak of it with one voice."""
    terms = submission.offer.terms()
    grants = [queries.decided_line(line).grant for line in submission.lines.all()]
    for assessed in assess_grants(terms, grants):
        if assessed.at_threshold:
            yield Flag(
                FlagCode.THRESHOLD,
                f"Grant {assessed.grant.number} is priced at exactly"
                f" {dollar_label(terms.price_threshold)}, the threshold of the offer.",
            )


def _person(submission: Submission, at: datetime) -> Iterator[Flag]:
    """Whoever exchanges something must be able to take part still; withdrawing is always free.

    Once the offer has expired its last day is what counts: whoever was employed then took part.
    """
    if not _exchanged(submission):
        return
    terms = submission.offer.terms()
    last_day = terms.last_day(queries.deadline_in_force(submission.offer))
    day = min(queries.today(submission.offer, at=at), last_day)
    for problem in person_problems(terms, submission.employee.facts(), today=day):
        yield Flag(
            FlagCode.PERSON,
            "By the roster of today, this person cannot take part. They would be told:"
            f" “{problem.sentence}”",
        )


def _roster(submission: Submission) -> Iterator[Flag]:
    """What the roster says otherwise by now. The form keeps what it said."""
    grants = {grant.pk: grant for grant in submission.employee.grants.all()}
    for line in submission.lines.all():
        grant = grants.get(line.grant_id)
        differs = list(_differences(line, grant)) if grant else ["is not this person's by now"]
        if differs:
            yield Flag(FlagCode.ROSTER, f"Grant {line.grant_number} {'; '.join(differs)}.")
    if submission.kind != Kind.ELECTION:
        return  # a withdrawal speaks of what was elected alone
    said = {line.grant_id for line in submission.lines.all()}
    new = {grant.number for key, grant in grants.items() if key not in said}
    facts = [grant.facts() for grant in grants.values()]
    for assessed in assess_grants(submission.offer.terms(), facts):
        if assessed.grant.number in new and assessed.standing != Standing.INELIGIBLE:
            yield Flag(
                FlagCode.ROSTER,
                f"Grant {assessed.grant.number} is on the roster now, and not on the form.",
            )


def _differences(line: Line, grant: Grant) -> Iterator[str]:
    pairs = (
        ("shares outstanding", f"{line.outstanding:,}", f"{grant.outstanding:,}"),
        ("as its price", dollar_label(line.exercise_price), dollar_label(grant.exercise_price)),
        ("as its date", day_label(line.granted_on), day_label(grant.granted_on)),
        ("as its plan", line.plan, grant.plan.code),
        ("as its kind", line.kind, grant.kind),
    )
    return (
        f"has {now} {what} now, the form says {said}" for what, said, now in pairs if said != now
    )


def _exchanged(submission: Submission) -> list[str]:
    lines = submission.lines.all()
    return [line.grant_number for line in lines if line.choice == Choice.EXCHANGE]


def _bases(submission: Submission, forms: Iterable[Submission]) -> Iterator[Submission]:
    """The forms that a partial withdrawal carries on: back to, and with, the election."""
    by_key = {form.pk: form for form in forms}
    form: Submission | None = submission
    while form and form.kind == Kind.WITHDRAWAL and _exchanged(form):
        form = by_key.get(form.replaces_id or 0)
        if form:
            yield form


def _builds_on(submission: Submission, forms: Sequence[Submission]) -> Iterator[Flag]:
    for base in _bases(submission, forms):
        if not _counts(base):
            yield Flag(
                FlagCode.BUILDS_ON,
                f"It builds on {base.kind} {base.receipt}, which does not count, and still"
                f" exchanges {_and(_exchanged(submission))}.",
            )


def _built_upon(submission: Submission, forms: Sequence[Submission]) -> Iterator[Flag]:
    """To find a form irregular does not touch the withdrawals that were made from it."""
    counts = next(_counts(form) for form in forms if form.pk == submission.pk)
    for form in forms:
        if not _counts(form) or not any(b.pk == submission.pk for b in _bases(form, forms)):
            continue
        still = f"Withdrawal {form.receipt} builds on it and still exchanges"
        advice = (
            "If you find this form irregular, that one will count all the same until you decide on"
            " it as well."
            if counts
            else "This form does not count, that one does: please decide on it as well."
        )
        yield Flag(FlagCode.BUILT_UPON, f"{still} {_and(_exchanged(form))}. {advice}", note=counts)


def _counts(form: Submission) -> bool:
    return bool(form.counts)  # type: ignore[attr-defined]  # annotated by `queries.with_standing`


def _and(numbers: Sequence[str]) -> str:
    *others, last = [f"grant {number}" for number in numbers]
    return f"{', '.join(others)} and {last}" if others else last
