"""Delivering one mail: claim it, make it once, send what was made, say what became of it."""

from __future__ import annotations

from enum import Enum, auto

import structlog
from django.db import Error as DatabaseTrouble

from elections.delivery.claim import Claim, take
from elections.delivery.keep import find_mail, make_mail
from elections.delivery.letter import one_line
from elections.delivery.reminding import no_longer_needed
from elections.delivery.sending import CutOff, NotSent, Refused, ServerAway, send
from elections.delivery.staff import tell_hr
from elections.models import OutboxMessage, RenderedMail, Submission
from elections.models.outbox import MailKind

log = structlog.get_logger(__name__)

# A mail that could not be made in this many attempts (some ten minutes, as they are spaced) never
# will be, until someone mends the cause.
MAKING_TRIES = 8


class Outcome(Enum):
    """What became of one attempt."""

    NOT_TAKEN = auto()  # not due, done, or in someone else's hands
    SENT = auto()
    PUT_BACK = auto()
    SERVER_AWAY = auto()  # put back, and others would be too
    SET_ASIDE = auto()
    DROPPED = auto()  # not needed any more


def deliver(message_id: int) -> Outcome:
    """Deliver the mail of one outbox row, if it is due and nobody else has it.

    Every failure ends in the row. Only a database in trouble raises: the claim then runs out, and
    the row is taken up again.
    """
    claim = take(message_id)
    if claim is None:
        return Outcome.NOT_TAKEN
    try:
        kept = _make(claim.message)
    except DatabaseTrouble:
        raise
    except Exception as error:
        log.exception("mail_not_made", mail=message_id, attempts=claim.message.attempts)
        return _could_not_make(claim, error)
    if not claim.renew():
        return Outcome.NOT_TAKEN
    if why := no_longer_needed(claim.message):
        claim.drop(why)
        log.info("mail_dropped", mail=message_id, kind=claim.message.kind, why=why)
        return Outcome.DROPPED
    return _send(claim, kept)


def confirmation_pdf(submission: Submission) -> bytes:
    """The PDF that confirms `submission`: the very bytes that its mail brings, sent or not yet."""
    message = OutboxMessage.objects.get(kind=MailKind.RECEIPT, submission=submission)
    return bytes((find_mail(message) or make_mail(message)).pdf)


class _TriedTooOften(Exception):
    """Each attempt to make the mail ended without a result, such as with its process."""


def _make(message: OutboxMessage) -> RenderedMail:
    if hasattr(message, "rendered"):
        return message.rendered
    if message.attempts > MAKING_TRIES:
        raise _TriedTooOften(f"{MAKING_TRIES} attempts to make this mail ended without a result.")
    return make_mail(message)


def _could_not_make(claim: Claim, error: Exception) -> Outcome:
    said = one_line(f"{type(error).__name__}: {error}")[:500]
    if claim.message.attempts < MAKING_TRIES:
        claim.put_back(said)
        return Outcome.PUT_BACK
    return _set_aside(claim, said)


def _send(claim: Claim, kept: RenderedMail) -> Outcome:
    about = log.bind(mail=claim.message.pk, attempts=claim.message.attempts)
    try:
        remark = send(bytes(kept.mime))
    except Refused as error:
        return _set_aside(claim, str(error))
    except NotSent as error:
        about.warning("mail_not_sent", error=str(error), cut_off=isinstance(error, CutOff))
        claim.may_repeat |= isinstance(error, CutOff)
        claim.put_back(str(error))
        away = isinstance(error, ServerAway)
        return Outcome.SERVER_AWAY if away else Outcome.PUT_BACK
    except Exception as error:
        log.exception("mail_not_sent_unexpectedly", mail=claim.message.pk)
        claim.may_repeat = True
        claim.put_back(one_line(f"{type(error).__name__}: {error}")[:500])
        return Outcome.PUT_BACK
    claim.sent(remark=remark)
    about.info("mail_sent", kind=claim.message.kind, remark=remark, may_repeat=claim.may_repeat)
    return Outcome.SENT


def _set_aside(claim: Claim, error: str) -> Outcome:
    """Give the mail up. HR is told first, so that a crash in between tells it twice, not never."""
    tell_hr(claim.message, error)
    claim.set_aside(error)
    return Outcome.SET_ASIDE
