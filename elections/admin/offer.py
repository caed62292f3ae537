"""The offer as Law and HR look at it: its terms and its extensions, all read-only."""

from __future__ import annotations

from datetime import datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import pluralize
from django.urls import URLPattern, path

from elections import clock, queries
from elections.admin import extending, labels, reminders
from elections.admin.progress import mail_progress
from elections.admin.site import ReadOnlyAdmin, ReadOnlyInline
from elections.core.instants import instant_label
from elections.core.words import dollar_label
from elections.models import Extension, Offer


def _label(instant: datetime, offer: Offer) -> str:
    return instant_label(instant, zone=offer.zone, second_zone=offer.second_zone)


@admin.display(description="from")
def earlier_deadline(extension: Extension) -> str:
    """The deadline it moved, in both zones."""
    return _label(extension.previous_expiration, extension.offer)


@admin.display(description="to")
def later_deadline(extension: Extension) -> str:
    """The deadline it set, in both zones."""
    return _label(extension.expiration, extension.offer)


@admin.display(description="announced")
def announced(extension: Extension) -> str:
    """When it came into force, in both zones."""
    return _label(extension.announced_at, extension.offer)


@admin.display(description="by")
def announcer(extension: Extension) -> str:
    """Whoever announced it; in words, since their account's page is for superusers."""
    return str(extension.announced_by)


EXTENSION_FIELDS = (
    "number",
    earlier_deadline,
    later_deadline,
    announced,
    announcer,
    "reason",
    mail_progress,
)


class ExtensionInline(ReadOnlyInline):
    """The extensions of an offer on its page."""

    model = Extension
    fields = readonly_fields = EXTENSION_FIELDS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Extension]:
        """With whoever announced each, and how far its mails have come."""
        found = super().get_queryset(request).select_related("offer", "announced_by")
        return queries.with_mail_progress(found)


@admin.register(Extension)
class ExtensionAdmin(ReadOnlyAdmin):
    """Every extension, the latest first; made on the page of its offer."""

    list_display = EXTENSION_FIELDS
    list_select_related = ("offer", "announced_by")
    ordering = ("-announced_at", "-pk")
    fields = readonly_fields = ("offer", *EXTENSION_FIELDS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Extension]:
        """With how far the mails of each have come."""
        return queries.with_mail_progress(super().get_queryset(request))


OPENS_ON = labels.day_column("opens_on", "opening day (day 1)")
HIRED_BY = labels.day_column("hired_by", "hired on or before")
REQUIRED_FROM = labels.day_column("required_from", "grants dated on or after are required")


@admin.register(Offer)
class OfferAdmin(ReadOnlyAdmin):
    """The offers; extending one begins on its page."""

    change_form_template = "admin/elections/offer/page.html"
    list_display = ("title", "company", OPENS_ON, "scheduled", "deadline")
    inlines = (ExtensionInline,)
    fieldsets = (
        (None, {"fields": ("company", "title", OPENS_ON, "scheduled", "deadline")}),
        ("Who may take part", {"fields": ("country", HIRED_BY, "people_to_ask")}),
        ("Which grants", {"fields": ("plans", "threshold", REQUIRED_FROM)}),
        ("New options", {"fields": ("new_shares", "new_plan", "granting", "vesting")}),
    )
    readonly_fields = tuple(name for _, part in fieldsets for name in part["fields"])

    def get_queryset(self, request: HttpRequest) -> QuerySet[Offer]:
        """With the extensions, which say the deadline in force."""
        return super().get_queryset(request).prefetch_related("extensions")

    @admin.display(description="scheduled expiration", ordering="expiration")
    def scheduled(self, offer: Offer) -> str:
        """As the offer was first announced, in both zones."""
        return _label(offer.expiration, offer)

    @admin.display(description="deadline in force")
    def deadline(self, offer: Offer) -> str:
        """With all extensions announced by now, in both zones."""
        return _label(queries.deadline_in_force(offer, at=clock.now()), offer)

    @admin.display(description="who answers questions and takes forms")
    def people_to_ask(self, offer: Offer) -> str:
        """The contacts, by name."""
        return ", ".join(offer.contacts)

    @admin.display(description="of these plans")
    def plans(self, offer: Offer) -> str:
        """By their codes."""
        return ", ".join(offer.plan_codes)

    @admin.display(description="exercise price")
    def threshold(self, offer: Offer) -> str:
        """From where on a grant may be chosen, in dollars per share."""
        price = dollar_label(offer.price_threshold)
        return f"{price} or more" if offer.threshold_inclusive else f"more than {price}"

    @admin.display(description="new shares for each share")
    def new_shares(self, offer: Offer) -> str:
        """The ratio; a fraction of a share is rounded up, grant by grant."""
        return f"{offer.ratio.normalize():f}, rounded up grant by grant"

    @admin.display(description="granted")
    def granting(self, offer: Offer) -> str:
        """How long after the cancellation."""
        months, days = offer.new_grant_months, offer.new_grant_days
        return (
            "On the first business day at least"
            f" {months} month{pluralize(months)} and {days} day{pluralize(days)}"
            " after the cancellation"
        )

    @admin.display(description="vesting")
    def vesting(self, offer: Offer) -> str:
        """The first part, then the monthly steps."""
        return (
            f"{offer.vesting_first_part:.0%} after {offer.vesting_first_months} months, the rest"
            f" in {offer.vesting_steps} equal monthly steps"
        )

    def get_urls(self) -> list[URLPattern]:
        """The addresses of extending an offer and of reminding people, before Django's own."""
        return [
            path(
                "<key:pk>/extend/",
                self.admin_site.admin_view(self.extend_view),
                name="elections_offer_extend",
            ),
            path(
                "<key:pk>/remind/",
                self.admin_site.admin_view(self.remind_view),
                name="elections_offer_remind",
            ),
            *super().get_urls(),
        ]

    def remind_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Who has not answered, and reminding them (`elections.admin.reminders`)."""
        return reminders.remind(request, pk, frame=self.admin_site.each_context(request))

    def extend_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Form, preview and confirmation of an extension (`elections.admin.extending`)."""
        return extending.extend(request, pk, frame=self.admin_site.each_context(request))
