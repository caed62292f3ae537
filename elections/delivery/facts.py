"""What a mail or a PDF tells, as plain values: taken from the record, knowing no model.

Instants are aware UTC, money is USD per share, shares are whole, addresses of pages are absolute.
The words are made of these in `wording`; the same facts always give the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from elections.core.status_words import Difference
from elections.core.terms import Choice, OptionKind


class FormKind(StrEnum):
    """What a form is; the values are those of `elections.models.submission.Kind`."""

    ELECTION = "election"
    WITHDRAWAL = "withdrawal"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFacts:
    """The offer that a form belongs to. `contacts` take questions, written to `law_email`."""

    company: str
    title: str
    zone: str
    second_zone: str
    required_from: date
    contacts: tuple[str, ...]
    law_email: str
    portal_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormReference:
    """Another form of the same person, named in passing."""

    kind: FormKind
    receipt: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """What a form says of one grant, with the grant as it stood then.

    `withdrawn` marks a grant that this form takes back. `new_shares` is 0 for a grant kept.
    """

    grant_number: str
    plan: str
    kind: OptionKind
    granted_on: date
    exercise_price: Decimal
    outstanding: int
    choice: Choice
    required: bool
    withdrawn: bool
    new_shares: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantFactsOnPaper:
    """A grant as a printed form lists it; a `required` one has no box of its own."""

    number: str
    plan: str
    kind: OptionKind
    granted_on: date
    exercise_price: Decimal
    outstanding: int
    new_shares: int
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFacts:
    """How a form came that was received on paper and keyed in by staff at `keyed_at`.

    `deadline` is the one in force at that instant. `overtaken_by` is the form that counts all the
    same, since it was received later; None where there is none.
    """

    keyed_at: datetime
    deadline: datetime
    overtaken_by: FormReference | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFacts:
    """One form exactly as received: everything that its confirmation says.

    `replaced` is the form that governed until then. Where this one is late it is the form that
    governs still. `paper` is None for a form that came through the portal. `not_open_to_them` says,
    a sentence each, why the sender of a late form could not have taken part in time either.
    """

    offer: OfferFacts
    kind: FormKind
    paper: PaperFacts | None
    receipt: str
    received_at: datetime
    deadline: datetime
    timely: bool
    employee_name: str
    employee_number: str
    signature: str
    replaced: FormReference | None
    lines: tuple[LineFacts, ...]
    digest: str
    not_open_to_them: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IrregularityFacts:
    """A form that does not count, by a decision of the Law Department at `decided_at`.

    It was found irregular; or, where `stays_late` says so, a late form that had been reinstated is
    not any more. `governing` is the form that counted from then on, None where there was none;
    `deadline` the one then in force.
    """

    offer: OfferFacts
    employee_name: str
    form: FormReference
    reason: str
    decided_at: datetime
    governing: FormReference | None
    deadline: datetime
    stays_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReinstatementFacts:
    """A form that counts after all, by a decision of the Law Department at `decided_at`.

    `late` tells a late form that was reinstated from one that had been found irregular.
    `governing` is the form that counted from then on, this one or a later one.
    """

    offer: OfferFacts
    employee_name: str
    form: FormReference
    late: bool
    reason: str
    decided_at: datetime
    governing: FormReference
    deadline: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionFacts:
    """A later deadline, announced to one person.

    `eligible` is False for someone who only has something on record: they can withdraw, no more.
    """

    offer: OfferFacts
    employee_name: str
    eligible: bool
    previous_expiration: datetime
    expiration: datetime
    announced_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderFacts:
    """What someone with nothing on record is reminded of: the deadline in force at `written_at`."""

    offer: OfferFacts
    employee_name: str
    deadline: datetime
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationFacts:
    """How someone signs in: by `address`, and by `single_sign_on` ("" where there is none).

    `deadline` is the one in force when it is written. `hr_email` helps whoever cannot sign in.
    """

    offer: OfferFacts
    employee_name: str
    address: str
    single_sign_on: str
    deadline: datetime
    hr_email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFacts:
    """A change in how someone stands by the roster, and what it did when it was recorded.

    `effect` has a paragraph a line. `hr_email` takes what the records get wrong.
    """

    offer: OfferFacts
    employee_name: str
    changes: tuple[Difference, ...]
    effect: str
    hr_email: str


MailFacts = (
    FormFacts
    | IrregularityFacts
    | ReinstatementFacts
    | ExtensionFacts
    | ReminderFacts
    | InvitationFacts
    | StatusFacts
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who writes to whom. `sender` may carry a name; `recipient` and `reply_to` are bare.

    `message_id` comes with its angle brackets, and stays the same in every copy.
    """

    message_id: str
    written_at: datetime
    sender: str
    recipient: str
    reply_to: str
