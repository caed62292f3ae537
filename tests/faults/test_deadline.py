"""The last minute: what arrives around the deadline, and what moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from elections.core.problems import Code
from elections.models import Offer
from elections.services import extend
from elections.services.extend import Extended, NotExtended, extend_offer
from tests.factory import make_user
from tests.faults.doing import PATIENCE, all_done, crowd, in_background, send_again, together
from tests.faults.history import Told
from tests.faults.stack import Process, Stack
from tests.faults.trial import Trial


def trickled_across(trial: Trial, web: Process) -> None:
    (person,) = trial.open()
    token = trial.draft()
    deadline = trial.close_in(0.6)
    later = deadline + timedelta(seconds=trial.dice.uniform(0.05, 0.5))
    sending = trial.browser(web).sign(person, token, slowly=lambda: trial.until(later))
    trial.must(sending.told is Told.RECEIPT, f"a receipt: {sending}")
    found = trial.stack.do(
        "SELECT timely, arrived_at FROM elections_submission WHERE form_token = %s", token
    )
    trial.must(found and not found[0][0], "late")
    trial.must(found and found[0][1] < deadline, "the arrival before the deadline is kept")


@pytest.mark.fault(7)
def test_a_body_that_trickles_in_across_the_deadline_is_late(trial: Trial, web: Process) -> None:
    trickled_across(trial, web)
    trial.holds(web)


@pytest.mark.control(7)
def test_by_its_arrival_that_form_would_have_slipped_in(trial: Trial, stack: Stack) -> None:
    with stack.web("time_under_the_lock") as web:
        trickled_across(trial, web)
        trial.finds("I3", "end")


def queued_at_the_deadline(trial: Trial, web: Process, people: int) -> None:
    """All of them send one second before the deadline; the server works it off until after.

    A few came earlier, so that each of the server's processes has had one.
    """
    everyone = trial.open(people)
    forms = list(zip(everyone, trial.drafts(), strict=True))
    deadline = trial.close_in(2.5)
    all_done(crowd(trial.browser(web), [forms.pop() for _ in range(6)], at_once=3))
    trial.until(deadline - timedelta(seconds=1))
    all_done(crowd(trial.browser(web), forms, at_once=len(forms)))
    unanswered = [s for s in trial.history.sendings if s.told is not Told.RECEIPT]
    trial.must(not unanswered, f"none lost: {len(unanswered)}, first {unanswered[:1]}")
    trial.must(len(trial.rows()) == people, f"{people} rows")


@pytest.mark.fault(8)
@pytest.mark.timeout(240)
def test_500_queued_one_second_before_are_judged_by_one_rule(trial: Trial, web: Process) -> None:
    queued_at_the_deadline(trial, web, 500)
    trial.holds(web)


@pytest.mark.control(8)
def test_with_a_clock_looked_up_once_the_queue_is_judged_by_another(
    trial: Trial, stack: Stack
) -> None:
    with stack.web("clock_of_each_form") as web:
        queued_at_the_deadline(trial, web, 60)
        trial.finds("I3")


def lock_won_late(trial: Trial, web: Process) -> None:
    """A form waits for its person's lock from before the deadline until after it."""
    (person,) = trial.open()
    token = trial.draft()
    browser = trial.browser(web)
    with trial.stack.connect() as hand:
        hand.execute("BEGIN")
        hand.execute(
            "SELECT 1 FROM elections_employee WHERE id = %s FOR NO KEY UPDATE",
            [person.employee_id],
        )
        deadline = trial.close_in(1.5)
        client = in_background(lambda: browser.sign(person, token))
        trial.await_blocked()
        assert datetime.now(UTC) < deadline
        trial.until(deadline)
        trial.a_moment(0.5)
        hand.execute("COMMIT")
    client.join(PATIENCE)
    (sending,) = trial.history.sendings
    trial.must(sending.told is Told.RECEIPT, f"a receipt: {sending}")
    page = browser.get(person, f"/submissions/{sending.receipt}/")
    trial.must("arrived late" in page.words, "the page says that it is late")
    trial.must([timely for _, _, _, timely in trial.rows()] == [False], "late")


@pytest.mark.fault(40)
def test_a_lock_won_after_the_deadline_makes_the_form_late(trial: Trial, web: Process) -> None:
    lock_won_late(trial, web)
    trial.holds(web)


@pytest.mark.control(40)
def test_by_the_start_of_its_transaction_it_would_be_timely(trial: Trial, stack: Stack) -> None:
    with stack.web("clock_moves_on") as web:
        lock_won_late(trial, web)
        trial.finds("end")


def move_deadline(
    trial: Trial, expiration: datetime, expected: datetime | None = None
) -> Extended | NotExtended:
    """What HR's page does, on a connection of its own."""
    with trial.stack.records():
        offer = Offer.objects.prefetch_related("extensions").get(pk=trial.offer_id)
        return extend_offer(
            actor=make_user(),
            offer=offer,
            expected=expected or trial.deadlines[0],
            expiration=expiration,
            reason="More time.",
        )


def extended_among_forms(trial: Trial, web: Process) -> None:
    """A hundred people submit around the deadline, and HR extends it at that moment."""
    people = trial.open(100)
    forms = zip(people, trial.drafts(), strict=True)
    # The extension takes its time between its instant and its commit: that is where forms meet it.
    with trial.after_insert("elections_extension", "PERFORM pg_sleep(0.4);"):
        deadline = trial.close_in(2.0)
        trial.until(deadline - timedelta(seconds=0.5))
        clients = crowd(trial.browser(web), forms, at_once=10)
        trial.until(deadline + timedelta(seconds=trial.dice.uniform(-0.05, 0.05)))
        outcome = move_deadline(trial, deadline + timedelta(days=1))
        all_done(clients)
    assert isinstance(outcome, Extended), outcome
    unanswered = [s for s in trial.history.sendings if s.told is not Told.RECEIPT]
    trial.must(not unanswered, f"each has a receipt, first without {unanswered[:1]}")


@pytest.mark.fault(41)
def test_each_form_is_judged_by_the_deadline_it_saw_under_its_lock(
    trial: Trial, web: Process
) -> None:
    extended_among_forms(trial, web)
    trial.holds(web)


@pytest.mark.control(41)
def test_without_the_offers_lock_forms_are_judged_by_a_deadline_that_was(
    trial: Trial, stack: Stack
) -> None:
    with stack.web("offers_lock") as web:
        extended_among_forms(trial, web)
        trial.finds("I3")


def two_extend(trial: Trial, web: Process) -> None:
    """Two at once, one who shortens, and one who extends after the close."""
    trial.open()
    standing = trial.deadlines[0]
    outcomes: list[Extended | NotExtended] = []
    week = timedelta(days=7)
    together([
        lambda days=days: outcomes.append(move_deadline(trial, standing + days * week, standing))
        for days in (1, 2)
    ])  # fmt: skip
    won = [o for o in outcomes if isinstance(o, Extended)]
    told = [p.code for o in outcomes if isinstance(o, NotExtended) for p in o.problems]
    trial.must(len(won) == 1, f"one wins: {len(won)} did")
    trial.must(Code.DEADLINE_MOVED_MEANWHILE in told, f"the other is told: {told}")
    in_force = max(o.extension.expiration for o in won)
    shortened = move_deadline(trial, in_force - timedelta(hours=1), in_force)
    trial.must(isinstance(shortened, NotExtended), "a shortening is refused")


def late_and_extended(trial: Trial, web: Process) -> None:
    """Someone is late; then the offer is extended; their form stays late."""
    (person,) = trial.open()
    late = trial.draft()
    deadline = trial.close_in(0.3)
    trial.until(deadline)
    trial.browser(web).sign(person, late)
    trial.remember()
    outcome = move_deadline(trial, datetime.now(UTC) + timedelta(days=1), deadline)
    trial.must(isinstance(outcome, Extended), "the offer can be extended after it closed")
    trial.must([timely for _, _, _, timely in trial.rows()] == [False], "late stays late")


@pytest.mark.fault(42)
def test_of_two_extensions_one_wins_and_late_stays_late(trial: Trial, web: Process) -> None:
    two_extend(trial, web)
    trial.holds(web)
    late_and_extended(trial, web)
    trial.holds(web)


@pytest.mark.control(42)
def test_without_lock_and_rule_deadlines_move_earlier(
    trial: Trial, stack: Stack, web: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extend, "extension_problems", lambda *offer, **at: ())
    with stack.another_database():
        for (rule,) in stack.do(
            "SELECT conname FROM pg_constraint WHERE contype = 'c'"
            " AND conrelid = 'elections_extension'::regclass"
        ):
            stack.do(f"ALTER TABLE elections_extension DROP CONSTRAINT {rule}")
        two_extend(trial, web)
        trial.finds("I8", "end")


def opened_before_sent_after(trial: Trial, web: Process) -> None:
    (person,) = trial.open()
    token = trial.draft()
    browser = trial.browser(web)
    deadline = trial.close_in(0.8)
    page = browser.get(person, f"/election/check/?form={token}")
    trial.must("no-store" in page.cache_control, "no browser keeps the page")
    trial.must(person.grant in page.words, "the page shows what was filled in")
    trial.until(deadline)
    trial.a_moment(0.3)
    sending = browser.sign(person, token)
    trial.must(sending.told is Told.RECEIPT, f"a receipt: {sending}")
    page = browser.get(person, f"/submissions/{sending.receipt}/")
    trial.must("arrived late" in page.words, "the receipt says that it is late")
    trial.must([timely for _, _, _, timely in trial.rows()] == [False], "late")
    back = browser.get(person, f"/election/check/?form={token}")
    trial.must(str(sending.receipt) in back.location, "the back button leads to the receipt")
    trial.must(send_again(browser, sending).receipt == sending.receipt, "and so does sending it")


@pytest.mark.fault(44)
def test_a_page_opened_before_the_close_and_sent_after_it(trial: Trial, web: Process) -> None:
    opened_before_sent_after(trial, web)
    trial.holds(web)


@pytest.mark.control(44)
def test_by_the_time_its_page_was_opened_it_would_count(trial: Trial, stack: Stack) -> None:
    with stack.web("time_it_was_sent") as web:
        opened_before_sent_after(trial, web)
        trial.finds("I3", "end")
