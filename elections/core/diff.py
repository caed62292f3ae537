"""What changed between two forms of one person, grant by grant; from frozen values alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from elections.core.rules import DecidedLine
from elections.core.terms import Choice
from elections.core.words import day_label, dollar_label


@dataclass(frozen=True, slots=True)
class LineDiff:
    """One grant on two forms: `before` or `after` is None on the form that does not name it.

    `changes` are short phrases for people, empty where both forms say the same of the grant.
    """

    before: DecidedLine | None
    after: DecidedLine | None
    changes: tuple[str, ...]

    @property
    def line(self) -> DecidedLine:
        """The grant as the later form has it; as the earlier one had it where it is gone."""
        line = self.after or self.before
        if line is None:
            raise ValueError("A grant that stands on neither form.")
        return line


def compare_lines(
    before: Sequence[DecidedLine], after: Sequence[DecidedLine]
) -> tuple[LineDiff, ...]:
    """Each grant of either form once, by grant date and number, with what changed."""
    earlier = {line.grant.number: line for line in before}
    later = {line.grant.number: line for line in after}
    diffs = (
        LineDiff(was, now, tuple(_changes(was, now)))
        for number in earlier.keys() | later.keys()
        for was, now in [(earlier.get(number), later.get(number))]
    )
    return tuple(sorted(diffs, key=lambda d: (d.line.grant.granted_on, d.line.grant.number)))


def grant_changes(was: DecidedLine, now: DecidedLine) -> Iterator[str]:
    """What is no longer the same about the grant itself: shares, price, date, plan, kind."""
    old, new = was.grant, now.grant
    pairs = (
        ("outstanding", f"{old.outstanding:,}", f"{new.outstanding:,}"),
        ("price", dollar_label(old.exercise_price), dollar_label(new.exercise_price)),
        ("grant date", day_label(old.granted_on), day_label(new.granted_on)),
        ("plan", old.plan, new.plan),
        ("kind", str(old.kind), str(new.kind)),
    )
    return (f"{name} {a} before, {b} now" for name, a, b in pairs if a != b)


def _changes(was: DecidedLine | None, now: DecidedLine | None) -> Iterator[str]:
    if was is None:
        yield "not on the form before"
    elif now is None:
        yield "only on the form before"
    else:
        if was.choice != now.choice:
            yield "kept before" if was.choice == Choice.KEEP else "exchanged before"
        if was.required != now.required:
            yield "required before" if was.required else "not required before"
        yield from grant_changes(was, now)
        if was.choice == now.choice and was.new_shares != now.new_shares:
            yield f"{was.new_shares:,} new shares before"
