"""Telling HR of a mail that will not reach its reader, so that a person sees to it."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.core import mail
from django.template.loader import render_to_string

from elections.delivery.letter import one_line
from elections.models import OutboxMessage

log = structlog.get_logger(__name__)


def tell_hr(message: OutboxMessage, error: str) -> None:
    """Log and mail that `message` is set aside, and why.

    Raises only for a database in trouble: if HR cannot be told by mail either, the log and the
    row, which the admin lists as failed, have to do.
    """
    about = message.submission.receipt if message.submission else message.get_kind_display()
    log.error("mail_set_aside", mail=message.pk, kind=message.kind, about=about, error=error)
    text = render_to_string(
        "mail/set_aside.txt",
        {
            "about": about,
            "kind": message.get_kind_display(),
            "name": one_line(message.employee.name),
            "number": one_line(message.employee.number),
            "recipient": one_line(message.recipient),
            "error": one_line(error),
            "url": f"{settings.PORTAL_BASE_URL.rstrip('/')}/admin/elections/outboxmessage/"
            f"{message.pk}/change/",
        },
    )
    notice = mail.EmailMessage(
        subject=f"A mail could not be delivered: {about}",
        body=text,
        to=[settings.PORTAL_HR_EMAIL],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        notice.send()
    except Exception:
        log.exception("hr_not_told", mail=message.pk)
