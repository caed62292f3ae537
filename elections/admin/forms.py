"""The two forms of the admin: a decision on a submission, and a later deadline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from elections.admin.whens import day_field, instant_of, time_field
from elections.core.problems import Code, Problem
from elections.models import Submission
from elections.models.submission import Verdict
from elections.services.review import covering_extension

REASON_LENGTH = 4000


class Refusable(forms.Form):
    """A form that can also say what a service refused."""

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Show each problem once: at the reason when it is about that, else above the form."""
        for problem in problems:
            field = "reason" if problem.code == Code.REASON_MISSING else None
            if problem.sentence not in self.errors.get(field or forms.ALL_FIELDS, []):
                self.add_error(field, problem.sentence)


class DecisionForm(Refusable):
    """Law's decision on one submission.

    The reason of an irregular form is one of the offer's usual ones, free text, or both: cleaned,
    `reason` is the whole. `seen` is the number of decisions on the page that was filled in: whoever
    decides without having seen a colleague's decision, or sends the form twice, is shown what is
    there by now.
    """

    verdict = forms.ChoiceField(
        label="Decision",
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose a decision."},
    )
    usual = forms.ChoiceField(
        label="Usual reason",
        required=False,
        help_text="For an irregular form; what is written below is added to it.",
    )
    reason = forms.CharField(
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=(
            "Needed to find it irregular, to reinstate it, or to change what an earlier decision"
            " made of it. The employee reads it."
        ),
    )
    seen = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ("required", "invalid"), Problem.of(Code.DECIDED_MEANWHILE).sentence
        ),
    )

    def __init__(self, *args: Any, submission: Submission, **kwargs: Any) -> None:
        self.decided = len(submission.decisions.all())
        super().__init__(*args, initial={"seen": self.decided}, **kwargs)
        verdicts = _verdicts(submission)
        self.fields["verdict"].choices = verdicts
        self.can_reinstate = Verdict.REINSTATED in dict(verdicts)
        usual = [(reason, reason) for reason in submission.offer.irregular_reasons]
        self.fields["usual"].choices = [("", "None of the usual ones"), *usual]

    def clean(self) -> dict[str, Any]:
        """Join both reasons; a usual one says what is wrong, so it goes with no other decision."""
        cleaned = super().clean() or self.cleaned_data
        if usual := cleaned.get("usual"):
            if cleaned.get("verdict", Verdict.IRREGULAR) != Verdict.IRREGULAR:
                self.add_error(
                    "usual", "This reason finds fault with the form. Please leave it out."
                )
            cleaned["reason"] = f"{usual}\n{cleaned.get('reason', '')}".strip()
        return cleaned


def _verdicts(submission: Submission) -> list[tuple[str, str]]:
    """What can be decided of a submission received in time, and of a late one.

    Reinstating is left out where no extension covers its arrival; the page says so.
    """
    irregular = (
        Verdict.IRREGULAR,
        "Irregular: it does not count, and the employee is mailed the reason",
    )
    if submission.timely:
        return [(Verdict.VALID, "Valid: it was received in good order"), irregular]
    stays = (Verdict.LATE, "It stays late and does not count")
    if covering_extension(submission) is None:
        return [stays, irregular]
    return [
        stays,
        (Verdict.REINSTATED, "Reinstated: it was late and counts all the same"),
        irregular,
    ]


class ExtensionForm(Refusable):
    """A later deadline, as the clocks of the offer's own zone will show it, and why.

    Cleaned, it adds `expiration` (aware UTC). `expected` is the deadline that the page showed.
    """

    day = day_field("New last day", "Please give the new last day.")
    time = time_field("Time", "Please give the time at which the offer ends.")
    reason = forms.CharField(
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": Problem.of(Code.REASON_MISSING).sentence},
        help_text="Kept with the record.",
    )
    expected = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Add `expiration`, or say at the time why no single instant is meant."""
        cleaned = super().clean() or self.cleaned_data
        if expiration := instant_of(self, cleaned, "day", "time"):
            cleaned["expiration"] = expiration
        return cleaned
