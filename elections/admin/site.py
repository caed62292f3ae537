"""What all pages of the admin share: showing without changing."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from elections.admin.lists import ListMixin
from elections.admin.missing import MissingMixin


class ReadOnly:
    """For a ModelAdmin or an inline: its rows are looked at by whoever may view them, no more.

    Superusers too: not having the permission is what keeps every form, button, action and
    hand-made POST of the admin away from the record.
    """

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes here."""
        return False


class ReadOnlyInline(ReadOnly, admin.TabularInline):
    """The rows that belong to the one on the page, to look at."""

    template = "admin/elections/inline.html"


class ReadOnlyAdmin(ReadOnly, MissingMixin, ListMixin, admin.ModelAdmin):
    """A list and a page per row, to look at."""

    actions = None
    list_per_page = 50
    view_on_site = False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list under its plain name; there is nothing to "select"."""
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of one row under its plain name."""
        title = {"title": capfirst(self.opts.verbose_name)}
        return super().change_view(request, object_id, form_url, title | (extra_context or {}))
