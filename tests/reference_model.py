"""The portal in a hundred lines, without a database and without any of the portal's code.

Each act gives what it must end in: "recorded", "stale", or the codes of what forbids it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

FREE, REQUIRED = ("A", "B"), "R"  # what everybody holds
DONE, STALE = ("recorded",), ("stale",)
Codes = tuple[str, ...]


@dataclass
class Form:
    """As received; of two with one `order`, the one recorded last comes last."""

    person: int
    received: datetime
    order: datetime
    timely: bool
    exchanged: frozenset[str] = frozenset()
    receipt: str = ""
    verdicts: list[str] = field(default_factory=list)

    @property
    def counts(self) -> bool:
        last = self.verdicts[-1] if self.verdicts else ""
        return last != "irregular" and (self.timely or last == "reinstated")


@dataclass
class Model:
    """Everything on record, and the clock."""

    now: datetime
    scheduled: datetime
    zone: str
    forms: list[Form] = field(default_factory=list)
    extensions: list[tuple[datetime, datetime]] = field(default_factory=list)  # (announced, to)
    left: dict[int, date | None] = field(default_factory=dict)
    web_order: dict[int, datetime] = field(default_factory=dict)

    def deadline(self, at: datetime | None = None) -> datetime:
        in_force = (to for announced, to in self.extensions if at is None or announced <= at)
        return max([self.scheduled, *in_force])

    def governing(self, person: int, *, by: datetime | None = None) -> Form | None:
        those = [f for f in self.forms if f.person == person and f.counts]
        those = [f for f in those if by is None or f.order <= by]
        return sorted(those, key=lambda form: form.order)[-1] if those else None

    def submit(self, person: int, kind: str, said: frozenset[str], seen: Form | None) -> Codes:
        """Through the portal: `seen` is the form that governed when it was filled in."""
        timely, governing = self.now < self.deadline(), self.governing(person)
        if timely and seen is not governing:
            return STALE
        order = max(self.now, self.web_order.get(person, self.now))
        outcome = self._record(Form(person, self.now, order, timely), kind, said, governing)
        if outcome == DONE:
            self.web_order[person] = order
        return outcome

    def paper(self, person: int, kind: str, said: frozenset[str], received: datetime) -> Codes:
        """On paper: judged as of the instant at which it was received."""
        form = Form(person, received, received, timely=received < self.deadline(received))
        return self._record(form, kind, said, self.governing(person, by=received))

    def _record(self, form: Form, kind: str, said: frozenset[str], before: Form | None) -> Codes:
        left, day = self.left.get(form.person), form.received.astimezone(ZoneInfo(self.zone)).date()
        if kind != "withdrawal" and left is not None and left < day and form.timely:
            return ("left",)
        if kind == "election":
            if not said:
                return ("nothing_chosen",)
            form.exchanged = said | {REQUIRED}
        if kind == "withdrawal":
            standing = before.exchanged if before else frozenset()
            if not standing:
                return ("nothing_to_withdraw",)
            if wrong := said - standing:
                return ("grant_not_elected",) * len(wrong)
            chosen = standing - said - {REQUIRED} if said else frozenset()
            form.exchanged = chosen | {REQUIRED} if chosen else frozenset()
        self.forms.append(form)
        return DONE

    def extend(self, expected: datetime, to: datetime) -> Codes:
        later = () if to > self.deadline() else ("extension_not_later",)
        future = () if to > self.now else ("extension_in_the_past",)
        moved = () if expected == self.deadline() else ("deadline_moved_meanwhile",)
        if wrong := later + future + moved:
            return wrong
        self.extensions.append((self.now, to))
        return DONE

    def review(self, form: Form, verdict: str) -> Codes:
        covered = any(to > form.received for _, to in self.extensions)
        if form.timely and verdict in ("late", "reinstated"):
            return ("not_late",)
        if verdict == "valid" and not form.timely:
            return ("late_not_valid",)
        if verdict == "reinstated" and not covered:
            return ("no_extension_covers",)
        form.verdicts.append(verdict)
        return DONE
