from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elections.core.digest import (
    GENESIS,
    REASONS,
    Break,
    ChainEntry,
    ChainHead,
    Reason,
    chained_digest,
    verify_chain,
)
from tests.core.make import law

OWNER = "E017"
lengths = st.integers(1, 6)


def follow(previous: str, sequence: int, text: str) -> ChainEntry:
    """An entry soundly chained to `previous`."""
    content = {"sequence": sequence, "text": text}
    digest = chained_digest(previous, content)
    return ChainEntry(OWNER, sequence, f"receipt of {text}", previous, digest, content)


def make_chain(length: int) -> tuple[list[ChainEntry], ChainHead]:
    """A sound chain, and its head."""
    entries: list[ChainEntry] = []
    previous = GENESIS
    for sequence in range(1, length + 1):
        entries.append(follow(previous, sequence, f"entry {sequence}"))
        previous = entries[-1].digest
    return entries, ChainHead(OWNER, length, previous)


def renumber(entries: Sequence[ChainEntry]) -> list[ChainEntry]:
    """The entries numbered as they stand, as someone covering up would leave the table."""
    return [
        replace(entry, sequence=place, content={**entry.content, "sequence": place})
        for place, entry in enumerate(entries, start=1)
    ]


def found_at(entries: Sequence[ChainEntry], head: ChainHead) -> tuple[int, str | None, str]:
    """Where a chain breaks: place, receipt, reason."""
    found = verify_chain(entries, head)
    assert found is not None
    assert found.employee == head.employee
    return found.sequence, found.receipt, found.reason


@pytest.mark.parametrize("length", [0, 1, 2, 7])
def test_a_chain_as_recorded_holds(length: int) -> None:
    entries, head = make_chain(length)
    assert verify_chain(entries, head) is None
    assert verify_chain(iter(entries), head) is None


@law
@given(lengths, st.data())
def test_an_edited_entry_is_named(length: int, data: st.DataObject) -> None:
    entries, head = make_chain(length)
    at = data.draw(st.integers(0, length - 1))
    edited = {**entries[at].content, "text": "something else"}
    for changes in ({"content": edited}, {"digest": "f" * 64}, {"previous": "f" * 64}):
        tampered = [*entries]
        tampered[at] = replace(entries[at], **changes)
        assert found_at(tampered, head) == (at + 1, entries[at].receipt, "edited")


@law
@given(lengths, st.data())
def test_an_entry_edited_and_given_a_new_digest_is_named_by_what_follows_it(
    length: int, data: st.DataObject
) -> None:
    entries, head = make_chain(length)
    at = data.draw(st.integers(0, length - 1))
    entries[at] = follow(entries[at].previous, at + 1, "forged")
    assert found_at(entries, head) == (at + 1, "receipt of forged", "edited")


@law
@given(lengths, st.data())
def test_a_deleted_entry_is_missed_also_at_the_end_and_when_the_rest_is_renumbered(
    length: int, data: st.DataObject
) -> None:
    entries, head = make_chain(length)
    at = data.draw(st.integers(0, length - 1))
    del entries[at]
    assert found_at(entries, head) == (at + 1, None, "deleted")
    assert found_at(renumber(entries), head) == (at + 1, None, "deleted")


def test_a_chain_deleted_altogether_is_missed() -> None:
    _, head = make_chain(3)
    assert found_at([], head) == (1, None, "deleted")


@law
@given(lengths, st.data())
def test_an_inserted_entry_is_named_however_well_it_is_forged(
    length: int, data: st.DataObject
) -> None:
    entries, head = make_chain(length)
    at = data.draw(st.integers(0, length))
    previous = entries[at - 1].digest if at else GENESIS
    forged = follow(previous, at + 1, "forged")
    crude = replace(forged, digest="f" * 64)
    with_forged = renumber([*entries[:at], forged, *entries[at:]])
    assert found_at(with_forged, head) == (at + 1, "receipt of forged", "inserted")
    with_crude = renumber([*entries[:at], crude, *entries[at:]])
    assert found_at(with_crude, head)[0] == at + 1


def test_an_entry_far_beyond_the_head_is_an_insertion() -> None:
    entries, head = make_chain(2)
    beyond = follow(head.digest, 9, "forged")
    assert found_at([*entries, beyond], head) == (9, "receipt of forged", "inserted")


def test_a_number_given_twice_is_an_insertion() -> None:
    entries, head = make_chain(3)
    twice = follow(entries[0].digest, 2, "forged")
    tampered = [entries[0], entries[1], twice, entries[2]]
    assert found_at(tampered, head) == (2, "receipt of forged", "inserted")


def test_an_entry_moved_over_from_someone_else_is_an_insertion() -> None:
    entries, head = make_chain(2)
    moved = replace(follow(head.digest, 3, "another's"), employee="E018")
    assert found_at([*entries, moved], head) == (3, "receipt of another's", "inserted")
    swapped = [entries[0], replace(entries[1], employee="E018")]
    assert found_at(swapped, head) == (2, entries[1].receipt, "inserted")


@law
@given(st.integers(2, 6), st.data())
def test_entries_that_changed_places_are_named(length: int, data: st.DataObject) -> None:
    entries, head = make_chain(length)
    order = data.draw(st.permutations(range(length)).filter(lambda p: p != sorted(p)))
    first = next(place for place, old in enumerate(order) if place != old)
    moved = [entries[old] for old in order]
    # As stored with their own numbers, and with numbers exchanged to cover it up.
    assert found_at(moved, head) == (moved[first].sequence, moved[first].receipt, "reordered")
    assert found_at(renumber(moved), head) == (first + 1, moved[first].receipt, "reordered")


def test_a_head_that_does_not_fit_its_chain_is_noticed() -> None:
    entries, head = make_chain(2)
    assert found_at(entries, replace(head, digest=GENESIS)) == (2, entries[1].receipt, "edited")
    assert found_at([], ChainHead(OWNER, 0, "f" * 64)) == (0, None, "edited")


def test_without_the_head_a_tail_cut_off_would_go_unnoticed() -> None:
    """The control: what is left of the chain is sound in itself."""
    entries, head = make_chain(3)
    left = entries[:2]
    assert verify_chain(left, ChainHead(OWNER, 2, left[-1].digest)) is None
    assert found_at(left, head) == (3, None, "deleted")


def test_a_break_is_told_in_a_sentence() -> None:
    gone = Break(OWNER, 3, None, Reason.DELETED)
    assert gone.sentence == "Employee E017, entry 3: the entry that was recorded here is gone."
    edited = Break(OWNER, 2, "7K3MQ-9WD4X-81", Reason.EDITED)
    assert edited.sentence == (
        "Employee E017, entry 2 (receipt 7K3MQ-9WD4X-81): what is stored is not what was recorded."
    )
    assert set(REASONS) == set(Reason)
