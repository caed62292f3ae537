"""What a change in someone's standing does to their part in the offer.

Sources: the Offer to Exchange (open to whoever is still employed when it expires), the announcement
letter (whoever is not employed on the day of the new options gets nothing for what was exchanged).
The words for it are in `status_text`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from elections.core.deadline import is_timely
from elections.core.eligibility import PersonFacts, person_problems
from elections.core.instants import as_utc, instant_label
from elections.core.problems import Problem
from elections.core.terms import Terms


class Effect(StrEnum):
    """What a change does: stable codes. Add to them, never change one."""

    NONE = "none"  # nothing that the person need be told
    CLOSED = "closed"  # the offer is not open to them any more
    OPENED = "opened"  # nothing stands in their way any more
    LEAVES_FIRST = "leaves_first"  # the last day employed comes before the expiration
    LEAVES_BEFORE_GRANT = "leaves_before_grant"  # after it, but not after the new options' day
    STAYS = "stays"  # ... which it does after all
    ON_LEAVE = "on_leave"
    BACK_FROM_LEAVE = "back_from_leave"
    STOOD_OTHERWISE = "stood_otherwise"  # how they stood when the offer expired has changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How someone stands by the roster. The rules ask nothing of a leave; the person is told."""

    person: PersonFacts
    on_leave: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The offer when a change is made, at `at`: the expiration in force, and what follows from it.

    Instants are aware; `new_grant_on` is the day of the new options, as now expected.
    """

    terms: Terms
    expiration: datetime
    new_grant_on: date
    at: datetime

    @property
    def passed(self) -> bool:
        """Whether the offer has expired."""
        return not is_timely(self.at, self.expiration)

    @property
    def today(self) -> date:
        """The calendar day in the offer's own time."""
        return as_utc(self.at).astimezone(ZoneInfo(self.terms.zone)).date()

    @property
    def last_day(self) -> date:
        """The offer's last day, on which whoever takes part must still be employed."""
        return self.terms.last_day(self.expiration)

    def label(self, instant: datetime) -> str:
        """An instant in both of the offer's zones."""
        return instant_label(instant, zone=self.terms.zone, second_zone=self.terms.second_zone)

    def problems_now(self, person: PersonFacts) -> tuple[Problem, ...]:
        """Why this person cannot take part today; empty for someone who can."""
        return person_problems(self.terms, person, today=self.today)

    def problems_at_the_end(self, person: PersonFacts) -> tuple[Problem, ...]:
        """Why an election of this person's cannot be accepted, as things stand; empty if it can.

        What counts is how they stand when the offer expires.
        """
        return person_problems(self.terms, person, today=self.last_day)

    def leaves_before_grant(self, person: PersonFacts) -> bool:
        """Whether the last day employed is the offer's last or later, but may cost the new options.

        Someone whose last day is that of the new options is told as well: nobody can know yet
        at what hour of the day, or on what day exactly, they are granted.
        """
        left_on = person.left_on
        return left_on is not None and self.last_day <= left_on <= self.new_grant_on


def effect_of(moment: Moment, *, before: Status, after: Status) -> Effect:
    """Say what the change from `before` to `after` does, whatever the person has on record."""
    was, now = before.person, after.person
    was_open = not moment.problems_at_the_end(was)
    is_open = not moment.problems_at_the_end(now)
    if moment.passed and was_open != is_open:
        return Effect.STOOD_OTHERWISE
    if not moment.passed and moment.problems_now(now):
        return Effect.NONE if moment.problems_now(was) else Effect.CLOSED
    if not moment.passed and not is_open:
        moved = was.left_on != now.left_on or moment.problems_now(was)
        return Effect.LEAVES_FIRST if moved else _leave(moment, before, after)
    if not moment.passed and not was_open:
        return Effect.OPENED
    return _while_open(moment, before, after) if is_open else Effect.NONE


def _while_open(moment: Moment, before: Status, after: Status) -> Effect:
    """What a change does for someone to whom the offer is open as it was before."""
    leaves = moment.leaves_before_grant(after.person)
    if leaves and before.person.left_on != after.person.left_on:
        return Effect.LEAVES_BEFORE_GRANT
    if moment.leaves_before_grant(before.person) and not leaves:
        return Effect.STAYS
    return _leave(moment, before, after)


def _leave(moment: Moment, before: Status, after: Status) -> Effect:
    if before.on_leave == after.on_leave or moment.today > moment.new_grant_on:
        return Effect.NONE
    return Effect.ON_LEAVE if after.on_leave else Effect.BACK_FROM_LEAVE
