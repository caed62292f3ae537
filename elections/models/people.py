"""Who signs in, who is on the roster, and what options each person holds."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from elections.core.digest import GENESIS
from elections.core.eligibility import GrantFacts, PersonFacts
from elections.core.terms import OptionKind


class UserManager(BaseUserManager["User"]):
    """Makes accounts. An address is kept in lower case: it names one account, however typed."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make an account that can sign in with `email`; without a password, none is usable."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make an account that may do everything; meant for setting the portal up."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> User:
        """Find the account of an address, however it is capitalised."""
        return self.get(email=(email or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """An account: an employee's, or that of someone in Law or HR (who may be an employee too)."""

    email = models.EmailField("email address", unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_staff = models.BooleanField("may open the admin", default=False)
    is_active = models.BooleanField("may sign in", default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it; who may not sign in any more is signed out, for good, wherever they are."""
        super().save(*args, **kwargs)
        if not self.is_active:
            self.sessions.all().delete()

    def get_full_name(self) -> str:
        """The person's name, or the address where none is known."""
        return str(self)


class Plan(models.Model):
    """A stock plan under which options were granted, by the code that stock-plan exports use."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Employment(models.TextChoices):
    """How someone is employed; only regular employees may take part (offer-announcement letter)."""

    REGULAR = "regular"
    TEMPORARY = "temporary"
    CONTRACTOR = "contractor"
    INTERN = "intern"


class Employee(models.Model):
    """Someone on the roster, and the head of the chain of everything they have submitted.

    `ledger_length`, `ledger_head` (hex SHA-256) and `ledger_at` (UTC) change only together with
    an appended submission, under a lock on this row. The first two reveal a deletion at the end of
    the chain; the last keeps web forms in order when a clock steps back.
    """

    user = models.OneToOneField(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="employee"
    )
    number = models.CharField("employee number", max_length=40, unique=True)
    name = models.CharField("legal name", max_length=200)
    email = models.EmailField("email address")
    country = models.CharField("country of work (ISO 3166)", max_length=2)
    employment = models.CharField(
        max_length=12, choices=Employment, default=Employment.REGULAR, blank=False
    )
    hired_on = models.DateField()
    left_on = models.DateField("last day employed", null=True, blank=True)
    on_leave = models.BooleanField("on a leave of absence", default=False)
    is_director = models.BooleanField(default=False)
    is_executive_officer = models.BooleanField(default=False)
    ledger_length = models.PositiveIntegerField(default=0, editable=False)
    ledger_head = models.CharField(max_length=64, default=GENESIS, editable=False)
    ledger_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("hired_on")),
                name="employee_left_after_hire",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"

    def facts(self) -> PersonFacts:
        """What the rules need to know of this person."""
        return PersonFacts(
            country=self.country,
            employment=self.employment,
            hired_on=self.hired_on,
            left_on=self.left_on,
            is_director=self.is_director,
            is_executive_officer=self.is_executive_officer,
        )


class Grant(models.Model):
    """An option grant. Shares are whole; the exercise price is in USD per share."""

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="grants")
    number = models.CharField("grant number", max_length=40, unique=True)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT)
    kind = models.CharField(max_length=3, choices=[(k.value, k.value) for k in OptionKind])
    granted_on = models.DateField("grant date")
    exercise_price = models.DecimalField(max_digits=12, decimal_places=4)
    granted = models.PositiveIntegerField("shares granted")
    exercised = models.PositiveIntegerField("shares exercised", default=0)
    canceled = models.PositiveIntegerField("shares canceled", default=0)
    vested = models.PositiveIntegerField("outstanding shares vested", default=0)

    class Meta:
        ordering = ["granted_on", "number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(granted__gte=F("exercised") + F("canceled")),
                name="grant_outstanding_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(vested__lte=F("granted") - F("exercised") - F("canceled")),
                name="grant_vested_within_outstanding",
            ),
            models.CheckConstraint(
                condition=Q(exercise_price__gt=0), name="grant_exercise_price_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def outstanding(self) -> int:
        """Shares neither exercised nor canceled: the part an election can exchange."""
        return self.granted - self.exercised - self.canceled

    def facts(self) -> GrantFacts:
        """What the rules need to know of this grant; reads `plan`, so select it with the grant."""
        return GrantFacts(
            number=self.number,
            plan=self.plan.code,
            kind=OptionKind(self.kind),
            granted_on=self.granted_on,
            exercise_price=self.exercise_price,
            outstanding=self.outstanding,
            vested=self.vested,
        )
