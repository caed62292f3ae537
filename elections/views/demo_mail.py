"""The demo's mailbox: every mail that was sent, as it would have arrived."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from functools import wraps
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from elections.delivery.eml_folder import list_mail, read_mail
from elections.inline_styles import sheet_in, style_source

FRAMED = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self';"
    " sandbox allow-popups"
)


def demo_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Outside the demo there is no such page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.PORTAL_DEMO:
            raise Http404("Only in the demo")
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@never_cache
@demo_only
def mailbox(request: HttpRequest) -> HttpResponse:
    """All mail, newest first."""
    context = {"mails": list_mail(settings.EMAIL_FILE_PATH)}
    return render(request, "portal/demo_mailbox.html", context)


@require_safe
@never_cache
@demo_only
@csp_update({"frame-src": [SELF]})
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: its headers, its text, its HTML in a frame that may do nothing, its attachments."""
    message = _read(name)
    context = {
        "name": name,
        "subject": message["Subject"],
        "headers": message.items(),
        "text": _content(message, "plain"),
        "html": _content(message, "html"),
        "attachments": [part.get_filename() for part in message.iter_attachments()],
    }
    return render(request, "portal/demo_mail.html", context)


@require_safe
@never_cache
@demo_only
@xframe_options_sameorigin
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part of a mail, by itself. Nothing is let through but the style sheet inside it."""
    html = _content(_read(name), "html")
    if html is None:
        raise Http404("The mail has no HTML part")
    sheet = sheet_in(html)
    policy = f"{FRAMED}; style-src {style_source(sheet) if sheet else NONE}"
    return HttpResponse(html, headers={"Content-Security-Policy": policy})


@require_safe
@never_cache
@demo_only
def mail_attachment(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Attachment `number` of a mail, counted from 0, to download."""
    attachments = list(_read(name).iter_attachments())
    if number >= len(attachments):
        raise Http404("No such attachment")
    part = attachments[number]
    response = HttpResponse(part.get_payload(decode=True), content_type=part.get_content_type())
    filename = part.get_filename() or "attachment"
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _read(name: str) -> EmailMessage:
    try:
        return read_mail(settings.EMAIL_FILE_PATH, name)
    except FileNotFoundError as error:
        raise Http404("No such mail") from error


def _content(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body(preferencelist=(kind,))
    return part.get_content() if part else None
