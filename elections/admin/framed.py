"""A page of our own in the admin's frame."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


def framed(
    request: HttpRequest,
    frame: dict[str, Any],
    template: str,
    title: str,
    *,
    model: type[Model],
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """`template` (below admin/elections/) with what every page of the admin shows around it.

    `frame` is `admin_site.each_context(request)`; `model` says where the page belongs.
    """
    whole = frame | {"opts": model._meta, "title": title} | context
    return TemplateResponse(request, f"admin/elections/{template}", whole, status=status)
