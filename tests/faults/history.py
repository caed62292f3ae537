"""What the clients sent and what they were told: one side of what the checker compares."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Told(StrEnum):
    """What the answer to a signed form said, in one word."""

    RECEIPT = "receipt"  # led on to a receipt
    CHECKING = "checking"  # "it may be on record, or not"
    CONFLICT = "conflict"  # another form counts by now; both are shown
    BEFORE = "before"  # this form was recorded earlier, saying something else
    REFUSED = "refused"  # shown again with what is wrong
    SIGN_IN = "sign in"  # kept, to be sent again once signed in
    UNKNOWN = "unknown"  # no such form
    FORBIDDEN = "forbidden"  # not open to this person
    SENT_AWAY = "sent away"  # led to another page without a word
    FAILED = "failed"  # an error page that keeps nothing
    NOTHING = "nothing"  # no answer at all


# Whoever read one of these believes that this form is not on record.
SAYS_NO = {Told.CONFLICT, Told.REFUSED, Told.UNKNOWN, Told.FORBIDDEN, Told.FAILED}
# These leave nobody with a page on which the form still is.
LOSES = {Told.UNKNOWN, Told.FAILED, Told.SENT_AWAY}


@dataclass
class Person:
    """Someone on the roster with one grant, signed in."""

    employee_id: int
    number: str
    email: str
    session: str
    grant: str
    user_id: int


@dataclass
class Sending:
    """One sending of one signed form, on this machine's clock (which is the database's, too).

    `complete` is just before its last bytes were handed over, `answered` when the answer was read;
    both None where that never happened. `kept` are the fields that the answer's page would send
    again.
    """

    person: Person
    path: str
    token: uuid.UUID
    fields: Mapping[str, str]
    began: datetime
    complete: datetime | None = None
    answered: datetime | None = None
    status: int = 0
    told: Told = Told.NOTHING
    receipt: str | None = None
    kept: Mapping[str, str] = field(default_factory=dict)
    page: str = ""
    retry_after: str = ""

    def __str__(self) -> str:
        return f"{self.person.number} {self.path} {str(self.token)[:8]}: {self.told} {self.status}"


@dataclass
class History:
    """Every sending of a trial, in the order in which they began; threads may add to it."""

    sendings: list[Sending] = field(default_factory=list)

    def of(self, token: uuid.UUID) -> list[Sending]:
        """The sendings of one form."""
        return [sending for sending in self.sendings if sending.token == token]

    def receipts(self) -> list[Sending]:
        """Those that were shown a receipt."""
        return [sending for sending in self.sendings if sending.told is Told.RECEIPT]
