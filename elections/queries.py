"""The read side: what the record says, derived each time and never stored."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce, RowNumber

from elections import clock
from elections.core import deadline
from elections.core.eligibility import GrantFacts
from elections.core.rules import DecidedLine
from elections.core.terms import Choice, OptionKind
from elections.models import (
    Document,
    Employee,
    Extension,
    Grant,
    Line,
    Offer,
    OutboxMessage,
    Plan,
    ReviewDecision,
    Submission,
)
from elections.models.outbox import MailState
from elections.models.people import Employment
from elections.models.submission import Verdict
from elections.prepared import A_KEY, A_TOKEN, Prepared, attach

NAMED_AT_MOST = 500  # keys in one query; for more people than that, everyone's is read


def current_offer(*, at: datetime | None = None) -> Offer:
    """The offer that runs at `at` (aware; now without one): the one that opened last.

    Before the first one opens, that one. Raises `Offer.DoesNotExist`.
    """
    offer = offer_running(lambda: at or clock.now())
    attach(offer, "extensions", _extensions(offer=offer.pk))
    return offer


def offer_running(at: Callable[[], datetime]) -> Offer:
    """The same, with how far it is extended in place of its extensions.

    `at` is only called where the answer depends on it.
    """
    offers = _offers()
    if not offers:
        raise Offer.DoesNotExist("There is no offer.")
    if len(offers) == 1:
        return offers[0]
    instant = at()
    return next((o for o in offers if o.opens_on <= today(o, at=instant)), offers[-1])


def offer_as_it_is(offer_id: int) -> Offer:
    """An offer at this moment, with how far it is extended. Raises `Offer.DoesNotExist`."""
    offer = _offer.one(offer=offer_id)
    if offer is None:
        raise Offer.DoesNotExist(f"There is no offer {offer_id}.")
    return offer


def deadline_in_force(offer: Offer, *, at: datetime | None = None) -> datetime:
    """The first instant that is too late: the only answer there is.

    As announced so far; or, to look back, as announced by `at` (aware). What an offer was read
    along with (`with_last_extension`, prefetched extensions) is not read again.
    """
    if at is None and hasattr(offer, "extended_at"):
        announced = [(offer.extended_at, offer.extended_to)] if offer.extended_at else []
    else:
        announced = [(e.announced_at, e.expiration) for e in offer.extensions.all()]
    return deadline.expiration_in_force(
        offer.expiration, [deadline.Extension(*extension) for extension in announced], at=at
    )


def with_last_extension(offers: QuerySet[Offer]) -> QuerySet[Offer]:
    """Annotate `extended_at` and `extended_to`: of the extension that goes furthest, or None."""
    furthest = Extension.objects.filter(offer=OuterRef("pk")).order_by("-expiration")
    return offers.annotate(
        extended_at=Subquery(furthest.values("announced_at")[:1]),
        extended_to=Subquery(furthest.values("expiration")[:1]),
    )


def document_digests(offer: Offer, *, at: datetime | None = None) -> dict[str, str]:
    """The SHA-256 of each document in force (its latest version), by the document's slug.

    Or, to look back, of those published by `at` (aware); what came with the offer always was.
    """
    if at is None:
        return dict(_digests(offer=offer.pk))
    published = Q(published_at__isnull=True) | Q(published_at__lte=at)
    versions = Document.objects.filter(published, offer=offer).order_by("version")
    return dict(versions.values_list("slug", "sha256"))


def today(offer: Offer, *, at: datetime) -> date:
    """The calendar day of `at` in the offer's own zone."""
    return at.astimezone(ZoneInfo(offer.zone)).date()


def grants_of(employee: Employee) -> list[Grant]:
    """Someone's grants with their plans, oldest first, in one query."""
    return _grants(employee=employee.pk)


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


def _counting(offer: Any, employee: Any) -> QuerySet[Submission]:
    """Someone's submissions that count, the one that governs first."""
    submissions = Submission.objects.filter(offer=offer, employee=employee)
    return with_standing(submissions).filter(counts=True).order_by("-ordered_at", "-sequence")


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


def plan_names() -> dict[str, str]:
    """The plans' names by code."""
    return dict(_plans())


def forms_before(
    offer: Offer, employee: Employee, token: UUID
) -> tuple[Submission | None, Submission | None]:
    """What a form that comes in now finds: what its token was used for, and what governs.

    Both in one question; the lines of what governs are read along.
    """
    forms = _before(offer=offer.pk, employee=employee.pk, token=token)
    first = next((one for one in forms if one.form_token == token), None)
    own = (one for one in forms if (one.offer_id, one.employee_id) == (offer.pk, employee.pk))
    governing = next((one for one in own if one.counts), None)  # type: ignore[attr-defined]
    if governing is not None:
        attach(governing, "lines", _lines(submission=governing.pk))
    return first, governing


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


def is_eligible(offer: Offer, *, at: datetime, person: str = "") -> Q:
    """Whether someone may take part at `at` (aware), as a condition for the database.

    The rules of `core.eligibility.person_problems`; a test holds the two together. `person` leads
    to the employee from the rows asked about, as in "employee__".
    """
    left_on = f"{person}left_on"
    still_employed = Q((f"{left_on}__isnull", True)) | Q((f"{left_on}__gte", today(offer, at=at)))
    rules = {
        "country": offer.country,
        "employment": Employment.REGULAR,
        "hired_on__lte": offer.hired_by,
        "is_director": False,
        "is_executive_officer": False,
    }
    return still_employed & Q(**{f"{person}{rule}": value for rule, value in rules.items()})


def choosable_grants(offer: Offer) -> QuerySet[Grant]:
    """The grants that can be chosen freely, whoever holds them.

    The rules of `core.eligibility.assess_grants`; a test holds the two together.
    """
    takes_price = "exercise_price__gte" if offer.threshold_inclusive else "exercise_price__gt"
    return Grant.objects.filter(
        Q((takes_price, offer.price_threshold)),
        plan__code__in=offer.plan_codes,
        granted_on__lt=offer.required_from,
        granted__gt=F("exercised") + F("canceled"),
    )


def people_to_remind(offer: Offer, *, at: datetime) -> QuerySet[Employee]:
    """Whoever could take part at `at` (aware) and has nothing on record, by employee number.

    A form of any kind, late or irregular too, is something on record. Whoever holds no grant that
    can be chosen could not.
    """
    choosable = choosable_grants(offer).filter(employee=OuterRef("pk"))
    on_record = Submission.objects.filter(offer=offer, employee=OuterRef("pk"))
    return Employee.objects.filter(
        is_eligible(offer, at=at), Exists(choosable), ~Exists(on_record)
    ).order_by("number")


def people_to_notify(offer: Offer, *, at: datetime) -> QuerySet[Employee]:
    """Everyone concerned by a new deadline announced at `at` (aware), by employee number.

    The eligible, and whoever has anything on record, eligible still or not.
    """
    on_record = Q(pk__in=Submission.objects.filter(offer=offer).values("employee_id"))
    return Employee.objects.filter(is_eligible(offer, at=at) | on_record).order_by("number")


# What is asked for again and again on the way to a receipt.
_offers = Prepared(lambda: with_last_extension(Offer.objects.order_by("-opens_on", "-pk")))
_offer = Prepared(lambda offer: with_last_extension(Offer.objects.filter(pk=offer)), offer=A_KEY)
_extensions = Prepared(lambda offer: Extension.objects.filter(offer=offer), offer=A_KEY)
_digests = Prepared(
    lambda offer: (
        Document.objects.filter(offer=offer).order_by("version").values_list("slug", "sha256")
    ),
    offer=A_KEY,
)
_grants = Prepared(
    lambda employee: (
        Grant.objects.filter(employee=employee)
        .select_related("plan")
        .order_by("granted_on", "number")
    ),
    employee=A_KEY,
)
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
_plans = Prepared(lambda: Plan.objects.values_list("code", "name"))


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One exchanged grant of one person, at the instant the register was asked about.

    Shares are whole; `exercise_price` is USD per share as text with four decimals.
    """

    employee_number: str
    employee_name: str
    receipt: str
    kind: str
    received_at: datetime
    grant_number: str
    plan: str
    granted_on: date
    exercise_price: str
    shares: int
    new_shares: int
    required: bool


def register(offer: Offer, *, as_of: datetime | None = None) -> Iterator[RegisterRow]:
    """Who has elected what, as the record stood at `as_of` (aware; now without one).

    One row per exchanged grant, by employee number, then grant date and number. Streams.
    """
    governing = governing_submissions(offer, as_of=as_of)
    lines = (
        Line.objects.filter(submission__in=governing.values("pk"), choice=Choice.EXCHANGE)
        .order_by("submission__employee_number", "granted_on", "grant_number")
        # Values, not objects of two models: there is a row a grant of everyone.
        .values_list(*_REGISTER.values())
    )
    for values in lines.iterator(chunk_size=2000):
        row = dict(zip(_REGISTER, values, strict=True))
        yield RegisterRow(**row | {"exercise_price": f"{row['exercise_price']:.4f}"})


# Where each field of a row is kept, from the line on.
_REGISTER = {
    "employee_number": "submission__employee_number",
    "employee_name": "submission__employee_name",
    "receipt": "submission__receipt",
    "kind": "submission__kind",
    "received_at": "submission__received_at",
    "grant_number": "grant_number",
    "plan": "plan",
    "granted_on": "granted_on",
    "exercise_price": "exercise_price",
    "shares": "outstanding",
    "new_shares": "new_shares",
    "required": "required",
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


@dataclass(frozen=True, slots=True)
class Tendered:
    """What the governing submissions exchange, all together; `shares` are whole old shares."""

    people: int
    grants: int
    shares: int


def tendered(offer: Offer) -> Tendered:
    """How much is turned in as things stand: an announcement of an extension says it roughly."""
    totals = Line.objects.filter(
        submission__in=governing_submissions(offer).values("pk"), choice=Choice.EXCHANGE
    ).aggregate(
        people=Count("submission__employee", distinct=True),
        grants=Count("pk"),
        shares=Sum("outstanding", default=0),
    )
    return Tendered(**totals)


def with_mail_progress(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Annotate rows that have `mails` with how far these have come, each a number of mails.

    `mails_total`, `mails_sent`, `mails_under_way` (waiting or being sent), `mails_failed`,
    `mails_held`, `mails_dropped`.
    """
    states = {
        "mails_sent": [MailState.SENT],
        "mails_under_way": [MailState.WAITING, MailState.SENDING],
        "mails_failed": [MailState.FAILED],
        "mails_held": [MailState.HELD],
        "mails_dropped": [MailState.DROPPED],
    }
    counts = {name: Count("mails", filter=Q(mails__state__in=of)) for name, of in states.items()}
    return rows.annotate(mails_total=Count("mails"), **counts)
