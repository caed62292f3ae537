"""What was submitted, how it stands, and what governs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce, RowNumber

from elections.core.eligibility import GrantFacts
from elections.core.rules import DecidedLine
from elections.core.terms import Choice, OptionKind
from elections.models import Employee, Line, Offer, OutboxMessage, ReviewDecision, Submission
from elections.models.submission import Verdict
from elections.prepared import A_KEY, A_TOKEN, Prepared, attach

NAMED_AT_MOST = 500  # keys in one query; for more people than that, everyone's is read


def with_standing(
    submissions: QuerySet[Submission], *, as_of: datetime | None = None
) -> QuerySet[Submission]:
    """Annotate `verdict` (Law's last word, "" before one) and `counts`.

    A submission counts when it was timely, unless Law's last word is that it is irregular; a late
    one counts only if Law's last word reinstates it. `as_of` (aware) leaves out later decisions.
    """
    decisions = ReviewDecision.objects.filter(submission=OuterRef("pk"))
    if as_of is not None:
        decisions = decisions.filter(decided_at__lte=as_of)
    last = decisions.order_by("-pk").values("verdict")[:1]
    return submissions.annotate(verdict=Coalesce(Subquery(last), Value(""))).annotate(
        counts=Case(
            When(verdict=Verdict.IRREGULAR, then=Value(False)),
            When(verdict=Verdict.REINSTATED, then=Value(True)),
            default=F("timely"),
            output_field=BooleanField(),
        )
    )


def governing_submissions(offer: Offer, *, as_of: datetime | None = None) -> QuerySet[Submission]:
    """The submission that governs for each person, at most one each.

    Of those that count, the one received last; among equals, the one recorded last.
    `as_of` (aware) looks at the record as it stood at that instant. Filter the result by person
    only: a filter on anything else would act before the last one is chosen, not after.
    """
    submissions = Submission.objects.filter(offer=offer)
    if as_of is not None:
        submissions = submissions.filter(recorded_at__lte=as_of)
    return (
        with_standing(submissions, as_of=as_of)
        .filter(counts=True)
        .annotate(
            from_last=Window(
                RowNumber(),
                partition_by=F("employee_id"),
                order_by=[F("ordered_at").desc(), F("sequence").desc()],
            )
        )
        .filter(from_last=1)
    )


def governing_submission(
    offer: Offer, employee: Employee, *, received_by: datetime | None = None
) -> Submission | None:
    """The submission of this person that counts now, its lines prefetched; None without one.

    With `received_by` (aware), the one that would if nothing had been received after that instant:
    what a form that came in then on paper finds before it.
    """
    if received_by is None:
        governing = _governing.one(offer=offer.pk, employee=employee.pk)
    else:
        governing = _counting(offer, employee).filter(ordered_at__lte=received_by).first()
    if governing is not None:
        attach(governing, "lines", _lines(submission=governing.pk))
    return governing


def exchanged_grants(offer: Offer, people: Collection[int]) -> dict[int, tuple[Submission, int]]:
    """What governs for each of these people (their keys), and how many grants it exchanges.

    Two queries for any number of people; whoever has nothing that counts is left out.
    """
    governing = governing_submissions(offer)
    if len(people) <= NAMED_AT_MOST:
        governing = governing.filter(employee__in=people)
    exchanged = dict(
        Line.objects.filter(submission__in=governing.values("pk"), choice=Choice.EXCHANGE)
        .values_list("submission")
        .annotate(grants=Count("pk"))
    )
    wanted = set(people)
    return {
        one.employee_id: (one, exchanged.get(one.pk, 0))
        for one in governing.iterator(chunk_size=2000)
        if one.employee_id in wanted
    }


def with_governing(submissions: QuerySet[Submission]) -> QuerySet[Submission]:
    """Annotate `governs` beside the standing: whether it is the one that counts for its person.

    The same answer as `governing_submissions`, worked out row by row, so that a list of them can
    be filtered and paged at will.
    """
    counting = (
        with_standing(
            Submission.objects.filter(offer=OuterRef("offer"), employee=OuterRef("employee"))
        )
        .filter(counts=True)
        .order_by("-ordered_at", "-sequence")
    )
    return with_standing(submissions).annotate(
        governs=Case(
            When(pk=Subquery(counting.values("pk")[:1]), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
    )


def history(offer: Offer, employee: Employee) -> list[Submission]:
    """Everything this person submitted, newest first, with lines, standing and mail state."""
    forms = standings(offer, employee)
    prefetch_related_objects(forms, "lines", "decisions", "mails")
    return forms


def standings(offer: Offer, employee: Employee) -> list[Submission]:
    """The same forms and how they stand, but not what they say: `read_whole` reads that of one."""
    return _history(offer=offer.pk, employee=employee.pk)


def read_whole(submission: Submission) -> Submission:
    """The same form, its lines, decisions and mails read along."""
    for name, rows in (("lines", _lines), ("decisions", _decisions), ("mails", _mails)):
        attach(submission, name, rows(submission=submission.pk))
    return submission


class FormsBefore(NamedTuple):
    """What a form that comes in finds: what its token was used for, what governs, all of theirs."""

    first: Submission | None
    governing: Submission | None
    own: list[Submission]


def forms_before(offer: Offer, employee: Employee, token: UUID) -> FormsBefore:
    """What a form of `employee` that comes in now finds.

    All in one question; the lines of what governs are read along.
    """
    forms = _before(offer=offer.pk, employee=employee.pk, token=token)
    first = next((one for one in forms if one.form_token == token), None)
    own = [one for one in forms if (one.offer_id, one.employee_id) == (offer.pk, employee.pk)]
    governing = next((one for one in own if one.counts), None)  # type: ignore[attr-defined]
    if governing is not None:
        attach(governing, "lines", _lines(submission=governing.pk))
    return FormsBefore(first, governing, own)


def submission_with_token(token: UUID) -> Submission | None:
    """What this form token was used for, if it was used."""
    return _with_token.one(token=token)


def standing_lines(governing: Submission | None) -> list[DecidedLine]:
    """The lines of a governing submission as the rules take them; none without one."""
    return [decided_line(line) for line in governing.lines.all()] if governing else []


def decided_line(line: Line) -> DecidedLine:
    """A recorded line as the rules take it, from its frozen values."""
    return DecidedLine(
        grant=GrantFacts(
            number=line.grant_number,
            plan=line.plan,
            kind=OptionKind(line.kind),
            granted_on=line.granted_on,
            exercise_price=line.exercise_price,
            outstanding=line.outstanding,
            vested=line.vested,
        ),
        choice=Choice(line.choice),
        required=line.required,
        new_shares=line.new_shares,
    )


def _counting(offer: Any, employee: Any) -> QuerySet[Submission]:
    """Someone's submissions that count, the one that governs first."""
    submissions = Submission.objects.filter(offer=offer, employee=employee)
    return with_standing(submissions).filter(counts=True).order_by("-ordered_at", "-sequence")


_governing = Prepared(
    lambda offer, employee: _counting(offer, employee)[:1], offer=A_KEY, employee=A_KEY + 1
)
_before = Prepared(
    lambda offer, employee, token: with_standing(
        Submission.objects.filter(Q(offer=offer, employee=employee) | Q(form_token=token))
    ).order_by("-ordered_at", "-sequence"),
    offer=A_KEY,
    employee=A_KEY + 1,
    token=A_TOKEN,
)
_history = Prepared(
    lambda offer, employee: (
        with_standing(Submission.objects.filter(offer=offer, employee=employee))
        .select_related("replaces")
        .order_by("-ordered_at", "-sequence")
    ),
    offer=A_KEY,
    employee=A_KEY + 1,
)
_with_token = Prepared(lambda token: Submission.objects.filter(form_token=token), token=A_TOKEN)
_lines = Prepared(lambda submission: Line.objects.filter(submission=submission), submission=A_KEY)
_decisions = Prepared(
    lambda submission: ReviewDecision.objects.filter(submission=submission), submission=A_KEY
)
_mails = Prepared(
    lambda submission: OutboxMessage.objects.filter(submission=submission), submission=A_KEY
)
