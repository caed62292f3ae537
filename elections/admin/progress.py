"""How far the mails of an extension or of a reminder have come, in words and as a bar."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from elections.admin import labels

BESIDE = {
    "mails_dropped": "not needed any more",
    "mails_held": "held",
    "mails_failed": "could not be delivered",
}


def progress_words(row: Any) -> str:
    """Of a row that `queries.with_mail_progress` annotated: "12 of 60 sent, 1 held"."""
    said = [f"{row.mails_sent:,} of {row.mails_total:,} sent"]
    said += [
        f"{getattr(row, name):,} {words}" for name, words in BESIDE.items() if getattr(row, name)
    ]
    return ", ".join(said)


@admin.display(description="mails")
def mail_progress(row: Any) -> SafeString | str:
    """A bar and the words, which lead to the mails. The bar fills with whatever is done with."""
    if not row.mails_total:
        return labels.NOTHING
    return format_html(
        '<progress value="{}" max="{}" aria-hidden="true"></progress>'
        ' <a href="{}?{}__id__exact={}">{}</a>',
        row.mails_sent + row.mails_dropped,
        row.mails_total,
        reverse("admin:elections_outboxmessage_changelist"),
        row._meta.model_name,
        row.pk,
        progress_words(row),
    )
