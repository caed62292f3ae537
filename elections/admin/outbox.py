"""Every mail, how far it has come, what it says; and holding, releasing and retrying it."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from elections.admin import labels
from elections.admin.site import ReadOnlyAdmin
from elections.models import OutboxMessage, RenderedMail
from elections.models.outbox import MailState
from elections.services.mail import HOLDABLE, Handled, hold_mail, release_mail, retry_mail

STATES = {
    MailState.WAITING: "warning",
    MailState.SENDING: "warning",
    MailState.SENT: "good",
    MailState.FAILED: "bad",
    MailState.HELD: "warning",
    MailState.DROPPED: "quiet",
}
ENDED = (MailState.SENT, MailState.FAILED, MailState.HELD, MailState.DROPPED)
FILES = {"mime": "message/rfc822", "pdf": "application/pdf"}


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """The outbox, newest first."""

    change_form_template = "admin/elections/outboxmessage/page.html"
    actions = ("hold", "release", "retry")
    list_display = ("kind", "recipient", "about", "progress", "attempts", "age", "error")
    list_filter = ("state", "kind")
    list_select_related = (
        "submission",
        "extension",
        "reminder",
        "status_change__employee",
        "employee",
    )
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
        "remark",
        "sent",
        "files",
        "content",
    )

    def has_handle_permission(self, request: HttpRequest) -> bool:
        """Whether this person may hold, release and retry mail."""
        return bool(request.user.has_perm("elections.change_outboxmessage"))

    @admin.action(description="Hold: do not send for now", permissions=["handle"])
    def hold(self, request: HttpRequest, mails: QuerySet[OutboxMessage]) -> None:
        """Keep back what waits; confirmations and decisions go out whoever wishes otherwise."""
        why = "only announcements, reminders, invitations and status changes that wait can be held"
        self._tell(request, hold_mail(actor=request.user, mails=mails), "held", why)

    @admin.action(description="Release: send what is held", permissions=["handle"])
    def release(self, request: HttpRequest, mails: QuerySet[OutboxMessage]) -> None:
        """Let go what is held."""
        why = "only held mail can be released"
        self._tell(request, release_mail(actor=request.user, mails=mails), "released", why)

    @admin.action(description="Try again now", permissions=["handle"])
    def retry(self, request: HttpRequest, mails: QuerySet[OutboxMessage]) -> None:
        """Have it tried again at once, as if never tried."""
        why = "only mail that waits or could not be delivered can be tried again"
        done = retry_mail(actor=request.user, mails=mails)
        self._tell(request, done, "being tried again", why)

    def _tell(self, request: HttpRequest, done: Handled, what: str, why: str) -> None:
        level = messages.SUCCESS if done.changed else messages.WARNING
        mails = "1 mail is" if done.changed == 1 else f"{done.changed:,} mails are"
        left = f" {done.left:,} left as {'it is' if done.left == 1 else 'they are'}: {why}."
        self.message_user(request, f"{mails} {what}.{left if done.left else ''}", level)

    def get_urls(self) -> list[URLPattern]:
        """The bytes of a mail and of its attachment, as sent, before Django's own addresses."""
        return [
            path(
                f"<key:pk>/{name}",
                self.admin_site.admin_view(self.file_view),
                {"part": part},
                name=f"elections_outboxmessage_{part}",
            )
            for part, name in (("mime", "mail.eml"), ("pdf", "attachment.pdf"))
        ] + super().get_urls()

    def file_view(self, request: HttpRequest, pk: int, part: str) -> HttpResponse:
        """The very bytes that are kept; 404 before the mail is made, or without an attachment."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        kept = RenderedMail.objects.filter(message=pk).values_list(part, flat=True).first()
        if not kept:
            raise Http404("There is no such file.")
        response = HttpResponse(bytes(kept), content_type=FILES[part])
        name = f"mail-{pk}.{'eml' if part == 'mime' else 'pdf'}"
        # A mail's HTML is not for showing at this address; a PDF may be looked at.
        way = "attachment" if part == "mime" else "inline"
        response["Content-Disposition"] = f'{way}; filename="{name}"'
        return response

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of one mail, with the actions that it allows as buttons."""
        message = self.get_object(request, object_id)
        allowed = _allowed(message) if message and self.has_handle_permission(request) else []
        context = {"mail_actions": allowed}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    @admin.display(description="about")
    def about(self, message: OutboxMessage) -> str:
        """The receipt, the extension, the reminder or the person that the mail tells of."""
        if message.submission:
            return message.submission.receipt
        if message.extension:
            return f"Extension {message.extension.number}"
        if message.reminder:
            return f"Reminder {message.reminder.pk}"
        if message.invitation_id:
            return str(message.employee)
        return str(message.status_change.employee) if message.status_change else labels.NOTHING

    @admin.display(description="about")
    def cause(self, message: OutboxMessage) -> SafeString | str:
        """The same, leading to its page."""
        subject: Model | None = (
            message.submission
            or message.extension
            or message.reminder
            or message.status_change
            or (message.employee if message.invitation_id else None)
        )
        if subject is None:
            return self.about(message)
        address = f"admin:elections_{subject._meta.model_name}_change"
        return format_html(
            '<a href="{}">{}</a>', reverse(address, args=[subject.pk]), self.about(message)
        )

    @admin.display(description="next try")
    def next_try(self, message: OutboxMessage) -> str:
        """When it is due again, on the real clock; nothing once it has reached its end."""
        if message.state in ENDED:
            return labels.NOTHING
        return labels.cell_time(message.due_at, settings.TIME_ZONE)

    @admin.display(description="sent")
    def sent(self, message: OutboxMessage) -> str:
        """When the mail server took it, in the portal's time."""
        return labels.cell_time(message.sent_at, settings.TIME_ZONE)

    @admin.display(description="state", ordering="state")
    def progress(self, message: OutboxMessage) -> SafeString:
        """How far it has come."""
        state = MailState(message.state)
        return labels.state(state.label, STATES[state])

    @admin.display(description="age", ordering="-created_at")
    def age(self, message: OutboxMessage) -> str:
        """Since it was posted; the outbox runs on the real clock, also in a demo."""
        return timesince(message.created_at, datetime.now(UTC), depth=1)

    @admin.display(description="error or remark")
    def error(self, message: OutboxMessage) -> str:
        """The first line of what went wrong last, or of what there is to know of a sent mail."""
        return message.last_error.partition("\n")[0][:120] or labels.NOTHING

    @admin.display(description="error or remark")
    def remark(self, message: OutboxMessage) -> SafeString | str:
        """The same, whole."""
        if not message.last_error:
            return labels.NOTHING
        return format_html('<span class="remark">{}</span>', message.last_error)

    @admin.display(description="as sent")
    def files(self, message: OutboxMessage) -> SafeString | str:
        """The bytes that are kept: the whole mail, and its PDF where it has one."""
        kept = RenderedMail.objects.filter(message=message).values_list("pdf_sha256").first()
        if kept is None:
            return labels.NOTHING
        whole = format_html(
            '<a href="{}">The whole mail (.eml)</a>',
            reverse("admin:elections_outboxmessage_mime", args=[message.pk]),
        )
        if not kept[0]:
            return whole
        return format_html(
            '{}, <a href="{}">its PDF</a> (SHA-256 <code>{}</code>)',
            whole,
            reverse("admin:elections_outboxmessage_pdf", args=[message.pk]),
            kept[0],
        )

    @admin.display(description="what it says")
    def content(self, message: OutboxMessage) -> SafeString | str:
        """Subject and text of the bytes that are kept, once they are made."""
        kept = RenderedMail.objects.filter(message=message).values_list("mime", flat=True).first()
        if kept is None:
            return "Not written yet: it is when it is first sent."
        mail = message_from_bytes(bytes(kept), policy=policy.default)
        body = mail.get_body(("plain",))
        text = body.get_content() if body else ""
        return format_html('<pre class="mail">{}\n\n{}</pre>', mail["Subject"], text)


def _allowed(message: OutboxMessage) -> list[tuple[str, str]]:
    """The actions that would change something in this mail, with the words on their buttons."""
    match message.state:
        case MailState.WAITING:
            hold = [("hold", "Hold this mail")] if message.kind in HOLDABLE else []
            return [*hold, ("retry", "Try again now")]
        case MailState.HELD:
            return [("release", "Release this mail")]
        case MailState.FAILED:
            return [("retry", "Try again now")]
    return []
