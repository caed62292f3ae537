"""The election form as a sheet: a row a grant, what was answered so far, and what that comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from elections.core.eligibility import AssessedGrant, Standing, assess_grants
from elections.core.problems import Problem
from elections.core.terms import Choice, Terms
from elections.forms import GRANT
from elections.models import Grant


@dataclass(frozen=True, slots=True)
class GrantRow:
    """One grant on the form. `said` is "exchange", "keep" or None; `problems` are sentences."""

    index: int
    assessed: AssessedGrant
    plan: str
    said: str | None
    problems: tuple[str, ...]

    @property
    def field(self) -> str:
        """The name of its radio buttons."""
        return f"{GRANT}{self.assessed.grant.number}"

    @property
    def required(self) -> bool:
        """Whether it goes along with whatever is chosen, and cannot be chosen itself."""
        return self.assessed.standing == Standing.REQUIRED

    @property
    def chosen(self) -> bool:
        """Whether it is freely chosen for exchange."""
        return self.assessed.standing == Standing.ELIGIBLE and self.said == Choice.EXCHANGE

    @property
    def anchor(self) -> str:
        """The id of what an error about this grant leads to."""
        free = self.assessed.standing == Standing.ELIGIBLE
        return f"exchange-{self.index}" if free else f"grant-row-{self.index}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """All grants on the form, by date and number; totals are in whole shares."""

    electable: tuple[GrantRow, ...]  # free to choose, and required
    ineligible: tuple[GrantRow, ...]
    problems: tuple[tuple[str, str], ...]  # (id to lead to or "", sentence)
    general: tuple[str, ...]  # the sentences of those that are about no grant shown here

    @property
    def free(self) -> bool:
        """Whether there is anything to choose."""
        return any(not row.required for row in self.electable)

    @property
    def required(self) -> tuple[GrantRow, ...]:
        """The grants that go along with whatever is chosen."""
        return tuple(row for row in self.electable if row.required)

    @property
    def exchanged(self) -> tuple[GrantRow, ...]:
        """What the answers so far come to: the chosen grants, and then the required ones too."""
        if not any(row.chosen for row in self.electable):
            return ()
        return tuple(row for row in self.electable if row.chosen or row.required)

    @property
    def unanswered(self) -> int:
        """How many grants that can be chosen have no answer so far."""
        return sum(row.said is None for row in self.electable if not row.required)

    @property
    def kept(self) -> int:
        """How many grants are kept, as answered so far; required ones once that is settled."""
        answered = sum(row.said == Choice.KEEP for row in self.electable if not row.required)
        settled = not self.unanswered and not self.exchanged
        return answered + (len(self.required) if settled else 0)

    @property
    def shares(self) -> int:
        """Outstanding shares given up, as answered so far."""
        return sum(row.assessed.grant.outstanding for row in self.exchanged)

    @property
    def new_shares(self) -> int:
        """New shares promised, as answered so far."""
        return sum(row.assessed.new_shares for row in self.exchanged)


def make_sheet(
    terms: Terms,
    grants: Sequence[Grant],
    said: Mapping[str, str],
    problems: Sequence[Problem] = (),
) -> Sheet:
    """The grants (with plans) as the offer assesses them, with what was said of each so far."""
    plans = {grant.number: grant.plan.name for grant in grants}
    rows = [
        GrantRow(
            index,
            assessed,
            plan=plans[assessed.grant.number],
            said=said.get(assessed.grant.number),
            problems=tuple(p.sentence for p in problems if p.grant_number == assessed.grant.number),
        )
        for index, assessed in enumerate(assess_grants(terms, [g.facts() for g in grants]), 1)
    ]
    anchors = {row.assessed.grant.number: row.anchor for row in rows}
    electable = tuple(r for r in rows if r.assessed.standing != Standing.INELIGIBLE)
    first = next((row.anchor for row in electable if not row.required), "")
    return Sheet(
        electable=electable,
        ineligible=tuple(r for r in rows if r.assessed.standing == Standing.INELIGIBLE),
        problems=tuple((anchors.get(p.grant_number or "", first), p.sentence) for p in problems),
        general=tuple(p.sentence for p in problems if p.grant_number not in anchors),
    )
