"""What all pages of the admin share: the site's names, and showing without changing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.text import capfirst


class PortalSite(admin.AdminSite):
    """Django's admin, and pages of our own that belong to no one model."""

    # The page's head says company and offer once an offer is loaded (admin/base_site.html).
    site_header = "Stock option exchange"
    site_title = index_title = "Law and HR"
    enable_nav_sidebar = False  # its width is what the lists need

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._pages: list[URLPattern] = []

    def add_page(self, route: str, view: Callable[..., HttpResponse], *, name: str) -> None:
        """Show `view` to staff at `route` below the admin's address, before Django's own pages.

        `name` is reversed as "admin:name". Who of the staff may see it, the view decides.
        """
        self._pages.append(path(route, self.admin_view(view), name=name))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Our pages first, then Django's."""
        return [*self._pages, *super().get_urls()]


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


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin):
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
