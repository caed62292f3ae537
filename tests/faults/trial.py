"""One trial of one case: an offer and people of its own, what was sent, and the verdict."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from django.conf import settings

from elections import clock, queries
from elections.core.terms import Choice
from elections.models import BrowserSession, Draft, Employee, Grant, Offer, Plan, User
from elections.services.answers import Answer, Election, as_shown, judge_answer
from elections.services.drafts import mint_token
from elections.session_store import SessionStore
from scripts import processes
from tests.factory import make_offer
from tests.faults.browser import Browser
from tests.faults.checker import Row, Violation, check, rows_of
from tests.faults.history import History, Person, Told
from tests.faults.stack import Process, Stack
from tests.signing_in import shown

_HOLD = 48_2003  # the advisory lock on which `held_at_insert` keeps a transaction waiting


@dataclass
class Trial:
    """What a case plays with. `dice` is seeded, so a printed seed plays the same trial again.

    `broken` collects what the case itself found wrong beside the invariants (`must`).
    """

    stack: Stack
    case: int
    number: int
    dice: random.Random
    history: History = field(default_factory=History)
    offer_id: int = 0
    people: list[Person] = field(default_factory=list)
    deadlines: list[datetime] = field(default_factory=list)
    broken: list[Violation] = field(default_factory=list)
    found: list[Violation] = field(default_factory=list)
    remembered: list[Row] = field(default_factory=list)
    # Off for a trial in which the database's clock is meddled with.
    one_clock: bool = True

    def open(self, count: int = 1, *, closes_in: float = 3600) -> list[Person]:
        """A new offer, from now on the current one; `count` people with a grant each, signed in."""
        with self.stack.records():
            expiration = clock.database_clock() + timedelta(seconds=closes_in)
            slug = f"case-{self.case}-{uuid.uuid4().hex[:8]}"
            offer = make_offer(slug=slug, expiration=expiration)
            self.offer_id, self.deadlines = offer.pk, [expiration]
            self.people = make_people(count)
        return self.people

    def close_in(self, seconds: float) -> datetime:
        """Move the deadline of the offer, as if it had been that one all along."""
        ((expiration,),) = self.stack.do(
            "UPDATE elections_offer SET expiration = clock_timestamp() + make_interval(secs => %s)"
            " WHERE id = %s RETURNING expiration",
            seconds, self.offer_id,
        )  # fmt: skip
        self.deadlines = [expiration]
        return expiration

    def until(self, instant: datetime) -> None:
        """Wait for that instant."""
        time.sleep(max(0.0, (instant - datetime.now(UTC)).total_seconds()))

    def drafts(self, people: list[Person] | None = None) -> list[uuid.UUID]:
        """An election of their grant, filled in and shown by each of these people; their tokens."""
        with self.stack.records():
            offer = Offer.objects.prefetch_related("extensions").get(pk=self.offer_id)
            mine = [person.employee_id for person in people or self.people]
            return make_drafts(offer, mine)

    def draft(self, person: Person | None = None) -> uuid.UUID:
        """The token of one such draft."""
        return self.drafts([person or self.people[0]])[0]

    def decline_token(self, person: Person) -> uuid.UUID:
        """A token as a decline's page has one."""
        with self.stack.records():
            return mint_token(Employee.objects.get(pk=person.employee_id))

    def browser(self, web: Process | int) -> Browser:
        """A client of that web server; what it sends is part of this trial's history."""
        return Browser(web if isinstance(web, int) else web.port, self.history)

    def a_moment(self, most: float = 0.05) -> None:
        """Wait for a random time of at most so many seconds."""
        time.sleep(self.dice.uniform(0, most))

    def rows(self) -> list[tuple[Any, ...]]:
        """(receipt, token, received_at, timely) of everything these people have on record."""
        return self.stack.do(
            "SELECT receipt, form_token, received_at, timely FROM elections_submission"
            " WHERE employee_id = ANY(%s) ORDER BY id",
            [person.employee_id for person in self.people],
        )

    def remember(self) -> None:
        """Keep the rows as they are now; the checker will ask whether they stayed so."""
        self.remembered = rows_of(self)

    def wait_for(self, condition: Callable[[], object], seconds: float, what: str) -> bool:
        """Whether that comes to hold in time; that it does is part of what the case must end in."""
        try:
            processes.wait_until(lambda: bool(condition()), seconds, what)
        except TimeoutError:
            self.must(False, f"{what}, within {seconds:g} s")
            return False
        return True

    def must(self, holds: object, what: str) -> None:
        """Something that the case must end in beside the invariants."""
        if not holds:
            self.broken.append(Violation("end", what))

    def settle(self, browser: Browser, *, seconds: float = 30) -> None:
        """Everyone who does not have an answer sends the same form again until there is one."""
        until = time.monotonic() + seconds
        for token in dict.fromkeys(sending.token for sending in self.history.sendings):
            while (last := self.history.of(token)[-1]).told in (Told.NOTHING, Told.CHECKING):
                if time.monotonic() > until:
                    self.must(False, f"an answer within {seconds:g} s: {last}")
                    return
                again = browser.sign(last.person, token, path=last.path)
                if again.told in (Told.NOTHING, Told.CHECKING):
                    time.sleep(0.2)

    def judge(self, web: Process | int | None = None, *, mailed: bool = False) -> list[Violation]:
        """Let the checker compare database, mailbox and history; all that is wrong."""
        browser = self.browser(web) if web else None
        self.found = self.broken + check(self, browser=browser, mailed=mailed)
        return self.found

    def holds(self, web: Process | int | None = None, *, mailed: bool = False) -> None:
        """Fail unless nothing is wrong."""
        found = self.judge(web, mailed=mailed)
        assert not found, "\n".join(map(str, found))

    def finds(
        self, *invariants: str, web: Process | int | None = None, mailed: bool = False
    ) -> None:
        """Fail unless the checker finds each of these violated: a guard is off, so it must."""
        found = {violation.invariant for violation in self.judge(web, mailed=mailed)}
        assert set(invariants) <= found, f"only {sorted(found)}: {self.found}"

    @contextmanager
    def held_at_insert(self, table: str) -> Iterator[psycopg.Connection[Any]]:
        """Hold every transaction of the portal right after its INSERT into `table`."""
        with (
            self.stack.connect() as hand,
            self.after_insert(table, f"PERFORM pg_advisory_xact_lock_shared({_HOLD});"),
        ):
            hand.execute("SELECT pg_advisory_lock(%s)", [_HOLD])
            try:
                yield hand
            finally:
                with suppress(psycopg.OperationalError):
                    hand.execute("SELECT pg_advisory_unlock_all()")

    @contextmanager
    def after_insert(self, table: str, work: str) -> Iterator[None]:
        """Let PostgreSQL do that (PL/pgSQL) after each INSERT into `table`."""
        self.stack.do(
            f"CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {work} RETURN NULL; END $$;"
            f"CREATE TRIGGER fault AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION fault()"
        )
        try:
            yield
        finally:
            self.stack.do(f"DROP TRIGGER fault ON {table}; DROP FUNCTION fault()")

    def blocked(self) -> bool:
        """Whether a client waits for a lock."""
        return bool(self.stack.do("SELECT 1 FROM pg_locks WHERE NOT granted", superuser=True))

    def await_blocked(self, seconds: float = 20) -> None:
        """Return once a client waits for a lock."""
        processes.wait_until(self.blocked, seconds, "Waiting for a lock")


def make_people(count: int) -> list[Person]:
    """That many eligible employees, each with an account, a grant and a session."""
    plan, _ = Plan.objects.get_or_create(code="2000", defaults={"name": "2000 Stock Plan"})
    numbers = [uuid.uuid4().hex[:10] for _ in range(count)]
    users = User.objects.bulk_create(
        [User(email=f"{n}@example.com", password="!", name=f"Employee {n}") for n in numbers]
    )
    employees = Employee.objects.bulk_create([
        Employee(user=user, number=number, name=user.name, email=user.email, country="US",
                 employment="regular", hired_on=date(2001, 3, 1))
        for user, number in zip(users, numbers, strict=True)
    ])  # fmt: skip
    Grant.objects.bulk_create([
        Grant(employee=employee, number=f"G{employee.number}", plan=plan, kind="ISO",
              granted_on=date(2001, 4, 2), exercise_price="6.00", granted=1000, vested=500)
        for employee in employees
    ])  # fmt: skip
    keys = [sign_in(user) for user in users]
    return [
        Person(e.pk, e.number, e.email, key, f"G{e.number}", u.pk)
        for e, u, key in zip(employees, users, keys, strict=True)
    ]


def sign_in(user: User) -> str:
    """The key of a new session of that account; staff have shown their second factor in it."""
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = user.get_session_auth_hash()
    if user.is_staff:
        session.update(shown(user))
    session.create()
    later = datetime.now(UTC) + timedelta(days=2)  # whatever a case does to clocks
    BrowserSession.objects.filter(pk=session.session_key).update(expire_date=later)
    return str(session.session_key)


def make_drafts(offer: Offer, employee_ids: list[int]) -> list[uuid.UUID]:
    """An election of every grant for each of these people, as their check page showed it."""
    people = Employee.objects.prefetch_related("grants__plan").in_bulk(employee_ids)
    documents = queries.document_digests(offer)
    at = clock.now()
    drafts = []
    for employee in (people[key] for key in employee_ids):
        grants = list(employee.grants.all())
        answer: Answer = Election({grant.number: Choice.EXCHANGE for grant in grants})
        decision = judge_answer(
            answer, offer=offer, employee=employee, grants=grants, governing=None, at=at
        )
        assert decision.accepted, decision.problems
        drafts.append(
            Draft(
                employee=employee,
                offer=offer,
                kind=answer.kind,
                answers={grant.number: str(Choice.EXCHANGE) for grant in grants},
                shown=as_shown(answer, decision, documents),
                replaces=queries.governing_submission(offer, employee)
                if len(employee_ids) == 1
                else None,
                created_at=at,
            )
        )
    return [draft.token for draft in Draft.objects.bulk_create(drafts)]
