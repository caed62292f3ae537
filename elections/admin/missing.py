"""What the admin says of a row that is not there: that it is not found."""

from __future__ import annotations

from typing import Any, NoReturn

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.db.models.options import Options
from django.http import Http404, HttpRequest, HttpResponse


class MissingMixin:
    """For a ModelAdmin: 404 for a row that is not there, where Django leads to the first page.

    Nobody learns which rows there are of those that are not for them.
    """

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Options[Model], object_id: str
    ) -> NoReturn:
        raise Http404(f"There is no {opts.verbose_name} {object_id!r}.")

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The history of a row; Django asks for the row first, and then who may see it."""
        if not self.has_view_or_change_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)  # type: ignore[misc,no-any-return]
