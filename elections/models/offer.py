"""The offer: its terms as data, its extensions, its documents, its information sessions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from elections.core.terms import Terms


class Offer(models.Model):
    """One exchange offer. Its terms are these columns, loaded from a readable file.

    `expiration` is the scheduled one; the deadline in force also depends on the extensions
    (`elections.queries.deadline_in_force`). Instants are UTC; money is USD.
    """

    slug = models.SlugField(unique=True)
    company = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    opens_on = models.DateField("opening day (day 1)")
    expiration = models.DateTimeField("scheduled expiration")
    zone = models.CharField("the offer's time zone", max_length=40)
    second_zone = models.CharField("time zone printed beside it", max_length=40)
    country = models.CharField("country of work", max_length=2)
    hired_by = models.DateField("hired on or before")
    plan_codes = models.JSONField("plans whose grants it takes", default=list)
    price_threshold = models.DecimalField(max_digits=12, decimal_places=4)
    threshold_inclusive = models.BooleanField(default=True)
    required_from = models.DateField("grants dated on or after are required")
    ratio = models.DecimalField("new shares per share", max_digits=9, decimal_places=6)
    new_grant_months = models.PositiveSmallIntegerField()
    new_grant_days = models.PositiveSmallIntegerField()
    new_plan = models.CharField("plan of the new options", max_length=120)
    vesting_first_months = models.PositiveSmallIntegerField()
    vesting_first_part = models.DecimalField(max_digits=5, decimal_places=4)
    vesting_steps = models.PositiveSmallIntegerField("monthly steps after the first")
    contacts = models.JSONField("who answers questions and takes forms", default=list)
    irregular_reasons = models.JSONField(
        "usual reasons to find a form irregular", default=list, blank=True
    )

    class Meta:
        ordering = ["-opens_on"]

    def __str__(self) -> str:
        return f"{self.company}: {self.title}"

    def terms(self) -> Terms:
        """The terms as the rules take them."""
        return Terms(
            opens_on=self.opens_on,
            expiration=self.expiration,
            zone=self.zone,
            second_zone=self.second_zone,
            country=self.country,
            hired_by=self.hired_by,
            plans=frozenset(self.plan_codes),
            price_threshold=self.price_threshold,
            threshold_inclusive=self.threshold_inclusive,
            required_from=self.required_from,
            ratio=self.ratio,
            new_grant_months=self.new_grant_months,
            new_grant_days=self.new_grant_days,
            vesting_first_months=self.vesting_first_months,
            vesting_first_part=self.vesting_first_part,
            vesting_steps=self.vesting_steps,
        )


class Extension(models.Model):
    """A later expiration, announced. Append-only: a deadline only ever moves later."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="extensions")
    number = models.PositiveIntegerField()
    previous_expiration = models.DateTimeField()
    expiration = models.DateTimeField("new expiration")
    announced_at = models.DateTimeField()
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField()

    class Meta:
        ordering = ["offer", "number"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "number"], name="extension_numbered_once"),
            models.CheckConstraint(
                condition=Q(expiration__gt=F("previous_expiration")), name="extension_only_later"
            ),
            models.CheckConstraint(
                condition=Q(expiration__gt=F("announced_at")), name="extension_into_the_future"
            ),
        ]

    def __str__(self) -> str:
        return f"Extension {self.number}"


class Document(models.Model):
    """One version of a document to read before deciding. A submission names those in force.

    A version with no `published_by` came with the offer's file.
    """

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="documents")
    slug = models.SlugField()
    title = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(default=1)
    text = models.TextField("text (Markdown or plain)")
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        ordering = ["offer", "position", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "slug", "version"], name="document_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} (version {self.version})"


class InformationSession(models.Model):
    """A meeting that explains the offer.

    `filed_start` is the start by which the offer's file knows it, whatever staff made of it; None
    where staff added it. `edited_by` is who of the staff last added, changed or canceled it; None
    while it is as the file has it. `revision` grows with each change, so that a calendar knows the
    newer of two copies.
    """

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="sessions")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=200)
    how_to_join = models.TextField(blank=True)
    canceled = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=0)
    filed_start = models.DateTimeField(null=True, blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"
            ),
            models.UniqueConstraint(fields=["offer", "starts_at"], name="session_starts_once"),
        ]

    def __str__(self) -> str:
        return f"{self.place}, {self.starts_at:%Y-%m-%d %H:%M %Z}"
