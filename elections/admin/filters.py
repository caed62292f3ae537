"""The filters beside the list of submissions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from elections.models import ReviewDecision, Submission
from elections.models.submission import Verdict

_DECISIONS = ReviewDecision.objects.filter(submission=OuterRef("pk"))


class _Choice(admin.SimpleListFilter):
    """A filter whose every choice is one condition on an annotated submission."""

    choices_with_conditions: dict[str, tuple[str, Q]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """The choices, by the name that the address carries."""
        return [(name, label) for name, (label, _) in self.choices_with_conditions.items()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Submission]
    ) -> QuerySet[Submission]:
        """The submissions of the choice taken; all of them without one, or with an unknown one."""
        chosen = self.choices_with_conditions.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


class Governing(_Choice):
    """Whether it is the one that counts for its person (`queries.with_governing`)."""

    title = "governing"
    parameter_name = "governing"
    choices_with_conditions = {
        "yes": ("Governs", Q(governs=True)),
        "no": ("Does not govern", Q(governs=False)),
    }


class Late(_Choice):
    """Whether it came at or after the deadline in force when it was received."""

    title = "arrival"
    parameter_name = "late"
    choices_with_conditions = {
        "no": ("In time", Q(timely=True)),
        "yes": ("Late", Q(timely=False)),
    }


class Reviewed(_Choice):
    """Law's last word on it (`queries.with_standing`)."""

    title = "review"
    parameter_name = "reviewed"
    choices_with_conditions = {
        # The same as `verdict=""`, which the database would have to work out for every row.
        "unreviewed": ("Not reviewed yet", Q(~Exists(_DECISIONS))),
        **{str(verdict): (verdict.label, Q(verdict=verdict)) for verdict in Verdict},
    }
