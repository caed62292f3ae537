"""How a recorded form stands: does it count, and if not, why not and what does?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from elections.models import Submission
from elections.models.submission import Verdict


class Standing(StrEnum):
    """What has become of a recorded form."""

    GOVERNS = "governs"
    REPLACED = "replaced"
    LATE = "late"
    IRREGULAR = "irregular"


WORDS = {
    Standing.GOVERNS: "Counts",
    Standing.REPLACED: "Replaced",
    Standing.LATE: "Late, does not count",
    Standing.IRREGULAR: "Irregular, does not count",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One recorded form and how it stands beside `governing`, the one that counts, if any does.

    `reason` is what the Law Department wrote, or "".
    """

    submission: Submission
    standing: Standing
    reason: str
    governing: Submission | None

    @property
    def words(self) -> str:
        """The standing in a word or two."""
        return WORDS[self.standing]

    @property
    def reinstated(self) -> bool:
        """Whether it came late and the Law Department let it count."""
        return bool(self.submission.verdict == Verdict.REINSTATED)  # type: ignore[attr-defined]

    @property
    def which_counts(self) -> str:
        """Whether what counts came "earlier" or "later" than this form; "" where nothing does."""
        if self.governing is None:
            return ""
        return "earlier" if _order(self.governing) < _order(self.submission) else "later"


def governing_of(history: Iterable[Submission]) -> Submission | None:
    """Of someone's whole history (`queries.history`), newest first, the one that governs."""
    return next((one for one in history if one.counts), None)  # type: ignore[attr-defined]


def entry(submission: Submission, governing: Submission | None) -> Entry:
    """How `submission`, one of `queries.history`, stands beside the one that governs."""
    decisions = list(submission.decisions.all())
    return Entry(
        submission,
        standing=_standing(submission, governing),
        reason=decisions[-1].reason if decisions else "",
        governing=governing,
    )


def set_aside(history: Sequence[Submission], governing: Submission | None) -> Entry | None:
    """The last form of someone's history, if it does not count: it came late, or is irregular."""
    last = history[0] if history else None
    return entry(last, governing) if last and last != governing else None


def _order(submission: Submission) -> tuple[datetime, int]:
    return submission.ordered_at, submission.sequence


def _standing(submission: Submission, governing: Submission | None) -> Standing:
    if submission == governing:
        return Standing.GOVERNS
    if submission.verdict == Verdict.IRREGULAR:  # type: ignore[attr-defined]
        return Standing.IRREGULAR
    if not submission.counts:  # type: ignore[attr-defined]
        return Standing.LATE
    return Standing.REPLACED
