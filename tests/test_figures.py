"""The desk's figures: each compared with what the rules and the register say, one by one."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from elections import figures, queries
from elections.core.eligibility import Standing, assess_grants, person_problems
from elections.figures import Day, Figures
from elections.management.commands import deliver_outbox
from elections.models import DeskFigures, Employee, Offer, OutboxMessage, User
from elections.models.outbox import MailState
from elections.models.submission import Verdict
from elections.services.count import count_figures, recount_if_stale
from elections.services.review import Decided, review_submission
from tests.factory import (
    DURING_OFFER,
    EXPIRATION,
    decline,
    elect,
    make_employee,
    make_grant,
    make_offer,
    make_required_grant,
    make_user,
    withdraw,
)
from tests.portal import SetClock


@pytest.fixture
def reviewer(offer: Offer) -> User:
    return make_user("law@example.com", name="Lou Law")


def decide(actor: User, submission: object, verdict: Verdict) -> None:
    outcome = review_submission(actor=actor, submission=submission, verdict=verdict, reason="Seen.")
    assert isinstance(outcome, Decided)


@pytest.fixture
def company(offer: Offer, reviewer: User, portal_clock: SetClock) -> dict[str, Employee]:
    """One person for each way in which someone can stand to the offer."""
    names = "elected partly declined withdrew silent empty irregular back left mover"
    people = {name: make_employee(name=name) for name in names.split()}
    for name, person in people.items():
        if name != "empty":
            make_grant(person, f"{name}-1", granted=1001)
            make_required_grant(person, f"{name}-R")
    make_required_grant(people["empty"], "empty-R")  # nothing to choose freely
    grants = {name: person.grants.get(number=f"{name}-1") for name, person in people.items()
              if name != "empty"}  # fmt: skip
    elect(people["elected"], grants["elected"])
    second = make_grant(people["partly"], "partly-2")
    elect(people["partly"], grants["partly"], second)
    decline(people["declined"])
    elect(people["withdrew"], grants["withdrew"])
    irregular = elect(people["irregular"], grants["irregular"])
    first = decline(people["back"])
    elect(people["left"], grants["left"])
    elect(people["mover"], grants["mover"])
    portal_clock.tick(days=1)
    withdraw(people["partly"], second)
    withdraw(people["withdrew"])
    again = elect(people["back"], grants["back"])
    decide(reviewer, irregular, Verdict.IRREGULAR)
    decide(reviewer, again, Verdict.IRREGULAR)  # so the decline governs again
    decide(reviewer, first, Verdict.VALID)
    Employee.objects.filter(name="left").update(left_on=date(2003, 1, 15))
    Employee.objects.filter(name="mover").update(country="CA")
    return people


def test_the_eligible_are_counted_by_the_form_that_governs_for_each(
    offer: Offer, company: dict[str, Employee]
) -> None:
    counted = figures.count(offer)

    assert {
        "eligible": counted.eligible,
        "elected": counted.elected,
        "declined": counted.declined,
        "withdrawn": counted.withdrawn,
        "unanswered": counted.unanswered,
        "only_set_aside": counted.only_set_aside,
        "nothing_to_elect": counted.nothing_to_elect,
    } == {
        "eligible": 8,  # all but the one who left and the one who moved
        "elected": 2,  # elected, partly
        "declined": 2,  # declined, back
        "withdrawn": 1,
        "unanswered": 2,  # silent, irregular
        "only_set_aside": 1,
        "nothing_to_elect": 1,
    }


def test_eligible_people_and_electable_grants_are_what_the_rules_say(
    offer: Offer, company: dict[str, Employee], portal_clock: SetClock
) -> None:
    changes = [
        {"employment": "contractor"},
        {"hired_on": date(2002, 12, 20)},
        {"left_on": date(2003, 1, 16)},
        {"is_director": True},
        {"is_executive_officer": True},
    ]
    people = [make_employee(**change) for change in changes]
    odd = [
        {"exercise_price": Decimal("3.01")},
        {"exercise_price": Decimal("3.0099")},
        {"granted_on": date(2002, 6, 18)},
        {"granted_on": date(2002, 6, 19)},
        {"exercised": 600, "canceled": 400, "vested": 0},
        {"plan": make_grant(make_employee()).plan.__class__.objects.create(code="X", name="X")},
    ]
    people += [make_grant(make_employee(), **columns).employee for columns in odd]
    terms, today = offer.terms(), queries.today(offer, at=portal_clock.instant)

    eligible = [
        person
        for person in Employee.objects.all()
        if not person_problems(terms, person.facts(), today=today)
    ]
    can_elect = [
        person
        for person in eligible
        if any(
            grant.standing == Standing.ELIGIBLE
            for grant in assess_grants(terms, [g.facts() for g in queries.grants_of(person)])
        )
    ]
    governed = set(queries.governing_submissions(offer).values_list("employee", flat=True))
    counted = figures.count(offer)

    assert counted.eligible == len(eligible)
    assert counted.nothing_to_elect == len(
        [p for p in eligible if p not in can_elect and p.pk not in governed]
    )
    assert counted.unanswered == len([p for p in can_elect if p.pk not in governed])


def test_the_answers_add_up_to_the_eligible(offer: Offer, company: dict[str, Employee]) -> None:
    counted = figures.count(offer)

    answers = (counted.elected, counted.declined, counted.withdrawn)
    assert sum(answers) + counted.unanswered + counted.nothing_to_elect == counted.eligible


def test_what_is_tendered_is_what_the_register_lists(
    offer: Offer, company: dict[str, Employee]
) -> None:
    rows = list(queries.register(offer))
    gone = [row for row in rows if row.employee_name in ("left", "mover")]

    counted = figures.count(offer)

    assert counted.tendering_people == len({row.employee_number for row in rows}) == 4
    assert counted.tendered_grants == len(rows) == 8
    assert counted.required_grants == len([row for row in rows if row.required]) == 4
    assert counted.tendered_shares == sum(row.shares for row in rows) == 4 * 1501
    assert counted.new_shares == sum(row.new_shares for row in rows) == 4 * (751 + 375)
    assert counted.ineligible_people == len({row.employee_number for row in gone}) == 2
    assert counted.ineligible_shares == sum(row.shares for row in gone)
    assert counted.tendered_shares == queries.tendered(offer).shares


def test_late_irregular_and_unreviewed_forms_are_counted(
    offer: Offer, company: dict[str, Employee], reviewer: User, portal_clock: SetClock
) -> None:
    before = figures.count(offer)
    portal_clock.set(EXPIRATION)
    late = [elect(person, make_grant(person)) for person in (make_employee(), make_employee())]
    decide(reviewer, late[0], Verdict.LATE)

    counted = figures.count(offer)

    assert (before.submissions, before.late, before.irregular, before.unreviewed) == (11, 0, 2, 8)
    assert (counted.late, counted.late_undecided) == (2, 1)
    assert (counted.submissions, counted.unreviewed) == (13, 9)
    assert counted.tendering_people == before.tendering_people
    assert counted.only_set_aside == before.only_set_aside + 2


def test_days_are_those_of_the_offers_own_zone(offer: Offer, portal_clock: SetClock) -> None:
    midnight = DURING_OFFER.replace(hour=8)  # in Los Angeles, on January 15
    first, second, third = make_employee(), make_employee(), make_employee()
    portal_clock.set(midnight - timedelta(microseconds=1))
    elect(first, make_grant(first))
    portal_clock.set(midnight)
    withdraw(first)
    decline(second)
    decline(third)

    assert figures.count(offer).days == (
        Day(on=date(2003, 1, 14), elections=1, withdrawals=0, declines=0),
        Day(on=date(2003, 1, 15), elections=0, withdrawals=1, declines=2),
    )


def test_mail_is_counted_by_how_far_it_has_come(offer: Offer, company: dict[str, Employee]) -> None:
    states = [MailState.FAILED, MailState.HELD, MailState.HELD, MailState.SENDING]
    mails = list(OutboxMessage.objects.order_by("created_at", "pk"))
    for mail, state in zip(mails, states, strict=False):
        OutboxMessage.objects.filter(pk=mail.pk).update(state=state)
    OutboxMessage.objects.filter(pk=mails[-1].pk).update(state=MailState.SENT, sent_at=DURING_OFFER)

    counted = figures.count(offer)

    assert (counted.undeliverable, counted.held) == (1, 2)
    assert counted.undelivered == len(mails) - 4
    assert counted.oldest_undelivered == mails[3].created_at


def test_the_figures_of_an_offer_leave_out_those_of_another(
    offer: Offer, company: dict[str, Employee]
) -> None:
    other = make_offer(slug="another", opens_on=date(2002, 12, 20))

    counted = figures.count(other)

    assert (counted.submissions, counted.tendered_grants, counted.elected) == (0, 0, 0)
    assert counted.eligible == 8


def test_counting_takes_as_many_queries_at_one_person_as_at_ten(
    offer: Offer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = make_employee()
    elect(person, make_grant(person))
    with django_assert_num_queries(6):  # the eligible, their forms, lines, forms, mails, days
        figures.count(offer)
    for _ in range(9):
        person = make_employee()
        elect(person, make_grant(person))

    with django_assert_num_queries(6):
        assert figures.count(offer).elected == 10


def test_figures_come_back_from_their_kept_form_unchanged(
    offer: Offer, company: dict[str, Employee]
) -> None:
    counted = count_figures(offer=offer)

    assert figures.kept_figures(offer) == counted
    assert counted.days


def test_figures_kept_by_a_version_that_counted_other_things_are_not_shown(offer: Offer) -> None:
    kept = count_figures(offer=offer).plain()
    kept["formerly_counted"] = kept.pop("held")
    DeskFigures.objects.update(figures=kept)

    assert figures.kept_figures(offer) is None


def test_a_small_record_is_counted_live_and_a_large_one_is_kept(
    offer: Offer, company: dict[str, Employee], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert recount_if_stale() is None
    assert figures.current_figures(offer).eligible == 8
    assert not DeskFigures.objects.exists()

    monkeypatch.setattr(figures, "LIVE_UP_TO", 9)  # there are ten people

    assert figures.current_figures(offer) is None
    assert recount_if_stale().eligible == 8
    assert figures.current_figures(offer).eligible == 8


def test_many_submissions_of_few_people_are_a_large_record(
    offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_employee()
    monkeypatch.setattr(figures, "LIVE_UP_TO", 2)
    for _ in range(2):
        decline(person)
    assert figures.is_small(offer)

    decline(person)

    assert not figures.is_small(offer)


def test_the_background_count_waits_until_the_last_one_is_stale(
    offer: Offer,
    company: dict[str, Employee],
    portal_clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(figures, "LIVE_UP_TO", 0)
    first = recount_if_stale()
    portal_clock.tick(seconds=29)
    assert recount_if_stale() is None
    decline(company["silent"])
    assert figures.current_figures(offer) == first  # what was counted, and when, not a guess

    portal_clock.tick(seconds=1)

    assert recount_if_stale().declined == first.declined + 1


@pytest.mark.parametrize(
    ("took", "seconds", "stale"),
    [(0.1, 29, False), (0.1, 30, True), (3, 59, False), (3, 60, True), (0.1, -1, True)],
)
def test_what_takes_long_to_count_is_counted_less_often(
    offer: Offer, took: float, seconds: int, stale: bool
) -> None:
    counted: Figures = replace(figures.count(offer), took=took)

    assert counted.is_stale(at=counted.counted_at + timedelta(seconds=seconds)) is stale


class OneRound(threading.Event):
    """Tells the sweeper to stop as soon as it pauses for the first time."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


@pytest.mark.django_db(transaction=True)
def test_the_sweeper_counts_in_each_of_its_rounds(
    offer: Offer, company: dict[str, Employee], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver_outbox._sweep_until(OneRound())
    assert not DeskFigures.objects.exists()  # a small record is left to its pages

    monkeypatch.setattr(figures, "LIVE_UP_TO", 0)
    deliver_outbox._sweep_until(OneRound())

    assert figures.kept_figures(offer).eligible == 8


def test_those_without_an_answer_are_those_to_be_reminded_and_those_whose_form_does_not_count(
    offer: Offer, company: dict[str, Employee], portal_clock: SetClock
) -> None:
    counted = figures.count(offer)

    to_remind = queries.people_to_remind(offer, at=portal_clock.instant).count()
    assert counted.unanswered - counted.only_set_aside == to_remind == 1


def test_without_an_offer_nothing_is_counted(db: None) -> None:
    assert recount_if_stale() is None


def test_kinds_on_record_are_all_drawn(offer: Offer, company: dict[str, Employee]) -> None:
    counted = figures.count(offer)
    on_record = Counter(
        kind for person in company.values() for kind in person.submissions.values_list("kind")
    )

    drawn = [
        sum(getattr(day, name) for day in counted.days)
        for name in ("elections", "withdrawals", "declines")
    ]
    assert drawn == [on_record["election",], on_record["withdrawal",], on_record["decline",]]
