"""The admin as one site: its names, and room for pages that belong to no one model.

It stands outside `elections.admin`, whose modules register with it while they are imported.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.db.models import BigIntegerField
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import IntConverter

from elections.views.responses import may_be_kept, resend_page


class KeyConverter(IntConverter):
    """The key of a row in an address, as `<key:pk>`.

    One that is further than a database counts is as little there as the last that it could.
    """

    def to_python(self, value: str) -> int:
        """The number."""
        return min(super().to_python(value), BigIntegerField.MAX_BIGINT)


register_converter(KeyConverter, "key")


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

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """A page for staff; a form of someone signed out meanwhile is kept to be sent again."""
        staff_only = super().admin_view(view, cacheable)

        @wraps(staff_only)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            signed_out = request.method == "POST" and not request.user.is_authenticated
            if signed_out and may_be_kept(request):
                return resend_page(request, signed_out=True)
            return staff_only(request, *args, **kwargs)

        return guarded

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Our pages first, then Django's."""
        return [*self._pages, *super().get_urls()]
