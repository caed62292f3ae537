"""The portal against a model of a hundred lines: any sequence of acts, compared after each step.

The real services on the real database, whichever the run has. `test_a_fault_is_found` is the proof
that the comparison can fail: each fault is put into the portal and must be found within the budget.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from elections import clock, queries
from elections.core import deadline
from elections.core.terms import Choice
from elections.models import Employee, Offer, OutboxMessage, Submission, User
from elections.models.submission import Verdict
from elections.services.answers import Answer, Decline, Election, Withdrawal
from elections.services.extend import Extended, NotExtended, extend_offer
from elections.services.ledger import broken_chains
from elections.services.review import Decided, NotDecided, review_submission
from elections.services.submit import Outcome, Recorded, Refused, SignedForm, Stale, submit_form
from tests.factory import (
    DURING_OFFER,
    EXPIRATION,
    make_employee,
    make_grant,
    make_offer,
    make_required_grant,
    make_user,
    signed,
)
from tests.papers import send_paper
from tests.reference_model import DONE, FREE, REQUIRED, STALE, Codes, Form, Model

pytestmark = pytest.mark.timeout(600)  # hundreds of acts: minutes on a busy machine

MICROSECOND = timedelta(microseconds=1)
PEOPLE = 2
RECEIVED = (  # on paper: while the offer ran, at its scheduled end, later, and just now
    DURING_OFFER - timedelta(days=1),
    EXPIRATION - MICROSECOND,
    EXPIRATION,
    EXPIRATION + timedelta(days=2),
    EXPIRATION + timedelta(days=1000),
)
people = st.integers(0, PEOPLE - 1)
kinds = st.sampled_from(["election", "election", "withdrawal", "decline"])
grants = st.sampled_from([frozenset(said) for said in ("A", "B", "AB", "")])
Seen = Callable[[Any], Codes]


class Portal(RuleBasedStateMachine):
    """Two people with two free grants and a required one, Law, HR, and the clock."""

    @initialize(start=st.sampled_from([DURING_OFFER, EXPIRATION - MICROSECOND, EXPIRATION]))
    def begin(self, start: datetime) -> None:
        """Begin anew: what the run before recorded is rolled back, as pytest does between tests."""
        self.savepoint = transaction.atomic()
        self.savepoint._from_testcase = True  # so services may ask to be the outermost
        self.savepoint.__enter__()
        self.model = Model(now=start, scheduled=EXPIRATION, zone="America/Los_Angeles")
        clock.database_clock = lambda: self.model.now
        self.offer: Offer = make_offer()
        self.law: User = make_user(is_staff=True)
        self.people: list[Employee] = [make_employee() for _ in range(PEOPLE)]
        for n, person in enumerate(self.people):
            for letter in FREE:
                make_grant(person, f"{letter}{n}")
            make_required_grant(person, f"{REQUIRED}{n}")
        self.last: tuple[int, SignedForm, Form] | None = None

    def teardown(self) -> None:
        """Leave nothing behind."""
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    def answer(self, person: int, kind: str, said: frozenset[str]) -> Answer:
        """The form in the portal's words; an election answers for every free grant."""
        if kind == "decline":
            return Decline()
        if kind == "withdrawal":
            return Withdrawal(frozenset(f"{letter}{person}" for letter in said) or None)
        choices = {x: Choice.EXCHANGE if x in said else Choice.KEEP for x in FREE}
        return Election({f"{letter}{person}": choice for letter, choice in choices.items()})

    def agree(self, expected: Codes, outcome: Outcome) -> None:
        """The form must have ended as the model says; its receipt is learned."""
        match outcome:
            case Recorded(submission, already):
                assert (expected, already) == (DONE, False)
                self.model.forms[-1].receipt = submission.receipt
            case Refused(problems):
                assert tuple(str(problem.code) for problem in problems) == expected
            case _:
                assert (type(outcome), expected) == (Stale, STALE)

    @rule(person=people, kind=kinds, said=grants, blind=st.integers(0, 3))
    def submit(self, person: int, kind: str, said: frozenset[str], blind: int) -> None:
        """Through the portal; one in four has not seen what governs."""
        seen = None if blind == 0 else self.model.governing(person)
        form = signed(
            self.answer(person, kind, said),
            replaces=seen.receipt if seen else None,
            token=uuid.uuid4(),
        )
        expected = self.model.submit(person, kind, said, seen)
        self.agree(expected, self.send(person, form))
        if expected == DONE:
            self.last = (person, form, self.model.forms[-1])

    def send(self, person: int, form: SignedForm) -> Outcome:
        """Submit it as that person."""
        employee = self.people[person]
        assert employee.user is not None
        return submit_form(actor=employee.user, employee=employee, offer=self.offer, form=form)

    @precondition(lambda self: self.last)
    @rule()
    def send_again(self) -> None:
        """The same form once more: the first receipt, whatever has happened since."""
        assert self.last is not None
        person, form, first = self.last
        outcome = self.send(person, form)
        assert isinstance(outcome, Recorded)
        assert (outcome.submission.receipt, outcome.already) == (first.receipt, True)

    @rule(person=people, kind=kinds, said=grants, then=st.sampled_from(RECEIVED))
    def paper(self, person: int, kind: str, said: frozenset[str], then: datetime) -> None:
        """Received then, where that has come, and keyed in now."""
        received = min(then, self.model.now)
        expected = self.model.paper(person, kind, said, received)
        answer = self.answer(person, kind, said)
        employee = self.people[person]
        self.agree(expected, send_paper(employee, answer, received_at=received, actor=self.law))

    @rule(hours=st.sampled_from([-24, 0, 1, 24, 100]), stale=st.booleans())
    def extend(self, hours: int, stale: bool) -> None:
        """From the deadline in force, or from the scheduled one, which may be it no more."""
        expected = EXPIRATION if stale else self.model.deadline()
        to = max(self.model.deadline(), self.model.now) + timedelta(hours=hours)
        outcome = extend_offer(
            actor=self.law, offer=self.offer, expected=expected, expiration=to, reason="A storm."
        )
        self.offer = Offer.objects.get(pk=self.offer.pk)
        assert _codes(outcome) == self.model.extend(expected, to)

    @precondition(lambda self: self.model.forms)
    @rule(data=st.data(), verdict=st.sampled_from(list(Verdict)))
    def review(self, data: st.DataObject, verdict: Verdict) -> None:
        """Law decides on any form, and changes its mind as it likes."""
        form = data.draw(st.sampled_from(self.model.forms), label="form")
        submission = Submission.objects.get(receipt=form.receipt)
        outcome = review_submission(
            actor=self.law, submission=submission, verdict=verdict, reason="Seen."
        )
        assert _codes(outcome) == self.model.review(form, str(verdict))

    @rule(person=people, day=st.sampled_from([None, date(2003, 1, 14), date(2003, 1, 20)]))
    def leave(self, person: int, day: date | None) -> None:
        """The roster says that they left on that day, or that they did not."""
        Employee.objects.filter(pk=self.people[person].pk).update(left_on=day)
        self.people[person].refresh_from_db()
        self.model.left[person] = day

    @rule(by=st.sampled_from([MICROSECOND, timedelta(hours=7), timedelta(days=3)]))
    def tick(self, by: timedelta) -> None:
        """Time passes."""
        self.model.now += by

    @rule(by=st.sampled_from([-MICROSECOND, timedelta(0), MICROSECOND]))
    def come_to_the_deadline(self, by: timedelta) -> None:
        """To just before it, to it, or past it; back also, as a clock that is set right."""
        self.model.now = self.model.deadline() + by

    @invariant()
    def the_record_is_the_models(self) -> None:
        """Governing forms, register, verdicts, times, receipts with one mail each, the chain."""
        forms = {form.receipt: form for form in self.model.forms}
        governing = {n: self.model.governing(n) for n in range(PEOPLE)}
        for n, person in enumerate(self.people):
            found = queries.governing_submission(self.offer, person)
            expected = governing[n]
            assert (found and found.receipt) == (expected and expected.receipt)
        assert _register(self.offer) == Counter(
            (form.receipt, f"{grant}{n}")
            for n, form in governing.items()
            if form
            for grant in form.exchanged
        )
        rows = queries.with_standing(Submission.objects.filter(offer=self.offer))
        assert _standing(rows) == {
            receipt: (form.timely, form.received, (form.verdicts or [""])[-1], form.counts)
            for receipt, form in forms.items()
        }
        receipts = OutboxMessage.objects.filter(kind="receipt")
        assert Counter(receipts.values_list("submission__receipt", flat=True)) == Counter(
            list(forms)
        )
        assert list(broken_chains()) == []


def _register(offer: Offer) -> Counter[tuple[str, str]]:
    return Counter((row.receipt, row.grant_number) for row in queries.register(offer))


def _standing(rows: QuerySet[Submission]) -> dict[str, tuple[bool, datetime, str, bool]]:
    return {
        receipt: (timely, received, verdict, counts)
        for receipt, timely, received, verdict, counts in rows.values_list(
            "receipt", "timely", "received_at", "verdict", "counts"
        )
    }


def _codes(outcome: Extended | NotExtended | Decided | NotDecided) -> Codes:
    if isinstance(outcome, Extended | Decided):
        return DONE
    return tuple(str(problem.code) for problem in outcome.problems)


def walk(**changes: Any) -> None:
    """Try many sequences; raises what the first one to differ from the model raised."""
    options = {"max_examples": 30, "stateful_step_count": 30, "deadline": None} | changes
    unhurried = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Portal, settings=settings(**options, suppress_health_check=unhurried, print_blob=True)
    )


@pytest.fixture(autouse=True)
def portal(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database, and the clock given back afterwards."""
    monkeypatch.setattr(clock, "database_clock", clock.database_clock)


def test_whatever_happens_the_record_is_the_models() -> None:
    walk()


def earliest_governs(
    offer: Offer, employee: Employee, *, received_by: datetime | None = None
) -> Submission | None:
    """The order of those that count, reversed."""
    forms = queries.with_standing(Submission.objects.filter(offer=offer, employee=employee))
    if received_by is not None:
        forms = forms.filter(ordered_at__lte=received_by)
    counting = forms.filter(counts=True).order_by("ordered_at", "sequence")
    return counting.prefetch_related("lines").first()


def at_the_deadline_too(received_at: datetime, expiration: datetime) -> bool:
    """`<=` where it must be `<`."""
    return received_at <= expiration


FAULTS = {
    "the earliest form governs": (queries, "governing_submission", earliest_governs),
    "the very deadline is timely": (deadline, "is_timely", at_the_deadline_too),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, wrong = FAULTS[fault]
    monkeypatch.setattr(module, name, wrong)

    with pytest.raises((AssertionError, DatabaseError)):
        walk(
            max_examples=200,
            stateful_step_count=12,
            phases=[Phase.generate],
            derandomize=True,
        )
