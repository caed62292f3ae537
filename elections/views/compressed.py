"""Which pages are sent compressed: those that repeat nothing of what was asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.gzip import gzip_page


def compressed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Send this page compressed to a browser that takes it so; an answer to a form as it is.

    Never for a page that repeats something of its address: what a stranger has put into a page
    beside a secret tells that secret by how well both compress together (BREACH). A page of ours
    holds what somebody owns. The token against forged forms is masked anew in each page, and
    Django makes lengths waver besides; the page that compares at given prices stays as it is.
    """
    zipped = gzip_page(view)

    @wraps(view)
    def sent(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view if request.method == "POST" else zipped
        return answer(request, *args, **kwargs)

    return sent
