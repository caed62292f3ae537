"""An import beside other people's work, on a real PostgreSQL; each guard also switched off."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction

from elections import clock, queries
from elections.core.problems import Code
from elections.core.terms import Choice
from elections.models import Employee, Grant, Offer
from elections.services import submit
from elections.services.answers import Election
from elections.services.roster import RosterResult, in_sets
from elections.services.roster.in_sets import InSets
from elections.services.submit import Outcome, Recorded, Refused, submit_form
from tests.concurrency import PATIENCE, at_once, clients, wait_until_blocked
from tests.factory import make_offer, signed
from tests.roster_files import accepted, employee, grant, load, refusals

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


class Pause:
    """Stops whoever comes by, until told to go on."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.go_on = threading.Event()

    def __call__(self) -> None:
        self.reached.set()
        assert self.go_on.wait(PATIENCE)


@pytest.fixture
def open_offer() -> Offer:
    """An offer that is open by the database's own clock, for another hour."""
    return make_offer(expiration=clock.database_clock() + timedelta(hours=1))


@pytest.fixture
def holder(open_offer: Offer) -> Employee:
    """Employee 1, who holds grant 10."""
    accepted([employee("1"), employee("2")], [grant("10", Employee_Number="1")])
    return Employee.objects.select_related("user").get(number="1")


@pytest.fixture
def heir(holder: Employee) -> Employee:
    """Employee 2, to whom the roster gives grant 10, and says nothing else that is new."""
    return Employee.objects.select_related("user").get(number="2")


def elect_grant_10(person: Employee) -> Outcome:
    form = signed(Election({"10": Choice.EXCHANGE}))
    assert person.user is not None
    return submit_form(actor=person.user, employee=person, offer=queries.current_offer(), form=form)


def move_grant_10() -> RosterResult:
    return load([employee("1"), employee("2")], [grant("10", Employee_Number="2")])


def held_by_two() -> int:
    """How often the register lists grant 10."""
    return [row.grant_number for row in queries.register(queries.current_offer())].count("10")


def without_holding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InSets, "hold", lambda self: None)


def elected_during_an_import(
    holder: Employee, heir: Employee, monkeypatch: pytest.MonkeyPatch, *, held: bool
) -> tuple[RosterResult, Outcome, Outcome]:
    """The import looks the grant up in the record; its holder elects; the import writes.

    Then the new holder elects. `held` says whether the holder's form has to wait.
    """
    pause, write = Pause(), InSets.write

    def pause_and_write(self: InSets) -> None:
        pause()
        write(self)

    monkeypatch.setattr(InSets, "write", pause_and_write)
    with clients(2) as client:
        moved = client(move_grant_10)
        assert pause.reached.wait(PATIENCE)
        sent = client(partial(elect_grant_10, holder))
        wait_until_blocked() if held else sent.result(PATIENCE)
        pause.go_on.set()
        return moved.result(PATIENCE), sent.result(PATIENCE), elect_grant_10(heir)


def imported_during_an_election(
    holder: Employee, heir: Employee, monkeypatch: pytest.MonkeyPatch, *, held: bool
) -> tuple[RosterResult, Outcome, Outcome]:
    """The holder's form has read its grants; the import runs whole; the form is recorded.

    Then the new holder elects. `held` says whether the import has to wait.
    """
    pause, judge = Pause(), submit.judge_answer

    def judge_and_pause(*args: object, **kwargs: object) -> object:
        decision = judge(*args, **kwargs)  # type: ignore[arg-type]
        pause()
        return decision

    with clients(2) as client:
        with pytest.MonkeyPatch.context() as while_electing:
            while_electing.setattr(submit, "judge_answer", judge_and_pause)
            sent = client(partial(elect_grant_10, holder))
            assert pause.reached.wait(PATIENCE)
            moved = client(move_grant_10)
            wait_until_blocked() if held else moved.result(PATIENCE)
            pause.go_on.set()
            outcome, result = sent.result(PATIENCE), moved.result(PATIENCE)
        return result, outcome, elect_grant_10(heir)


def codes(outcome: Outcome) -> list[str]:
    assert isinstance(outcome, Refused), outcome
    return [problem.code for problem in outcome.problems]


def test_a_form_sent_while_its_grant_moves_waits_and_is_judged_by_the_new_roster(
    holder: Employee, heir: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, before, after = elected_during_an_import(holder, heir, monkeypatch, held=True)

    assert result.problems == ()
    assert Code.UNKNOWN_GRANT in codes(before)
    assert isinstance(after, Recorded)
    assert held_by_two() == 1


def test_without_holding_its_people_an_import_lets_two_elect_one_grant(
    holder: Employee, heir: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_holding(monkeypatch)

    _, before, after = elected_during_an_import(holder, heir, monkeypatch, held=False)

    assert isinstance(before, Recorded)
    assert isinstance(after, Recorded)
    assert held_by_two() == 2


def test_an_import_waits_for_a_form_in_flight_and_leaves_its_grant_where_it_is(
    holder: Employee, heir: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, before, after = imported_during_an_election(holder, heir, monkeypatch, held=True)

    assert refusals(result) == [
        "grants, line 2, Employee Number: grant 10 is on record as employee 1's, who has submitted"
        " a form about it, so it cannot become 2's."
    ]
    assert isinstance(before, Recorded)
    assert codes(after)
    assert Grant.objects.get().employee == holder
    assert held_by_two() == 1


def test_without_holding_its_people_an_import_overtakes_a_form_in_flight(
    holder: Employee, heir: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_holding(monkeypatch)

    result, before, after = imported_during_an_election(holder, heir, monkeypatch, held=False)

    assert result.problems == ()
    assert isinstance(before, Recorded)
    assert isinstance(after, Recorded)
    assert held_by_two() == 2


def test_whoever_changes_or_gives_or_gets_a_grant_is_held_and_nobody_else(
    holder: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [employee("3"), employee("4")]
    accepted(others)
    pause, write = Pause(), InSets.write

    def pause_and_write(self: InSets) -> None:
        pause()
        write(self)

    monkeypatch.setattr(InSets, "write", pause_and_write)
    persons = [employee("1"), employee("2"), employee("3", Country="CA"), employee("4")]
    grants = [grant("10", Employee_Number="2"), grant("40", Employee_Number="4")]
    with clients(1) as client:
        imported = client(partial(load, persons, grants))
        assert pause.reached.wait(PATIENCE)
        held = [number for number in ("1", "2", "3", "4") if is_held(number)]
        pause.go_on.set()
        assert imported.result(PATIENCE).problems == ()

    assert held == ["1", "2", "3"]


def is_held(number: str) -> bool:
    try:
        with transaction.atomic():
            Employee.objects.select_for_update(no_key=True, nowait=True).get(number=number)
    except OperationalError:
        return True
    return False


def test_the_lowest_key_is_held_first_whatever_the_order_of_the_files(
    holder: Employee, heir: Employee
) -> None:
    """Else an import with 2 in hand would wait for 1, and whoever has 1 and wants 2 for it."""
    rows = [employee("2", Country="CA"), employee("1", Country="CA")]
    with clients(1) as client:
        with transaction.atomic():
            Employee.objects.select_for_update(no_key=True).get(pk=holder.pk)
            imported = client(partial(load, rows))
            wait_until_blocked()
            Employee.objects.select_for_update(no_key=True, nowait=True).get(pk=heir.pk)
        result = imported.result(PATIENCE)

    assert result.people.changed == 2
    assert set(Employee.objects.values_list("country", flat=True)) == {"CA"}


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_form_of_someone_whom_the_import_leaves_alone_does_not_wait(
    holder: Employee, monkeypatch: pytest.MonkeyPatch, *, dry_run: bool
) -> None:
    """Nor does anybody's while the import only looks."""
    pause, absent = Pause(), InSets.absent

    def pause_and_go_on(self: InSets) -> tuple[tuple[str, ...], tuple[str, ...]]:
        pause()
        return absent(self)

    monkeypatch.setattr(InSets, "absent", pause_and_go_on)
    persons = [employee("2")] if not dry_run else [employee("1", Country="CA"), employee("2")]
    with clients(2) as client:
        imported = client(partial(load, persons, [grant("20", Employee_Number="2")],
                                  dry_run=dry_run))  # fmt: skip
        assert pause.reached.wait(PATIENCE)
        outcome = client(partial(elect_grant_10, holder)).result(PATIENCE)
        pause.go_on.set()
        result = imported.result(PATIENCE)

    assert isinstance(outcome, Recorded)
    assert result.problems == ()


def test_an_import_may_take_longer_than_a_request(
    open_offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its statements grow with the roster, and the limit is the portal's own again afterwards."""
    limits, write = [limit()], InSets.write

    def look_and_write(self: InSets) -> None:
        limits.append(limit())
        write(self)

    monkeypatch.setattr(InSets, "write", look_and_write)
    accepted([employee("1")])
    limits.append(limit())

    assert limits == ["30s", "15min", "30s"]


def limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])


def test_two_imports_at_once_take_turns(open_offer: Offer) -> None:
    persons, grants = [employee("1"), employee("2")], [grant("10", Employee_Number="1")]

    results = at_once([partial(load, persons, grants)] * 2)

    assert all(isinstance(result, RosterResult) for result in results), results
    assert sorted(str(result.people) for result in results) == [  # type: ignore[union-attr]
        "0 new, 0 changed, 2 unchanged",
        "2 new, 0 changed, 0 unchanged",
    ]


def test_without_turns_one_of_two_imports_would_fail(
    open_offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_compared = threading.Barrier(2)
    write = InSets.write

    def write_once_both_compared(self: InSets) -> None:
        both_compared.wait(PATIENCE)
        write(self)

    monkeypatch.setattr(in_sets.InSets, "write", write_once_both_compared)
    monkeypatch.setattr("elections.services.roster.importing._take_turns", lambda: None)

    results = at_once([partial(load, [employee("1")])] * 2)

    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "RosterResult"]
