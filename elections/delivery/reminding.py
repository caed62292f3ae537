"""Whether a reminder is still needed when its turn comes: people answer while it runs.

Asked right before a mail is handed over, so nobody who has answered by then is reminded.
"""

from __future__ import annotations

from elections import clock, queries
from elections.models import OutboxMessage, Reminder
from elections.models.outbox import MailKind


def no_longer_needed(message: OutboxMessage) -> str:
    """Why this mail need not go out any more, in a sentence for staff; "" if it is to be sent.

    Only reminders can become needless: whatever else is in the outbox has to reach its person.
    """
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
