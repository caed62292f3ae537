"""Changes of status, by hand and by import: what differed, what that did, and the mail about it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from elections.admin import labels
from elections.admin.site import ReadOnlyAdmin, ReadOnlyInline
from elections.core.status_words import differences
from elections.models import StatusChange


@admin.display(description="when", ordering="changed_at")
def when(change: StatusChange) -> str:
    """In the portal's time, to the second."""
    return labels.cell_time(change.changed_at, settings.TIME_ZONE)


@admin.display(description="when")
def linked_when(change: StatusChange) -> str:
    """The same, leading to the change's own page."""
    address = reverse("admin:elections_statuschange_change", args=[change.pk])
    return format_html('<a href="{}">{}</a>', address, when(change))


@admin.display(description="what changed")
def what(change: StatusChange) -> SafeString:
    """Each column that differs, with what it said before."""
    said = differences(change.before, change.after)
    return format_html_join(
        "",
        "<div>{}: {} (before: {})</div>",
        ((one.label, one.after, one.before) for one in said),
    )


@admin.display(description="what it did")
def effect(change: StatusChange) -> SafeString | str:
    """What the person was told, paragraph by paragraph."""
    if not change.effect:
        return "Nothing that this person had to be told"
    return format_html_join("", "<p>{}</p>", ((line,) for line in change.effect.splitlines()))


@admin.display(description="by")
def by(change: StatusChange) -> str:
    """Whoever changed it, and how."""
    who = str(change.changed_by or "the portal")
    return f"{who}, by an upload" if change.upload_id else who


@admin.display(description="mail")
def mail(change: StatusChange) -> SafeString | str:
    """How far the mail about it has come, leading there; reads the prefetched `mails`."""
    message = next(iter(change.mails.all()), None)
    if message is None:
        return labels.NOTHING
    address = reverse("admin:elections_outboxmessage_change", args=[message.pk])
    return format_html('<a href="{}">{}</a>', address, message.get_state_display())


class StatusChangeInline(ReadOnlyInline):
    """Someone's changes on that person's page, the latest first."""

    model = StatusChange
    fields = readonly_fields = (linked_when, what, by, mail)

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatusChange]:
        """With who changed it, and the mails."""
        changes = super().get_queryset(request)
        return changes.select_related("changed_by").prefetch_related("mails")


@admin.register(StatusChange)
class StatusChangeAdmin(ReadOnlyAdmin):
    """Every change, the latest first; made by an import, or on the page of the person."""

    list_display = (when, "employee", what, by, mail)
    list_display_links = (when,)
    date_hierarchy = "changed_at"
    search_fields = ("employee__number", "employee__name", "employee__email")
    search_help_text = "Employee number, name or address"
    fields = readonly_fields = ("employee", when, what, effect, mail, by, "reason", "offer")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatusChange]:
        """With whose it is, who changed it, and the mails."""
        changes = super().get_queryset(request).select_related("employee", "changed_by", "offer")
        return changes.prefetch_related("mails")
