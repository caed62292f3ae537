"""How far the mails of a row have come."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from elections.models.outbox import MailState


def with_mail_progress(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Annotate rows that have `mails` with how far these have come, each a number of mails.

    `mails_total`, `mails_sent`, `mails_under_way` (waiting or being sent), `mails_failed`,
    `mails_held`, `mails_dropped`.
    """
    states = {
        "mails_sent": [MailState.SENT],
        "mails_under_way": [MailState.WAITING, MailState.SENDING],
        "mails_failed": [MailState.FAILED],
        "mails_held": [MailState.HELD],
        "mails_dropped": [MailState.DROPPED],
    }
    counts = {name: Count("mails", filter=Q(mails__state__in=of)) for name, of in states.items()}
    return rows.annotate(mails_total=Count("mails"), **counts)
