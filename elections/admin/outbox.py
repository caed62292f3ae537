"""Every mail, how far it has come, and what it says."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy

from django.conf import settings
from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timesince import timesince

from elections.admin import labels
from elections.admin.site import ReadOnlyAdmin
from elections.models import OutboxMessage, RenderedMail
from elections.models.outbox import MailState

STATES = {
    MailState.WAITING: "warning",
    MailState.SENDING: "warning",
    MailState.SENT: "good",
    MailState.FAILED: "bad",
}


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """The outbox, newest first."""

    list_display = ("kind", "recipient", "about", "progress", "attempts", "age", "error")
    list_filter = ("state", "kind")
    list_select_related = ("submission", "extension")
    search_fields = (
        "recipient",
        "employee__number",
        "employee__name",
        "submission__receipt",
        "message_id",
    )
    search_help_text = "Address; employee number or name; receipt; Message-ID"
    fields = readonly_fields = (
        "kind",
        "employee",
        "recipient",
        "cause",
        "message_id",
        "progress",
        "attempts",
        "age",
        "next_try",
        "last_error",
        "sent",
        "content",
    )

    @admin.display(description="about")
    def about(self, message: OutboxMessage) -> str:
        """The receipt or the extension that the mail tells of."""
        return str(message.submission or f"Extension {message.extension.number}")

    @admin.display(description="about")
    def cause(self, message: OutboxMessage) -> str:
        """The same, leading to its page."""
        subject = message.submission or message.extension
        address = f"admin:elections_{subject._meta.model_name}_change"
        return format_html(
            '<a href="{}">{}</a>', reverse(address, args=[subject.pk]), self.about(message)
        )

    @admin.display(description="next try")
    def next_try(self, message: OutboxMessage) -> str:
        """When it is due again, on the real clock; nothing once it has reached its end."""
        if message.state in (MailState.SENT, MailState.FAILED):
            return labels.NOTHING
        return labels.cell_time(message.due_at, settings.TIME_ZONE)

    @admin.display(description="sent")
    def sent(self, message: OutboxMessage) -> str:
        """When the mail server took it, in the portal's time."""
        return labels.cell_time(message.sent_at, settings.TIME_ZONE)

    @admin.display(description="state", ordering="state")
    def progress(self, message: OutboxMessage) -> str:
        """How far it has come."""
        state = MailState(message.state)
        return labels.state(state.label, STATES[state])

    @admin.display(description="age", ordering="-created_at")
    def age(self, message: OutboxMessage) -> str:
        """Since it was posted; the outbox runs on the real clock, also in a demo."""
        return timesince(message.created_at, datetime.now(UTC), depth=1)

    @admin.display(description="last error")
    def error(self, message: OutboxMessage) -> str:
        """The first line of what went wrong last."""
        return message.last_error.partition("\n")[0][:120] or labels.NOTHING

    @admin.display(description="what it says")
    def content(self, message: OutboxMessage) -> str:
        """Subject and text of the bytes that are kept, once they are made."""
        kept = RenderedMail.objects.filter(message=message).values_list("mime", flat=True).first()
        if kept is None:
            return "Not written yet: it is when it is first sent."
        mail = message_from_bytes(bytes(kept), policy=policy.default)
        body = mail.get_body(("plain",))
        text = body.get_content() if body else ""
        return format_html('<pre class="mail">{}\n\n{}</pre>', mail["Subject"], text)
