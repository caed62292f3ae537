"""What a worker is woken for. A task only wakes: the outbox row is the queue, and paces retries."""

from __future__ import annotations

from celery import shared_task

from elections.delivery.claim import LEASE, LONGEST_ATTEMPT
from elections.delivery.deliver import deliver
from elections.delivery.sweep import deliver_each

# So few that a task is short, and that other workers get their share.
ROWS_OF_A_TASK = 5


# The name and its one argument are what waiting tasks of an earlier release carry: keep them.
@shared_task(
    name="elections.deliver_message",
    soft_time_limit=LONGEST_ATTEMPT.total_seconds(),
    time_limit=LEASE.total_seconds(),
)
def deliver_message(message_id: int) -> None:
    """Deliver one outbox row. Not retried by Celery: the sweeper takes up what is due again."""
    deliver(message_id)


@shared_task(
    name="elections.deliver_messages",
    soft_time_limit=ROWS_OF_A_TASK * LONGEST_ATTEMPT.total_seconds(),
    time_limit=ROWS_OF_A_TASK * LEASE.total_seconds(),
)
def deliver_messages(message_ids: list[int]) -> None:
    """Deliver some outbox rows, one after the other; what is not reached is the sweeper's."""
    deliver_each(message_ids)
