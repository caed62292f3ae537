"""Compares database, mailbox and what clients were told against the invariants I1 to I12.

It reads tables with SQL of its own, so that it does not believe the queries it is to judge. Each
violation names the invariant and what it was seen at. The same checker judges the real portal and
the one whose guard is switched off.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from elections import queries
from elections.models import Offer
from elections.services.ledger import broken_chains
from tests.faults.history import LOSES, SAYS_NO, Sending, Told

if TYPE_CHECKING:
    from tests.faults.browser import Browser
    from tests.faults.trial import Trial

# The clients and the database read one clock, but not at one instant.
SLACK = timedelta(milliseconds=2)
# Between the look at the clock and the INSERT there are only the rules, even on a busy machine.
LATENCY = timedelta(seconds=1)
FETCHED_AT_MOST = 10  # receipts a trial opens in the browser


@dataclass(frozen=True)
class Violation:
    """Which invariant does not hold (or "end": how the case must end), and where that shows."""

    invariant: str
    seen: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.seen}"


@dataclass
class Row:
    """A submission as the table has it, with what a view could not."""

    id: int
    employee_id: int
    sequence: int
    receipt: str
    token: UUID
    kind: str
    arrived_at: datetime
    received_at: datetime
    ordered_at: datetime
    deadline: datetime
    timely: bool
    verdict: str
    channel: str
    seen_at: datetime  # by the database itself, as the row was inserted

    @property
    def counts(self) -> bool:
        return self.verdict == "reinstated" or (self.timely and self.verdict != "irregular")


@dataclass
class Seen:
    """Everything that one trial left behind."""

    trial: Trial
    rows: list[Row]

    @property
    def by_receipt(self) -> dict[str, Row]:
        return {row.receipt: row for row in self.rows}

    def of_token(self, token: UUID) -> list[Row]:
        return [row for row in self.rows if row.token == token]

    def in_force(self, at: datetime) -> datetime:
        """The deadline in force at that instant: announced by then, and never an earlier one."""
        announced = self.trial.stack.do(
            "SELECT expiration FROM elections_extension"
            " WHERE offer_id = %s AND announced_at <= %s",
            self.trial.offer_id, at,
        )  # fmt: skip
        return max([self.trial.deadlines[0], *(expiration for (expiration,) in announced)])


def check(trial: Trial, *, browser: Browser | None = None, mailed: bool = False) -> list[Violation]:
    """All that is wrong after this trial.

    With a `browser`, receipts are also fetched as their owners would; with `mailed`, the mail has
    had its time, so each must have been accepted.
    """
    seen = Seen(trial, rows_of(trial))
    found = [v for rule in RULES for v in rule(seen)]
    found += _each_row_has_one_outbox_row(seen)
    if browser is not None:
        found += _owners_can_fetch_receipts(seen, browser)
    if mailed:
        found += _each_mail_went_out(seen)
    return found


def rows_of(trial: Trial) -> list[Row]:
    found = trial.stack.do(
        "SELECT s.id, s.employee_id, s.sequence, s.receipt, s.form_token, s.kind, s.arrived_at,"
        " s.received_at, s.ordered_at, s.deadline, s.timely,"
        " coalesce((SELECT d.verdict FROM elections_reviewdecision d"
        "  WHERE d.submission_id = s.id ORDER BY d.id DESC LIMIT 1), ''), s.channel, w.seen_at"
        " FROM elections_submission s JOIN witness w ON w.submission = s.id"
        " WHERE s.employee_id = ANY(%s) ORDER BY s.id",
        [person.employee_id for person in trial.people],
    )
    return [Row(*columns) for columns in found]


def _shown_receipts_are_rows(seen: Seen) -> Iterator[Violation]:
    for sending in seen.trial.history.receipts():
        row = seen.by_receipt.get(sending.receipt or "")
        if row is None:
            yield Violation("I1", f"receipt {sending.receipt} was shown and is gone ({sending})")
        elif row.employee_id != sending.person.employee_id:
            yield Violation("I1", f"receipt {sending.receipt} is somebody else's ({sending})")


def _timely_before_the_deadline(seen: Seen) -> Iterator[Violation]:
    for row in seen.rows:
        in_force = seen.in_force(row.received_at)
        if row.timely and row.received_at >= in_force:
            yield Violation("I3", f"{row.receipt} counts as timely at {row.received_at}")
        if not row.timely and row.received_at < in_force:
            yield Violation("I4", f"{row.receipt} is marked late at {row.received_at}")
        if row.deadline != in_force:
            yield Violation("I3", f"{row.receipt} was judged by {row.deadline}, not {in_force}")


def _times_of_record_are_true(seen: Seen) -> Iterator[Violation]:
    """A row's time lies between the last bytes of a sending of its form and that one's answer."""
    for row in seen.rows if seen.trial.one_clock else ():
        sendings = [s for s in seen.trial.history.of(row.token) if s.complete]
        if not sendings:
            continue
        earliest = min(s.complete for s in sendings if s.complete)
        if row.received_at < earliest - SLACK:
            yield Violation("I3", f"{row.receipt} says {row.received_at}, sent only {earliest}")
        if not -SLACK <= row.seen_at - row.received_at <= LATENCY:
            yield Violation("I3", f"{row.receipt} says {row.received_at}, came {row.seen_at}")
        answers = [s.answered for s in sendings if s.answered and s.receipt == row.receipt]
        if answers and row.received_at > min(answers) + SLACK:
            yield Violation("I4", f"{row.receipt} says {row.received_at}, answered {min(answers)}")


def _last_one_governs(seen: Seen) -> Iterator[Violation]:
    chains = defaultdict(list)
    for row in seen.rows:
        if row.channel == "web":
            chains[row.employee_id].append(row)
    with seen.trial.stack.records():
        offer = Offer.objects.get(pk=seen.trial.offer_id)
        said = queries.governing_submissions(offer).filter(employee__in=list(chains))
        governing = dict(said.values_list("employee_id", "receipt"))
    for employee, chain in chains.items():
        counting = [row.receipt for row in chain if row.counts]
        last = counting[-1] if counting else None
        if governing.get(employee) != last:
            yield Violation("I5", f"{governing.get(employee)} governs, {last} was recorded last")


def _one_token_one_row(seen: Seen) -> Iterator[Violation]:
    for token, count in Counter(row.token for row in seen.rows).items():
        if count > 1:
            yield Violation("I6", f"{count} rows have the token {token}")
    sent = {sending.token for sending in seen.trial.history.sendings}
    for row in seen.rows:
        if sent and row.token not in sent and row.channel == "web":
            yield Violation("I6", f"{row.receipt} has a token that nobody sent")


def _each_row_has_one_outbox_row(seen: Seen) -> Iterator[Violation]:
    found = seen.trial.stack.do(
        "SELECT submission_id, count(*) FROM elections_outboxmessage"
        " WHERE kind = 'receipt' AND submission_id = ANY(%s) GROUP BY 1",
        [row.id for row in seen.rows],
    )
    counts = dict(found)
    for row in seen.rows:
        if counts.get(row.id, 0) != 1:
            yield Violation("I7", f"{row.receipt} has {counts.get(row.id, 0)} outbox rows")


def _each_mail_went_out(seen: Seen) -> Iterator[Violation]:
    copies = seen.trial.stack.mailbox.copies()
    mails = seen.trial.stack.do(
        "SELECT message_id, state, last_error, recipient FROM elections_outboxmessage"
        " WHERE submission_id = ANY(%s)",
        [row.id for row in seen.rows],
    )
    for message_id, state, remark, recipient in mails:
        taken = copies.get(message_id, [])
        if state == "failed":
            continue  # given up, and said so: the case tells whether that was right
        if not taken:
            yield Violation("I7", f"no mail to {recipient} was accepted ({state}: {remark})")
        if len({hashlib.sha256(copy).hexdigest() for copy in taken}) > 1:
            yield Violation("I7", f"copies of {message_id} differ")
        if len(taken) > 1 and "sent twice" not in remark:
            yield Violation("I7", f"{len(taken)} copies to {recipient}, and nothing says so")


def _deadlines_move_later(seen: Seen) -> Iterator[Violation]:
    extensions = seen.trial.stack.do(
        "SELECT number, previous_expiration, expiration FROM elections_extension"
        " WHERE offer_id = %s ORDER BY id",
        seen.trial.offer_id,
    )
    standing = seen.trial.deadlines[0]
    for number, previous, expiration in extensions:
        if previous != standing:
            yield Violation("I8", f"extension {number} moved {previous}, but {standing} stood")
        if expiration <= standing:
            yield Violation("I8", f"extension {number} moved the deadline to {expiration}")
        standing = max(standing, expiration)


def _chains_hold(seen: Seen) -> Iterator[Violation]:
    with seen.trial.stack.records():
        for broken in broken_chains(of=[person.employee_id for person in seen.trial.people]):
            yield Violation("I9", broken.sentence)


def _what_was_seen_stays(seen: Seen) -> Iterator[Violation]:
    """Rows that the case has looked at before (`Trial.remember`) are as they were then."""
    now = {row.id: row for row in seen.rows}
    for before in seen.trial.remembered:
        row = now.get(before.id)
        if row is None:
            yield Violation("I1", f"{before.receipt} was on record and is gone")
        elif _received(row) != _received(before):
            yield Violation("I12", f"{before.receipt} said {_received(before)}")


def _received(row: Row) -> tuple[object, ...]:
    return (row.receipt, row.received_at, row.ordered_at, row.timely, row.deadline, row.token)


def _pages_are_true(seen: Seen) -> Iterator[Violation]:
    for sending in seen.trial.history.sendings:
        rows = seen.of_token(sending.token)
        if sending.told in SAYS_NO and any(_was_there(row, sending) for row in rows):
            yield Violation("I10", f"said to be not on record, but {rows[0].receipt} is: {sending}")
        if sending.told is Told.RECEIPT and sending.receipt not in seen.by_receipt:
            yield Violation("I10", f"said to be on record, and is not: {sending}")


def _recorded_as_shown(seen: Seen) -> Iterator[Violation]:
    """What a timely form has on record is what its check page showed."""
    said = seen.trial.stack.do(
        "SELECT s.receipt, d.shown->'lines',"
        " json_object_agg(l.grant_number,"
        "  json_build_array(l.outstanding, l.choice, l.required, l.new_shares))"
        " FROM elections_submission s JOIN elections_draft d ON d.token = s.form_token"
        " JOIN elections_line l ON l.submission_id = s.id"
        " WHERE s.timely AND s.employee_id = ANY(%s) GROUP BY 1, 2",
        [person.employee_id for person in seen.trial.people],
    )
    for receipt, shown, recorded in said:
        if shown != recorded:
            yield Violation("I10", f"{receipt} says {recorded}, its page showed {shown}")


def _was_there(row: Row, sending: Sending) -> bool:
    return sending.answered is None or row.received_at <= sending.answered


def _what_was_typed_survives(seen: Seen) -> Iterator[Violation]:
    tokens = {sending.token for sending in seen.trial.history.sendings}
    kept = {t for (t,) in seen.trial.stack.do(
        "SELECT token FROM elections_draft WHERE token = ANY(%s)", list(tokens))}  # fmt: skip
    for sending in seen.trial.history.sendings:
        if sending.told in (Told.CHECKING, Told.SIGN_IN):
            lost = {n for n, said in sending.fields.items() if sending.kept.get(n) != said}
            if lost:
                yield Violation("I11", f"{sorted(lost)} were typed and are gone: {sending}")
        elif sending.told in LOSES:
            yield Violation("I11", f"the page keeps nothing of what was typed: {sending}")
        elif "/check/" in sending.path and sending.token not in kept:
            yield Violation("I11", f"the draft is gone: {sending}")


def _owners_can_fetch_receipts(seen: Seen, browser: Browser) -> Iterator[Violation]:
    people = {person.employee_id: person for person in seen.trial.people}
    for row in seen.rows[:FETCHED_AT_MOST]:
        answer = browser.get(people[row.employee_id], f"/submissions/{row.receipt}/")
        if answer.status != 200 or row.receipt not in answer.body:
            yield Violation("I2", f"{row.receipt} cannot be fetched: {answer.status}")


RULES: tuple[Callable[[Seen], Iterator[Any]], ...] = (
    _shown_receipts_are_rows,
    _timely_before_the_deadline,
    _times_of_record_are_true,
    _last_one_governs,
    _one_token_one_row,
    _deadlines_move_later,
    _chains_hold,
    _what_was_seen_stays,
    _pages_are_true,
    _recorded_as_shown,
    _what_was_typed_survives,
)
