"""What someone answers on a form, and what the rules make of it before anything is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from elections import queries
from elections.core import rules
from elections.core.problems import Code, Problem
from elections.core.terms import Choice
from elections.models import Employee, Grant, Offer, Submission
from elections.models.submission import Kind


@dataclass(frozen=True, slots=True)
class Election:
    """Exchange or keep, for each grant by its number."""

    choices: dict[str, Choice]
    kind: Kind = field(default=Kind.ELECTION, init=False)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The numbers of the grants to take back; None takes all of them back."""

    grants: frozenset[str] | None
    kind: Kind = field(default=Kind.WITHDRAWAL, init=False)


@dataclass(frozen=True, slots=True)
class Decline:
    """A recorded "no": not taking part."""

    kind: Kind = field(default=Kind.DECLINE, init=False)


Answer = Election | Withdrawal | Decline


def judge_answer(
    answer: Answer,
    *,
    offer: Offer,
    employee: Employee,
    grants: Iterable[Grant],
    governing: Submission | None,
    at: datetime,
    late: bool = False,
) -> rules.Decision:
    """What the rules say of `answer` at the instant `at` (aware).

    The check page shows this and `submit_form` records it, so the two cannot differ in kind.
    `grants` are the employee's, with plans; `governing` has its lines prefetched. A `late` form
    does not count, so it is kept also from someone whom the offer is not open to.
    """
    terms, person = offer.terms(), None if late else employee.facts()
    facts = [grant.facts() for grant in grants]
    today = queries.today(offer, at=at)
    match answer:
        case Election(choices):
            return rules.check_election(
                terms=terms, person=person, grants=facts, choices=choices, today=today
            )
        case Decline():
            return rules.check_decline(terms=terms, person=person, grants=facts, today=today)
        case Withdrawal(withdraw):
            return rules.check_withdrawal(
                standing=queries.standing_lines(governing), withdraw=withdraw
            )


def taken_back(
    answer: Answer, *, governing: Submission | None, decision: rules.Decision
) -> frozenset[str]:
    """The numbers of the grants that were exchanged until this withdrawal and are kept by it."""
    if not isinstance(answer, Withdrawal):
        return frozenset()
    exchanged = {
        line.grant.number
        for line in queries.standing_lines(governing)
        if line.choice == Choice.EXCHANGE
    }
    return frozenset(
        line.grant.number
        for line in decision.lines
        if line.choice == Choice.KEEP and line.grant.number in exchanged
    )


def as_shown(
    answer: Answer, decision: rules.Decision, documents: Mapping[str, str]
) -> dict[str, Any]:
    """What the check page shows of `answer` and a signature agrees to, as plain JSON values.

    `documents` are the SHA-256 of those in force; only an election agrees to their terms.
    """
    return {
        "lines": {
            line.grant.number: [
                line.grant.outstanding,
                str(line.choice),
                line.required,
                line.new_shares,
            ]
            for line in decision.lines
        },
        "documents": dict(documents) if isinstance(answer, Election) else {},
    }


def differences(shown: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Problem, ...]:
    """What has changed since a form was checked: one problem for each grant, one for documents."""
    before, after = shown["lines"], now["lines"]
    problems = [
        Problem.of(
            Code.GRANT_CHANGED, number, was=_said(before.get(number)), now=_said(after.get(number))
        )
        for number in sorted(before.keys() | after.keys())
        if before.get(number) != after.get(number)
    ]
    if shown["documents"] != now["documents"]:
        problems.append(Problem.of(Code.DOCUMENTS_CHANGED))
    return tuple(problems)


def _said(line: list[Any] | None) -> str:
    if line is None:
        return "no part of this form"
    outstanding, choice, required, new_shares = line
    if choice == Choice.KEEP:
        return f"{outstanding:,} shares to keep"
    along = ", going along as required" if required else ""
    return f"{outstanding:,} shares to exchange for {new_shares:,}{along}"
