"""Reminding: whom, once for each date, late or not at all, and never someone who has answered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from elections import queries
from elections.core.eligibility import Standing, assess_grants, person_problems
from elections.core.problems import Code
from elections.models import (
    AuditEntry,
    Employee,
    Offer,
    OutboxMessage,
    Reminder,
    ReminderDate,
    User,
)
from elections.models.outbox import MailState
from elections.models.submission import Verdict
from elections.services.extend import extend_offer
from elections.services.remind import (
    LATE_AT_MOST,
    DateSet,
    NotReminded,
    Reminded,
    cancel_reminder_date,
    remind_now,
    run_due_reminders,
    set_reminder_date,
)
from elections.services.review import review_submission
from tests.factory import (
    DURING_OFFER,
    EXPIRATION,
    decline,
    elect,
    make_employee,
    make_grant,
    make_required_grant,
    make_user,
)
from tests.portal import SetClock

MICROSECOND = timedelta(microseconds=1)
TWO_DAYS_BEFORE = EXPIRATION - timedelta(days=2)


@pytest.fixture
def hr(db: None) -> User:
    return make_user("hr@example.com", is_staff=True)


def make_holder(**changes: object) -> Employee:
    """An eligible employee with a grant to choose."""
    person = make_employee(**changes)
    make_grant(person)
    return person


def reminded() -> set[Employee]:
    return {mail.employee for mail in OutboxMessage.objects.filter(kind="reminder")}


def codes(outcome: object) -> list[str]:
    assert isinstance(outcome, NotReminded), outcome
    return [problem.code for problem in outcome.problems]


def set_date(hr: User, offer: Offer, at: datetime = TWO_DAYS_BEFORE) -> ReminderDate:
    outcome = set_reminder_date(actor=hr, offer=offer, remind_at=at)
    assert isinstance(outcome, DateSet), outcome
    return outcome.date


def test_those_with_nothing_on_record_are_reminded_and_nobody_else(
    offer: Offer, hr: User, portal_clock: SetClock
) -> None:
    silent, elected, declined, irregular = (make_holder() for _ in range(4))
    elect(elected, elected.grants.get())
    decline(declined)
    review_submission(
        actor=make_user(),
        submission=elect(irregular, irregular.grants.get()),
        verdict=Verdict.IRREGULAR,
        reason="Not signed.",
    )
    make_holder(country="DE")
    make_holder(left_on=date(2003, 1, 10))

    outcome = remind_now(actor=hr, offer=offer, seen=0)

    assert isinstance(outcome, Reminded)
    assert (outcome.reminder.people, outcome.reminder.sent_by) == (1, hr)
    assert outcome.reminder.sent_at == portal_clock.instant
    assert reminded() == {silent}
    entry = AuditEntry.objects.get(act="reminder")
    assert (entry.actor, entry.rows) == (hr, 1)


def test_whoever_submitted_late_has_something_on_record_after_an_extension(
    offer: Offer, hr: User, portal_clock: SetClock
) -> None:
    late, silent = make_holder(), make_holder()
    portal_clock.set(EXPIRATION)
    elect(late, late.grants.get())
    extend_offer(
        actor=hr,
        offer=offer,
        expected=EXPIRATION,
        expiration=EXPIRATION + timedelta(days=7),
        reason="A storm.",
    )

    remind_now(actor=hr, offer=offer, seen=0)

    assert reminded() == {silent}


def test_the_people_to_remind_are_those_of_the_rules(offer: Offer, portal_clock: SetClock) -> None:
    edges: list[dict[str, object]] = [
        {},
        {"exercise_price": Decimal("3.01")},
        {"exercise_price": Decimal("3.0099")},
        {"exercised": 400, "canceled": 600, "vested": 0},
        {"exercised": 400, "canceled": 599, "vested": 0},
        {"granted_on": offer.required_from},
        {"granted_on": offer.required_from - timedelta(days=1)},
    ]
    people = [make_employee() for _ in edges]
    for person, edge in zip(people, edges, strict=True):
        make_grant(person, **edge)
    only_required, nothing = make_employee(), make_employee()
    make_required_grant(only_required)
    people += [only_required, nothing, make_holder(is_director=True)]
    today = queries.today(offer, at=portal_clock.instant)

    for inclusive in (True, False):
        offer.threshold_inclusive = inclusive
        by_rules = {
            person
            for person in people
            if not person_problems(offer.terms(), person.facts(), today=today)
            and any(
                one.standing == Standing.ELIGIBLE
                for one in assess_grants(
                    offer.terms(), [grant.facts() for grant in queries.grants_of(person)]
                )
            )
        }
        assert set(queries.people_to_remind(offer, at=portal_clock.instant)) == by_rules
        assert people[1] in by_rules if inclusive else people[1] not in by_rules


def test_of_two_people_reminding_at_once_the_second_is_told(offer: Offer, hr: User) -> None:
    make_holder()
    remind_now(actor=hr, offer=offer, seen=0)

    again = remind_now(actor=make_user(), offer=offer, seen=0)

    assert codes(again) == [Code.REMINDED_MEANWHILE]
    assert Reminder.objects.count() == OutboxMessage.objects.count() == 1
    assert isinstance(remind_now(actor=hr, offer=offer, seen=1), Reminded)


def test_nobody_to_remind_is_said_and_nothing_is_recorded(offer: Offer, hr: User) -> None:
    assert codes(remind_now(actor=hr, offer=offer, seen=0)) == [Code.NOBODY_TO_REMIND]
    assert not Reminder.objects.exists()


def test_nobody_is_reminded_from_the_very_deadline_on(
    offer: Offer, hr: User, portal_clock: SetClock
) -> None:
    make_holder()
    portal_clock.set(EXPIRATION)
    assert codes(remind_now(actor=hr, offer=offer, seen=0)) == [Code.OFFER_ENDED]

    portal_clock.set(EXPIRATION - MICROSECOND)
    assert isinstance(remind_now(actor=hr, offer=offer, seen=0), Reminded)


def test_a_date_is_run_when_it_has_come_and_once(
    offer: Offer, hr: User, portal_clock: SetClock
) -> None:
    silent = make_holder()
    wanted = set_date(hr, offer)
    portal_clock.set(TWO_DAYS_BEFORE - MICROSECOND)
    assert run_due_reminders() == []

    portal_clock.set(TWO_DAYS_BEFORE)
    (reminder,) = run_due_reminders()
    portal_clock.tick(minutes=1)

    assert run_due_reminders() == []
    assert (reminder.date, reminder.sent_by, reminder.people) == (wanted, None, 1)
    assert reminded() == {silent}
    assert OutboxMessage.objects.filter(kind="reminder").count() == 1
    sent = AuditEntry.objects.get(subject__endswith="sent")
    assert (sent.actor, sent.actor_email, sent.rows) == (None, "", 1)


def test_a_date_with_nobody_left_to_remind_is_run_all_the_same(
    offer: Offer, hr: User, portal_clock: SetClock
) -> None:
    set_date(hr, offer)
    portal_clock.set(TWO_DAYS_BEFORE)

    (reminder,) = run_due_reminders()

    assert reminder.people == 0
    assert run_due_reminders() == []


def test_a_date_missed_by_a_day_is_run_late_and_by_more_is_skipped(
    offer: Offer, hr: User, portal_clock: SetClock
) -> None:
    make_holder()
    early = set_date(hr, offer, EXPIRATION - timedelta(days=4))
    set_date(hr, offer)
    portal_clock.set(early.remind_at + LATE_AT_MOST + MICROSECOND)
    assert run_due_reminders() == []
    early.refresh_from_db()
    assert early.skipped_at == portal_clock.instant
    entry = AuditEntry.objects.get(subject__contains="skipped")
    assert entry.subject.endswith("skipped, since more than 24 hours had gone by")
    assert entry.details == {"date": early.remind_at.isoformat()}

    portal_clock.set(TWO_DAYS_BEFORE + LATE_AT_MOST)
    assert len(run_due_reminders()) == 1


def test_a_date_missed_until_the_offer_ended_is_skipped(
    offer: Offer, hr: User, portal_clock: SetClock
) -> None:
    make_holder()
    set_date(hr, offer, EXPIRATION - timedelta(hours=1))
    portal_clock.set(EXPIRATION)

    assert run_due_reminders() == []
    assert AuditEntry.objects.get(subject__contains="skipped").subject.endswith("had ended")
    assert not OutboxMessage.objects.exists()


def test_of_two_dates_missed_only_the_later_one_is_run(
    offer: Offer, hr: User, portal_clock: SetClock
) -> None:
    make_holder()
    first, second = (set_date(hr, offer, EXPIRATION - timedelta(hours=h)) for h in (12, 6))
    portal_clock.set(second.remind_at)

    (reminder,) = run_due_reminders()

    assert reminder.date == second
    first.refresh_from_db()
    assert first.skipped_at == portal_clock.instant
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (DURING_OFFER, Code.REMINDER_DATE_PASSED),
        (EXPIRATION, Code.REMINDER_DATE_TOO_LATE),
        (TWO_DAYS_BEFORE, Code.REMINDER_DATE_TAKEN),
    ],
)
def test_a_date_that_makes_no_sense_is_refused(
    offer: Offer, hr: User, at: datetime, code: Code
) -> None:
    set_date(hr, offer)

    assert codes(set_reminder_date(actor=hr, offer=offer, remind_at=at)) == [code]
    assert ReminderDate.objects.count() == 1


@pytest.mark.parametrize("at", [DURING_OFFER + MICROSECOND, EXPIRATION - MICROSECOND])
def test_a_date_may_stand_right_at_the_edge_of_what_is_left(
    offer: Offer, hr: User, at: datetime
) -> None:
    assert set_date(hr, offer, at).remind_at == at


def test_a_date_to_come_can_be_taken_back_and_one_that_was_run_cannot(
    offer: Offer, hr: User, portal_clock: SetClock
) -> None:
    make_holder()
    later, sooner = set_date(hr, offer), set_date(hr, offer, DURING_OFFER + timedelta(hours=1))
    assert cancel_reminder_date(actor=hr, date=later) is None
    assert codes(cancel_reminder_date(actor=hr, date=later)) == [Code.REMINDER_DATE_GONE]
    portal_clock.set(sooner.remind_at)
    run_due_reminders()

    assert codes(cancel_reminder_date(actor=hr, date=sooner)) == [Code.REMINDER_DATE_GONE]
    assert ReminderDate.objects.get() == sooner


def test_a_date_stays_where_it_is_when_the_offer_is_extended(
    offer: Offer, hr: User, portal_clock: SetClock
) -> None:
    make_holder()
    wanted = set_date(hr, offer)
    extend_offer(
        actor=hr,
        offer=offer,
        expected=EXPIRATION,
        expiration=datetime(2003, 1, 28, 5, tzinfo=UTC),
        reason="A storm.",
    )
    portal_clock.set(TWO_DAYS_BEFORE)

    (reminder,) = run_due_reminders()

    assert reminder.date == wanted
    assert OutboxMessage.objects.filter(kind="reminder", state=MailState.WAITING).count() == 1
