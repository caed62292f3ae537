"""What someone is told of a change in their standing: true in every case, and promising nothing.

Whether an election is accepted the company decides when the offer has expired, so a text says what
stands on record, what it depends on and what the person can do until then.
"""

from dataclasses import dataclass
from datetime import datetime

from elections.core.eligibility import PersonFacts
from elections.core.status_change import Effect, Moment, Status, effect_of
from elections.core.words import day_label

# A change with these leaves what is on record as it was.
LEAVES = (Effect.ON_LEAVE, Effect.BACK_FROM_LEAVE)
_STAY_YOURS = "Options that are not exchanged stay yours under the terms of their plans."
_NO_DIFFERENCE = (
    "A leave of absence makes no difference to whether you can take part in this offer, and"
    " nothing changes in what you may have submitted."
)
_FORMS = {"decline": "decision not to take part"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRecord:
    """The form that governs for someone; `exchanged` is the number of grants it exchanges."""

    kind: str  # "election", "withdrawal" or "decline"
    receipt: str
    received_at: datetime  # aware
    exchanged: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change does. `text` is what the person is told, a paragraph a line; "" for nothing."""

    effect: Effect
    text: str
    affects_election: bool


NO_OUTCOME = Outcome(Effect.NONE, "", affects_election=False)


def status_outcome(
    moment: Moment, *, before: Status, after: Status, governing: OnRecord | None
) -> Outcome:
    """Say what the change from `before` to `after` does for someone of whom `governing` counts.

    An offer that has not opened, or has expired without an election of theirs, is none of their
    concern, and they are told nothing.
    """
    exchanging = governing is not None and governing.exchanged > 0
    if moment.today < moment.terms.opens_on or (moment.passed and not exchanging):
        return NO_OUTCOME
    effect = effect_of(moment, before=before, after=after)
    if effect == Effect.NONE:
        return NO_OUTCOME
    text = "\n".join(_paragraphs(effect, moment, after.person, governing))
    return Outcome(effect, text, affects_election=exchanging and effect not in LEAVES)


def leaving_note(moment: Moment, person: PersonFacts) -> str:
    """What someone who may take part today should know of a last day ahead; "" without one."""
    if not moment.passed and moment.problems_at_the_end(person):
        return _leaves_before_expiration(moment, person)
    return " ".join(_depends_on_grant_day(moment, person))


def _paragraphs(
    effect: Effect, moment: Moment, person: PersonFacts, governing: OnRecord | None
) -> tuple[str, ...]:
    match effect:
        case Effect.CLOSED:
            return _closed(moment, person, governing)
        case Effect.OPENED:
            opened = (
                "By our records nothing stands in the way any more of your taking part in this"
                " offer."
            )
            done = _what_can_be_done(moment, governing)
            return opened, done, *_depends_on_grant_day(moment, person)
        case Effect.LEAVES_FIRST:
            return _leaves_first(moment, person, governing)
        case Effect.LEAVES_BEFORE_GRANT:
            return *_depends_on_grant_day(moment, person), _what_can_be_done(moment, governing)
        case Effect.STAYS:
            return _stays(moment, person), _what_can_be_done(moment, governing)
        case Effect.ON_LEAVE:
            return (f"Our records now say that you are on a leave of absence. {_NO_DIFFERENCE}",)
        case Effect.BACK_FROM_LEAVE:
            return (
                f"Our records now say that you are not on a leave of absence. {_NO_DIFFERENCE}",
            )
    return _stood_otherwise(moment, person, governing)


def _closed(moment: Moment, person: PersonFacts, governing: OnRecord | None) -> tuple[str, ...]:
    reasons = " ".join(problem.sentence for problem in moment.problems_now(person))
    closed = f"By our records this offer is not open to you any more. {reasons}"
    if not governing or not governing.exchanged:
        return closed, f"{_STAY_YOURS} There is nothing that you need to do."
    unless = f"the offer is open to you again when it expires, {_expiration(moment)}"
    return closed, _not_accepted_unless(unless, moment, governing)


def _leaves_first(
    moment: Moment, person: PersonFacts, governing: OnRecord | None
) -> tuple[str, ...]:
    first = _leaves_before_expiration(moment, person)
    if not governing or not governing.exchanged:
        return first, f"An election is accepted only from someone who is. {_STAY_YOURS}"
    return first, _not_accepted_unless(
        "you are still employed when the offer expires", moment, governing
    )


def _leaves_before_expiration(moment: Moment, person: PersonFacts) -> str:
    return (
        f"{_last_day(person)}, before the last day of this offer, {day_label(moment.last_day)}."
        " What counts is whether you are still employed when the offer expires,"
        f" {_expiration(moment)}."
    )


def _stays(moment: Moment, person: PersonFacts) -> str:
    granted = f"New options are to be granted on about {_grant_day(moment)}"
    return f"{_last_day(person)}. {granted}, and by our records you are employed here on that day."


def _stood_otherwise(
    moment: Moment, person: PersonFacts, governing: OnRecord | None
) -> tuple[str, ...]:
    """For someone with an election, once the offer has expired."""
    ended = f"This offer expired at {moment.label(moment.expiration)}."
    reasons = " ".join(problem.sentence for problem in moment.problems_at_the_end(person))
    says = reasons or "By our records nothing stands in the way of your taking part in it."
    counts = (
        "What counts for that is how you stood when the offer expired, not what changed after it."
        f" Whether it is accepted, the Law Department decides. {_STAY_YOURS}"
    )
    that = f"{_on_record(moment, governing)} {counts}"
    return f"{ended} {says}", that, *_depends_on_grant_day(moment, person)


def _what_can_be_done(moment: Moment, governing: OnRecord | None) -> str:
    """What stands on record for someone to whom the offer is open, and what they can still do."""
    before = f"so that your form is received before {moment.label(moment.expiration)}"
    shows = "The portal shows which of your grants can be exchanged."
    if governing is None:
        return f"You may elect {before}. {shows} If you do nothing, you keep all of your grants."
    if not governing.exchanged:
        return f"{_on_record(moment, governing)} You may elect all the same, {before}. {shows}"
    stands = f"{_on_record(moment, governing)} That stands, and you need not submit it again."
    return stands if moment.passed else f"{stands} You may change or withdraw it {before}."


def _not_accepted_unless(condition: str, moment: Moment, governing: OnRecord) -> str:
    return (
        f"{_on_record(moment, governing)} That stays on record, but will not be accepted unless"
        f" {condition}. Until the offer expires, you may withdraw it. {_STAY_YOURS}"
    )


def _depends_on_grant_day(moment: Moment, person: PersonFacts) -> tuple[str, ...]:
    """What leaving costs someone who does so after the offer; empty for whoever does not."""
    if not moment.leaves_before_grant(person):
        return ()
    return (
        f"{_last_day(person)}. New options are to be granted on about {_grant_day(moment)}, and"
        " only to people who are employed here on that day: whoever is not receives no new option"
        " and no other compensation for the options that were exchanged, and they do not come"
        " back.",
    )


def _on_record(moment: Moment, governing: OnRecord | None) -> str:
    """What counts, in a sentence; "" where nothing does."""
    if governing is None:
        return ""
    form = f"{_FORMS.get(governing.kind, governing.kind)} {governing.receipt}"
    received = f"By your {form}, received at {moment.label(governing.received_at)},"
    if not governing.exchanged:
        return f"{received} you keep all of your grants."
    grants = "1 grant is" if governing.exchanged == 1 else f"{governing.exchanged} grants are"
    return f"{received} {grants} to be exchanged."


def _expiration(moment: Moment) -> str:
    return f"as now announced at {moment.label(moment.expiration)}"


def _last_day(person: PersonFacts) -> str:
    if person.left_on is None:
        return "Our records give no last day of employment for you any more"
    return f"Our records give {day_label(person.left_on)} as your last day of employment"


def _grant_day(moment: Moment) -> str:
    return day_label(moment.new_grant_on)
