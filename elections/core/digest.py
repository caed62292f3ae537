"""The tamper evidence: a canonical form, a digest over it, and a chain of digests per employee.

Each submission's digest covers its content and the digest before it, so an entry cannot be changed,
taken out, put in or moved without the chain failing from there on. The head, kept apart from the
entries, says how long the chain is and how it ends, so its tail cannot be cut off either. Only what
is in `content` is covered. Whoever rewrites a whole chain and its head is found by comparing the
digests with those already given out on receipts.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from elections.core.instants import as_utc

GENESIS: str = "0" * 64  # stands before the first entry of every chain


def canonical_json(value: object) -> bytes:
    """Give the one UTF-8 JSON text of a value: keys sorted, no spaces, the same on every machine.

    Takes None, bool, int, str, Decimal, date, datetime, UUID, mappings with text keys, lists and
    tuples. Decimals become plain digits without trailing zeros (3.010 is "3.01"), instants UTC with
    six decimals and Z, dates ISO 8601. TypeError for anything else, floats above all: they have no
    one text. ValueError for a naive instant, a number that is not finite and text that is not
    Unicode.
    """
    text = json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8")


def chained_digest(previous: str, content: Mapping[str, object]) -> str:
    """Give the digest of an entry, SHA-256 in hexadecimal, over its content and the one before."""
    chained = canonical_json({"previous": previous, "content": content})
    return hashlib.sha256(chained).hexdigest()


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """One entry as stored; `sequence` counts from 1, `content` is what the digest covers."""

    employee: str
    sequence: int
    receipt: str
    previous: str
    digest: str
    content: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ChainHead:
    """How a chain ends, kept apart from it: a `length` of 0 goes with the digest `GENESIS`."""

    employee: str
    length: int
    digest: str


class Reason(StrEnum):
    """How a chain fails; the codes are stable."""

    EDITED = "edited"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"


REASONS: dict[Reason, str] = {
    Reason.EDITED: "what is stored is not what was recorded",
    Reason.DELETED: "the entry that was recorded here is gone",
    Reason.INSERTED: "this entry was never part of the record",
    Reason.REORDERED: "the entry that stands here was recorded elsewhere in the chain",
}


@dataclass(frozen=True, slots=True)
class Break:
    """The first place at which a chain does not hold.

    `sequence` is the place, `receipt` that of the entry standing there; None when it is gone.
    """

    employee: str
    sequence: int
    receipt: str | None
    reason: Reason

    @property
    def sentence(self) -> str:
        """What is wrong, in a sentence for people."""
        receipt = f" (receipt {self.receipt})" if self.receipt else ""
        return f"Employee {self.employee}, entry {self.sequence}{receipt}: {REASONS[self.reason]}."


def verify_chain(entries: Iterable[ChainEntry], head: ChainHead) -> Break | None:
    """Recompute one employee's chain, given in order of `sequence`; None when it holds.

    Names the first entry that does not hold and the likeliest reason. The reason is a reading of
    the traces: several changes at once may look like another kind of change, never like none.
    """
    chain = tuple(entries)
    previous = GENESIS
    for place, entry in enumerate(chain, start=1):
        if found := _break_at(place, entry, previous, chain, head):
            return found
        previous = entry.digest
    if len(chain) < head.length:
        return Break(head.employee, len(chain) + 1, None, Reason.DELETED)
    if previous != head.digest:
        return Break(head.employee, len(chain), chain[-1].receipt if chain else None, Reason.EDITED)
    return None


def _break_at(
    place: int, entry: ChainEntry, previous: str, chain: Sequence[ChainEntry], head: ChainHead
) -> Break | None:
    """Compare one entry with its place in the chain, everything before it holding."""
    if entry.employee != head.employee:
        return _blame(entry, head, Reason.INSERTED)
    if entry.sequence != place:
        return _wrong_number(place, entry, chain, head)
    if entry.previous != previous:
        return _wrong_link(place, entry, previous, chain, head)
    if place > head.length:
        return _blame(entry, head, Reason.INSERTED)
    if entry.digest != chained_digest(previous, entry.content):
        return _blame(entry, head, Reason.EDITED)
    return None


def _wrong_number(
    place: int, entry: ChainEntry, chain: Sequence[ChainEntry], head: ChainHead
) -> Break:
    """Tell what happened where an entry does not bear the number of its place."""
    numbers = [other.sequence for other in chain]
    if place > head.length or numbers.count(entry.sequence) > 1:
        return _blame(entry, head, Reason.INSERTED)
    if place not in numbers:
        return Break(head.employee, place, None, Reason.DELETED)
    return _blame(entry, head, Reason.REORDERED)


def _wrong_link(
    place: int, entry: ChainEntry, previous: str, chain: Sequence[ChainEntry], head: ChainHead
) -> Break:
    """Tell what happened where an entry does not continue from the one before it."""
    before = chain[place - 2] if place > 1 else None
    if entry.digest == chained_digest(previous, entry.content):
        return _blame(entry, head, Reason.EDITED)  # in its link alone
    if len(chain) < head.length:
        return Break(head.employee, place, None, Reason.DELETED)
    if len(chain) > head.length:
        # Two that continue from the same entry: the first is the one that was slipped in.
        forked = before is not None and before.previous == entry.previous
        return _blame(before if before and forked else entry, head, Reason.INSERTED)
    if entry.previous in {GENESIS, *(other.digest for other in chain)}:
        return _blame(entry, head, Reason.REORDERED)
    if before and entry.digest == chained_digest(entry.previous, entry.content):
        # It continues, soundly, from an entry that is no more: the one before was written anew.
        return _blame(before, head, Reason.EDITED)
    return _blame(entry, head, Reason.EDITED)


def _blame(entry: ChainEntry, head: ChainHead, reason: Reason) -> Break:
    return Break(head.employee, entry.sequence, entry.receipt, reason)


def _plain(value: object) -> object:
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return _plain_decimal(value)
        case datetime():
            return as_utc(value).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
        case date() | UUID():
            return str(value)
        case Mapping():
            return {_text_key(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    raise TypeError(f"A {type(value).__name__} has no canonical form.")


def _plain_decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} is not a finite number.")
    whole, _, fraction = f"{value:f}".partition(".")
    fraction = fraction.rstrip("0")
    text = f"{whole}.{fraction}" if fraction else whole
    return text if value else "0"  # no -0


def _text_key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"A key must be text, not a {type(key).__name__}.")
    return key
