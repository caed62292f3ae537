"""The audit log of what staff did, as Law and auditors look at it; nothing in it can be changed."""

from __future__ import annotations

import json

from django.conf import settings
from django.contrib import admin
from django.utils.html import format_html

from elections.admin import labels
from elections.admin.site import ReadOnlyAdmin
from elections.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Every act, the latest first."""

    list_display = ("when", "person", "act", "subject", "number_of_rows")
    list_display_links = ("when",)
    list_filter = ("act", ("actor", admin.RelatedOnlyFieldListFilter))
    date_hierarchy = "at"
    search_fields = ("subject", "actor_email", "actor__name")
    search_help_text = "What it was about; name or address of who did it"
    list_select_related = ("actor",)
    fields = readonly_fields = ("when", "person", "act", "subject", "number_of_rows", "told")

    @admin.display(description="when", ordering="at")
    def when(self, entry: AuditEntry) -> str:
        """In the portal's time, to the second."""
        return labels.cell_time(entry.at, settings.TIME_ZONE)

    @admin.display(description="who", ordering="actor_email")
    def person(self, entry: AuditEntry) -> str:
        """Name and address as it was then; in words, since accounts' pages are for superusers."""
        if entry.actor is None:
            return "The portal"
        address = format_html('<span class="quiet">{}</span>', entry.actor_email)
        return format_html("{}<br>{}", entry.actor.name, address) if entry.actor.name else address

    @admin.display(description="rows", ordering="rows")
    def number_of_rows(self, entry: AuditEntry) -> str:
        """How many rows it went over, where that says something."""
        return labels.NOTHING if entry.rows is None else f"{entry.rows:,}"

    @admin.display(description="details")
    def told(self, entry: AuditEntry) -> str:
        """The rest, name by name."""
        lines = [
            (name.replace("_", " "), value if isinstance(value, str) else json.dumps(value))
            for name, value in entry.details.items()
        ]
        text = "\n".join(f"{name}: {value}" for name, value in lines)
        return format_html('<pre class="mail">{}</pre>', text) if text else labels.NOTHING
