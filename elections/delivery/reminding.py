"""Whether a reminder or an invitation is still needed when its turn comes.

Asked right before a mail is handed over, so nobody who has answered by then is reminded.
"""

from __future__ import annotations

from elections import clock, queries
from elections.models import OutboxMessage, Reminder, User
from elections.models.outbox import MailKind


def no_longer_needed(message: OutboxMessage) -> str:
    """Why this mail need not go out any more, in a sentence for staff; "" if it is to be sent.

    Only these two can become needless: whatever else is in the outbox has to reach its person.
    """
    if message.kind == MailKind.INVITATION:
        return _not_invited(message)
    if message.kind != MailKind.REMINDER:
        return ""
    offer = Reminder.objects.select_related("offer").get(pk=message.reminder_id).offer
    now = clock.now()
    if now >= queries.deadline_in_force(offer, at=now):
        return "The offer ended before this reminder went out."
    if offer.submissions.filter(employee=message.employee_id).exists():
        return "This person answered before the reminder went out."
    if not queries.people_to_remind(offer, at=now).filter(pk=message.employee_id).exists():
        return "This person can no longer take part in the offer."
    return ""


def _not_invited(message: OutboxMessage) -> str:
    """Of no use to whoever has found the way since it was posted; both are on the real clock."""
    account = User.objects.filter(employee=message.employee_id).first()
    if account is None or not account.is_active:
        return "This person's account was switched off before the invitation went out."
    if account.last_login is not None and account.last_login > message.created_at:
        return "This person signed in before the invitation went out."
    return ""
