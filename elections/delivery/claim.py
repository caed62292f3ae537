"""Who may deliver a row of the outbox, and when it is tried again.

One conditional UPDATE takes a row, so of any number of workers and sweepers one gets it. No lock
is held while a mail is made or sent: a claim runs out instead, and whoever held it is dead. The
instant at which it runs out is what a claim is known by. All of this runs on the server's real
clock, which a demo never shifts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from elections import clock
from elections.models import OutboxMessage
from elections.models.outbox import MailKind, MailState

log = structlog.get_logger(__name__)

TO_EVERYBODY = (MailKind.EXTENSION, MailKind.REMINDER, MailKind.INVITATION)
# A killed worker's row is taken up within a minute, so its claim has to run out before that; and
# an attempt has to end before its claim does.
LEASE = timedelta(seconds=50)
LONGEST_ATTEMPT = timedelta(seconds=45)
# Tried again after 5 s, 10 s, 20 s and so on, in the end every quarter of an hour, for ever.
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=15)
# Stays in the row's `last_error`, also once the mail is sent: whoever answers for it should know.
MAY_REPEAT = (
    "An earlier attempt was cut off before its result was known: this mail may have been sent"
    " twice, as identical copies with one Message-ID."
)


@dataclass(slots=True)
class Claim:
    """The right to deliver `message`, until `until` (real clock).

    `may_repeat` says that an earlier attempt may have sent the mail already.
    """

    message: OutboxMessage
    until: datetime
    may_repeat: bool

    def renew(self) -> bool:
        """Take a whole lease anew, before sending; False if someone else has the row by now."""
        until = _now() + LEASE
        if not self._held().update(claimed_until=until):
            return False
        self.until = until
        return True

    def sent(self, *, remark: str = "") -> None:
        """The mail server has the mail. That is final, whoever else may hold the row by now."""
        OutboxMessage.objects.filter(pk=self.message.pk).exclude(state=MailState.SENT).update(
            state=MailState.SENT,
            sent_at=clock.now(),
            claimed_until=None,
            last_error=self._with_flag(remark),
        )

    def put_back(self, error: str) -> None:
        """Not sent, for now; it is due again after a while that grows with each attempt."""
        self._held().update(
            state=MailState.WAITING,
            claimed_until=None,
            due_at=_now() + retry_after(self.message.attempts),
            last_error=self._with_flag(error),
        )

    def set_aside(self, error: str) -> None:
        """Not to be tried again unless a person says so."""
        self._held().update(
            state=MailState.FAILED, claimed_until=None, last_error=self._with_flag(error)
        )

    def drop(self, why: str) -> None:
        """Not needed any more, for good."""
        self._held().update(
            state=MailState.DROPPED, claimed_until=None, last_error=self._with_flag(why)
        )

    def _with_flag(self, text: str) -> str:
        return "\n".join(filter(None, (MAY_REPEAT if self.may_repeat else "", text)))

    def _held(self) -> QuerySet[OutboxMessage]:
        return OutboxMessage.objects.filter(
            pk=self.message.pk, state=MailState.SENDING, claimed_until=self.until
        )


def take(message_id: int) -> Claim | None:
    """Claim a row that is due. None if it is not, if it is done, or if someone else has it.

    The message comes with its employee, and with `rendered` where its mail has been made.
    """
    message = (
        OutboxMessage.objects.filter(_claimable(_now()), pk=message_id)
        .select_related("employee", "rendered")
        .defer("rendered__pdf")
        .first()
    )
    if message is None:
        return None
    until = _now() + LEASE
    # The number of attempts tells whether anyone was here since the row was read.
    taken = OutboxMessage.objects.filter(
        _claimable(_now()), pk=message_id, attempts=message.attempts
    ).update(state=MailState.SENDING, claimed_until=until, attempts=message.attempts + 1)
    if not taken:
        return None
    cut_off = message.state == MailState.SENDING
    if cut_off:
        log.warning("mail_taken_over", mail=message.pk, attempts=message.attempts)
    message.attempts += 1
    flagged = message.last_error.startswith(MAY_REPEAT)
    return Claim(message, until, flagged or (cut_off and hasattr(message, "rendered")))


def due(*, grace: timedelta, limit: int | None = None) -> list[int]:
    """The keys of rows to deliver; `grace` leaves fresh ones to the worker.

    What answers somebody goes before what is sent to everybody, so that no receipt waits behind an
    announcement; of each, the longest due first.
    """
    rows = OutboxMessage.objects.filter(_claimable(_now(), grace=grace))
    to_everybody = ExpressionWrapper(Q(kind__in=TO_EVERYBODY), output_field=BooleanField())
    in_order = rows.order_by(to_everybody, "due_at", "pk")
    return list(in_order.values_list("pk", flat=True)[:limit])


def revive() -> int:
    """Make every row that was set aside due again, as if never tried; returns how many."""
    return OutboxMessage.objects.filter(state=MailState.FAILED).update(
        state=MailState.WAITING, due_at=_now(), attempts=0
    )


def retry_after(attempts: int) -> timedelta:
    """How long to wait after that many attempts."""
    return min(FIRST_RETRY * (1 << min(attempts - 1, 20)), LONGEST_RETRY)


def _claimable(now: datetime, *, grace: timedelta = timedelta(0)) -> Q:
    waiting = Q(state=MailState.WAITING, due_at__lte=now - grace)
    return waiting | Q(state=MailState.SENDING, claimed_until__lte=now)


def _now() -> datetime:
    return datetime.now(UTC)
