"""What a list of the admin makes of an address that no page of it ever links to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, SEARCH_VAR, ChangeList, ChangeListSearchForm
from django.http import HttpRequest

# Each word searched for is a condition on each column searched; a database takes only so many.
LONGEST_SEARCH = 200


class _SearchForm(ChangeListSearchForm):
    """The search box, which says when it was given too much."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[SEARCH_VAR] = forms.CharField(
            required=False,
            strip=False,
            max_length=LONGEST_SEARCH,
            error_messages={
                "max_length": "Please search for at most %(limit_value)d characters."
                " Nothing was searched for, so everything is shown."
            },
        )


class _List(ChangeList):
    """A list that leaves out filters which the database cannot follow."""

    search_form_class = _SearchForm

    def get_results(self, request: HttpRequest) -> None:
        """The rows of this page. Raises `IncorrectLookupParameters`: the bare list is shown.

        Django asks for that itself, whatever goes wrong while it reads the filters; but the
        database sees their values only here. Where nothing was asked, nothing asked is to blame.
        """
        try:
            super().get_results(request)
        except Exception as error:
            if set(request.GET) <= {ERROR_FLAG}:
                raise
            raise IncorrectLookupParameters(error) from error


class ListMixin:
    """For a ModelAdmin: its list is never brought down by its address."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Our kind of list."""
        return _List
