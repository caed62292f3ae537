"""Judging a form: an election, a withdrawal, a decline.

    elected = chosen + (required if chosen else nothing)

A form that breaks a rule is answered with problems in a fixed order; none of these functions
raises for what someone typed, and none depends on the order in which grants are given.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

from elections.core.eligibility import (
    AssessedGrant,
    GrantFacts,
    PersonFacts,
    Standing,
    assess_grants,
    person_problems,
)
from elections.core.problems import Code, Problem
from elections.core.terms import Choice, Terms
from elections.core.words import day_label


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedLine:
    """What a form comes to for one grant; `new_shares` is 0 for a grant that is kept."""

    grant: GrantFacts
    choice: Choice
    required: bool  # by the look-back
    new_shares: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The lines of an accepted form, by grant date and number; or the problems of a refused one."""

    problems: tuple[Problem, ...]
    lines: tuple[DecidedLine, ...]

    @property
    def accepted(self) -> bool:
        """Whether nothing stands in the way of recording the form."""
        return not self.problems


def check_election(
    *,
    terms: Terms,
    person: PersonFacts | None,
    grants: Sequence[GrantFacts],
    choices: Mapping[str, Choice],
    today: date,
) -> Decision:
    """Judge an election: `choices` by grant number, from someone who holds `grants`.

    Without a `person` the answers alone are judged, whoever gives them: all that is asked of a
    form that came too late to count.
    Every freely eligible grant needs an answer; a required one needs none and follows the others.
    Lines: one for each freely eligible and each required grant. `today` is the day in the offer's
    own time. ValueError when two grants have one number.
    """
    if problems := _not_now(terms, today) or _not_they(terms, person, today):
        return Decision(problems, ())
    assessed = assess_grants(terms, grants)
    free = {a.grant.number for a in assessed if a.standing == Standing.ELIGIBLE}
    chosen = {number for number in free if choices.get(number) == Choice.EXCHANGE}
    problems = (
        *_unknown_grants(choices.keys(), {a.grant.number for a in assessed}),
        *(
            found
            for a in assessed
            for found in _answer_problems(terms, a, choices.get(a.grant.number), free, chosen)
        ),
    )
    if not free:
        problems += (Problem.of(Code.NOTHING_TO_ELECT),)
    elif not chosen and not problems:
        problems = (Problem.of(Code.NOTHING_CHOSEN),)
    if problems:
        return Decision(problems, ())
    exchanged = chosen | {a.grant.number for a in assessed if a.standing == Standing.REQUIRED}
    return Decision(
        (),
        tuple(
            _exchange(a) if a.grant.number in exchanged else _keep(a)
            for a in assessed
            if a.standing != Standing.INELIGIBLE
        ),
    )


def check_decline(
    *, terms: Terms, person: PersonFacts | None, grants: Sequence[GrantFacts], today: date
) -> Decision:
    """Judge a "no": every grant that could have been exchanged is kept.

    Lines: as for an election, none of them required, since the look-back asks nothing of someone
    who takes no part. Only people the offer is open to have an answer to record; without a `person`
    nobody is asked whether it is.
    """
    if problems := _not_now(terms, today) or _not_they(terms, person, today):
        return Decision(problems, ())
    return Decision(
        (),
        tuple(
            replace(_keep(a), required=False)
            for a in assess_grants(terms, grants)
            if a.standing != Standing.INELIGIBLE
        ),
    )


def check_withdrawal(
    *, standing: Sequence[DecidedLine], withdraw: AbstractSet[str] | None
) -> Decision:
    """Judge a withdrawal from the governing submission, whose lines are `standing`.

    `withdraw` names the grants to take back, None all of them. Looks at no roster: while the offer
    is open withdrawing must always be possible (Rule 13e-4(f)(2)(i)), whatever has changed since.
    Withdrawing the last freely chosen grant releases the required ones. Lines: all the standing
    ones; what remains is exchanged as it was, the rest is kept.
    """
    in_order = sorted(standing, key=lambda line: (line.grant.granted_on, line.grant.number))
    exchanged = {line.grant.number for line in in_order if line.choice == Choice.EXCHANGE}
    named = exchanged if withdraw is None else withdraw
    if not exchanged:
        return Decision((Problem.of(Code.NOTHING_TO_WITHDRAW),), ())
    if not named:
        return Decision((Problem.of(Code.NOTHING_WITHDRAWN),), ())
    required = {line.grant.number for line in in_order if line.required}
    freely_chosen_left = exchanged - required - named
    problems = (
        *_unknown_grants(named, {line.grant.number for line in in_order}),
        *(
            Problem.of(code, line.grant.number)
            for line in in_order
            if line.grant.number in named
            and (code := _why_not_withdrawn(line, alone=bool(freely_chosen_left)))
        ),
    )
    if problems:
        return Decision(problems, ())
    remaining = exchanged - named if freely_chosen_left else frozenset[str]()
    return Decision(
        (),
        tuple(
            line
            if line.grant.number in remaining
            else replace(line, choice=Choice.KEEP, new_shares=0)
            for line in in_order
        ),
    )


def signing_problems(*, signature: str, agreed: bool) -> tuple[Problem, ...]:
    """Say what is missing from the foot of a form: the typed name, the agreement to the terms."""
    problems = []
    if not agreed:
        problems.append(Problem.of(Code.AGREEMENT_MISSING))
    if not signature.strip():
        problems.append(Problem.of(Code.SIGNATURE_MISSING))
    return tuple(problems)


def _not_now(terms: Terms, today: date) -> tuple[Problem, ...]:
    """Before the offer opens there is nothing to answer to; after it expires, a form is late."""
    if today >= terms.opens_on:
        return ()
    return (Problem.of(Code.NOT_OPEN_YET, opens_on=day_label(terms.opens_on)),)


def _not_they(terms: Terms, person: PersonFacts | None, today: date) -> tuple[Problem, ...]:
    return () if person is None else person_problems(terms, person, today=today)


def _unknown_grants(named: AbstractSet[str], known: AbstractSet[str]) -> Iterator[Problem]:
    return (Problem.of(Code.UNKNOWN_GRANT, number) for number in sorted(named - known))


def _answer_problems(
    terms: Terms,
    assessed: AssessedGrant,
    answer: Choice | None,
    free: AbstractSet[str],
    chosen: AbstractSet[str],
) -> tuple[Problem, ...]:
    number = assessed.grant.number
    match assessed.standing, answer:
        case Standing.INELIGIBLE, Choice.EXCHANGE:
            return assessed.problems
        case Standing.ELIGIBLE, None:
            return (Problem.of(Code.ANSWER_MISSING, number),)
        case Standing.REQUIRED, Choice.EXCHANGE if free and not chosen:
            return (Problem.of(Code.REQUIRED_GRANT_ALONE, number),)
        case Standing.REQUIRED, Choice.KEEP if chosen:
            since = day_label(terms.required_from)
            return (Problem.of(Code.REQUIRED_GRANT_KEPT, number, required_from=since),)
    return ()


def _why_not_withdrawn(line: DecidedLine, *, alone: bool) -> Code | None:
    if line.choice != Choice.EXCHANGE:
        return Code.GRANT_NOT_ELECTED
    return Code.REQUIRED_GRANT_ALONE if line.required and alone else None


def _exchange(assessed: AssessedGrant) -> DecidedLine:
    return DecidedLine(
        grant=assessed.grant,
        choice=Choice.EXCHANGE,
        required=assessed.standing == Standing.REQUIRED,
        new_shares=assessed.new_shares,
    )


def _keep(assessed: AssessedGrant) -> DecidedLine:
    return replace(_exchange(assessed), choice=Choice.KEEP, new_shares=0)
