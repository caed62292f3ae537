"""Small answers that several views give."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse


class SeeOther(HttpResponseRedirect):
    """303: what was posted is done; look at it over there, with GET."""

    status_code = 303


def see_other(view: str, *args: str, form: object = "") -> SeeOther:
    """Lead on after a POST to a view by name; `form` is the token of the form to show there."""
    return SeeOther(reverse(view, args=args) + (f"?form={form}" if form else ""))


def typed_in(request: HttpRequest) -> list[tuple[str, str]]:
    """Every field of the form that was sent, as (name, value), to be sent again as it was.

    But never a password: it is not sent back to any page.
    """
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and "password" not in name
    ]


def may_be_kept(request: HttpRequest) -> bool:
    """Whether a form holds something to send again, and no password, which no page repeats."""
    names = set(request.POST) - {"csrfmiddlewaretoken"}
    return bool(names) and not any("password" in name for name in names)


def resend_page(request: HttpRequest, *, signed_out: bool) -> HttpResponse:
    """403, with everything that was typed ready to be sent again.

    For a form that did not get through for a reason that is not its own: the session had ended
    (`signed_out`), or the page was too old for its form to be trusted. Only for a form that was
    sent from one of our own pages: on another site's behalf, one click here would finish a forgery.
    """
    context = {
        "typed": typed_in(request),
        "files": [file.name for file in request.FILES.values()],
        "signed_out": signed_out,
        "action": request.get_full_path(),
    }
    return render(request, "portal/resend.html", context, status=403)
