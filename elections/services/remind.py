"""Reminding those who have nothing on record: by hand, or on dates set in advance.

A reminder never holds up a form: it takes no lock that a submission takes. So whoever answers while
one runs may be among those it queued a mail for; `delivery.reminding` looks again before each mail
leaves, and drops those that are not needed any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from elections import clock, queries
from elections.core.instants import as_utc
from elections.core.problems import Code, Problem
from elections.delivery import outbox
from elections.models import Offer, Reminder, ReminderDate, User
from elections.models.audit import Act
from elections.services.audit import record_act

log = structlog.get_logger(__name__)

# After a downtime, a reminder is still of use for so long.
LATE_AT_MOST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Reminded:
    """The reminder as recorded, with the number of people it is being mailed to."""

    reminder: Reminder


@dataclass(frozen=True, slots=True)
class DateSet:
    """A date on which people will be reminded."""

    date: ReminderDate


@dataclass(frozen=True, slots=True)
class NotReminded:
    """Nothing was done, for these reasons."""

    problems: tuple[Problem, ...]


def remind_now(*, actor: User, offer: Offer, seen: int) -> Reminded | NotReminded:
    """Mail a reminder to everyone who could take part and has nothing on record.

    `seen` is how many reminders had gone out when `actor` looked: of two people reminding at once,
    or one pressing twice, the second is told.
    """
    with transaction.atomic(durable=True):
        offer = _one_at_a_time(offer.pk)
        instant = clock.now()
        problems = []
        if instant >= queries.deadline_in_force(offer, at=instant):
            problems.append(Problem.of(Code.OFFER_ENDED))
        if offer.reminders.count() != seen:
            problems.append(Problem.of(Code.REMINDED_MEANWHILE))
        if not problems and not queries.people_to_remind(offer, at=instant).exists():
            problems.append(Problem.of(Code.NOBODY_TO_REMIND))
        if problems:
            return NotReminded(tuple(problems))
        reminder = _remind(offer, actor, None, at=instant)
    _log(reminder)
    return Reminded(reminder)


def set_reminder_date(*, actor: User, offer: Offer, remind_at: datetime) -> DateSet | NotReminded:
    """Set an instant (aware) at which people will be reminded.

    It is fixed: it does not move along with the deadline.
    """
    remind_at = as_utc(remind_at)
    with transaction.atomic(durable=True):
        offer = _one_at_a_time(offer.pk)
        instant = clock.now()
        problems = []
        if remind_at <= instant:
            problems.append(Problem.of(Code.REMINDER_DATE_PASSED))
        if remind_at >= queries.deadline_in_force(offer, at=instant):
            problems.append(Problem.of(Code.REMINDER_DATE_TOO_LATE))
        if offer.reminder_dates.filter(remind_at=remind_at).exists():
            problems.append(Problem.of(Code.REMINDER_DATE_TAKEN))
        if problems:
            return NotReminded(tuple(problems))
        date = ReminderDate.objects.create(offer=offer, remind_at=remind_at, set_by=actor)
        _note(offer, actor, f"set for {remind_at.isoformat()}")
    return DateSet(date)


def cancel_reminder_date(*, actor: User, date: ReminderDate) -> NotReminded | None:
    """Take a date that is still to come off the list; None when done."""
    with transaction.atomic(durable=True):
        offer = _one_at_a_time(date.offer_id)
        waiting = ReminderDate.objects.filter(pk=date.pk, run=None, skipped_at=None).first()
        if waiting is None:
            return NotReminded((Problem.of(Code.REMINDER_DATE_GONE),))
        _note(offer, actor, f"taken back for {waiting.remind_at.isoformat()}")
        waiting.delete()
    return None


def run_due_reminders() -> list[Reminder]:
    """Send the reminders whose date has come; each date is run once, whoever else does the same.

    Of several that came due while nothing ran, only the last one is sent. A date is skipped, which
    the audit log tells, when the offer ended or a day has gone by meanwhile.
    """
    due = ReminderDate.objects.filter(remind_at__lte=clock.now(), run=None, skipped_at=None)
    runs = [_run_due(offer_id) for offer_id in sorted(set(due.values_list("offer", flat=True)))]
    done = [reminder for reminder in runs if reminder]
    for reminder in done:
        _log(reminder)
    return done


def _run_due(offer_id: int) -> Reminder | None:
    with transaction.atomic(durable=True):
        offer = _one_at_a_time(offer_id)
        instant = clock.now()
        # Asked again with the offer in hand: another sweeper may have run them meanwhile.
        due = list(
            offer.reminder_dates.filter(remind_at__lte=instant, run=None, skipped_at=None).order_by(
                "remind_at"
            )
        )
        if not due:
            return None
        last = due.pop()
        for date in due:
            _skip(date, "a later one was due as well", at=instant)
        if instant >= queries.deadline_in_force(offer, at=instant):
            _skip(last, "the offer had ended", at=instant)
        elif instant - last.remind_at > LATE_AT_MOST:
            _skip(last, "more than 24 hours had gone by", at=instant)
        else:
            return _remind(offer, None, last, at=instant)
    return None


def _one_at_a_time(offer_id: int) -> Offer:
    """Hold back other reminders of this offer, and nothing else: forms only refer to its key."""
    return Offer.objects.select_for_update(no_key=True).get(pk=offer_id)


def _remind(
    offer: Offer, actor: User | None, date: ReminderDate | None, *, at: datetime
) -> Reminder:
    people = list(queries.people_to_remind(offer, at=at))
    reminder = Reminder.objects.create(
        offer=offer, date=date, sent_at=at, sent_by=actor, people=len(people)
    )
    outbox.post_reminder(reminder, people)
    _note(offer, actor, "sent", rows=len(people), date=date)
    return reminder


def _skip(date: ReminderDate, why: str, *, at: datetime) -> None:
    date.skipped_at = at
    date.save(update_fields=["skipped_at"])
    _note(date.offer, None, f"skipped, since {why}", rows=0, date=date)
    log.warning("reminder_skipped", offer=date.offer.slug, date=date.pk, why=why)


def _note(
    offer: Offer,
    actor: User | None,
    what: str,
    *,
    rows: int | None = None,
    date: ReminderDate | None = None,
) -> None:
    details = {"date": date.remind_at.isoformat()} if date else {}
    subject = f"{offer.slug}, reminder {what}"
    record_act(Act.REMINDER, actor=actor, subject=subject, rows=rows, details=details)


def _log(reminder: Reminder) -> None:
    log.info(
        "reminder_sent",
        offer=reminder.offer.slug,
        date=reminder.date_id,
        by=reminder.sent_by_id,
        people=reminder.people,
    )
