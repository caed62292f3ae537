"""The form in which HR changes how one person stands by the roster."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from elections.admin.forms import REASON_LENGTH, Refusable
from elections.admin.whens import day_field
from elections.core.problems import Code, Problem
from elections.core.status_words import LABELS
from elections.models.people import Employment
from elections.services.change_status import Wish
from elections.services.status import STANDING

SEEN = "seen"  # the prefix of what the roster said when the page was made


class StandingForm(Refusable):
    """The columns of STANDING, as the roster has them."""

    country = forms.CharField(
        label=LABELS["country"],
        max_length=2,
        validators=[RegexValidator("^[A-Z]{2}$", "Please give a two-letter code such as US.")],
        error_messages={"required": "Please give the country of work."},
        help_text="Two letters, as US.",
    )
    employment = forms.ChoiceField(label=LABELS["employment"], choices=Employment.choices)
    hired_on = day_field(LABELS["hired_on"], "Please give the hire date.")
    left_on = day_field(LABELS["left_on"], "")
    is_director = forms.BooleanField(label=LABELS["is_director"], required=False)
    is_executive_officer = forms.BooleanField(label=LABELS["is_executive_officer"], required=False)
    on_leave = forms.BooleanField(label=LABELS["on_leave"], required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["left_on"].required = False
        self.fields["left_on"].help_text = "Empty for whoever is not leaving."

    @property
    def standing(self) -> dict[str, Any]:
        """What was read, by column; without what could not be."""
        return {name: self.cleaned_data[name] for name in STANDING if name in self.cleaned_data}


class StatusForm(StandingForm):
    """The same with the reason for changing it, and what the page showed so far.

    `shown` is the effect in the preview, missing before there was one.
    """

    reason = forms.CharField(
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": Problem.of(Code.REASON_MISSING).sentence},
        help_text="Kept with the record; the employee does not read it.",
    )
    shown = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, seen: dict[str, Any], **kwargs: Any) -> None:
        """`seen` is what the roster says now, and what the page is made from."""
        super().__init__(*args, **kwargs)
        self.seen = StandingForm(self.data if self.is_bound else None, prefix=SEEN, initial=seen)

    def clean_shown(self) -> str:
        """With line ends as they were before a browser sent them."""
        return str(self.cleaned_data["shown"]).replace("\r\n", "\n")

    def wish(self) -> Wish:
        """What is asked for; someone who saw nothing of the roster expects nothing of it."""
        self.seen.full_clean()
        return Wish(
            expected=self.seen.standing,
            new=self.standing,
            reason=self.cleaned_data["reason"],
            shown=self.cleaned_data["shown"] if "shown" in self.data else None,
        )
