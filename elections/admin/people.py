"""The roster as Law and HR look at it. It comes by import; only someone's status is typed in."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from elections.admin import changing_status, inviting, labels, paper, paper_print
from elections.admin.site import ReadOnlyAdmin, ReadOnlyInline
from elections.admin.status_changes import StatusChangeInline
from elections.core.words import dollar_label
from elections.models import Employee, Grant, Plan


@admin.display(description="exercise price", ordering="exercise_price")
def price(grant: Grant) -> str:
    """In dollars per share, with as many decimals as it has."""
    return dollar_label(grant.exercise_price)


@admin.display(description="outstanding shares")
def outstanding(grant: Grant) -> str:
    """The part an election can exchange."""
    return labels.shares(grant.outstanding)


@admin.display(description="of these vested", ordering="vested")
def vested(grant: Grant) -> str:
    """Vested or not makes no difference to the offer; people ask."""
    return labels.shares(grant.vested)


@admin.display(description="grant number")
def linked_number(grant: Grant) -> str:
    """The number, leading to the grant's own page."""
    address = reverse("admin:elections_grant_change", args=[grant.pk])
    return format_html('<a href="{}">{}</a>', address, grant.number)


GRANTED_ON = labels.day_column("granted_on", "grant date")
HIRED_ON = labels.day_column("hired_on", "hired on")
LEFT_ON = labels.day_column("left_on", "last day employed")
DIRECTOR = labels.yes_no_column("is_director", "director")
EXECUTIVE_OFFICER = labels.yes_no_column("is_executive_officer", "executive officer")
ON_LEAVE = labels.yes_no_column("on_leave", "on a leave of absence")


class GrantInline(ReadOnlyInline):
    """A person's grants on that person's page."""

    model = Grant
    fields = readonly_fields = (
        linked_number,
        "plan",
        "kind",
        GRANTED_ON,
        price,
        outstanding,
        vested,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Grant]:
        """With the plan that each was granted under."""
        return super().get_queryset(request).select_related("plan")


@admin.register(Employee)
class EmployeeAdmin(ReadOnlyAdmin):
    """Who is on the roster."""

    change_form_template = "admin/elections/employee/page.html"
    change_list_template = "admin/elections/employee/list.html"
    list_display = (
        "number",
        "name",
        "email",
        "country",
        "employment",
        HIRED_ON,
        LEFT_ON,
        DIRECTOR,
        EXECUTIVE_OFFICER,
    )
    list_display_links = ("number", "name")
    list_filter = ("country", "employment", "is_director", "is_executive_officer", "on_leave")
    search_fields = ("number", "name", "email", "grants__number")
    search_help_text = "Employee number, name or address; grant number"
    fields = readonly_fields = (
        "number",
        "name",
        "email",
        "account",
        "country",
        "employment",
        HIRED_ON,
        LEFT_ON,
        DIRECTOR,
        EXECUTIVE_OFFICER,
        ON_LEAVE,
        "submitted",
        "ledger_head",
    )
    inlines = (GrantInline, StatusChangeInline)

    def get_urls(self) -> list[URLPattern]:
        """The addresses of inviting, of changing a status and of forms on paper come first."""
        return [
            path(
                "invite/",
                self.admin_site.admin_view(self.invite_all_view),
                name="elections_employee_invite_all",
            ),
            path(
                "<key:pk>/invite/",
                self.admin_site.admin_view(self.invite_view),
                name="elections_employee_invite",
            ),
            path(
                "<key:pk>/status/",
                self.admin_site.admin_view(self.status_view),
                name="elections_employee_status",
            ),
            path(
                "<key:pk>/paper/",
                self.admin_site.admin_view(self.paper_view),
                name="elections_employee_paper",
            ),
            path(
                "<key:pk>/election-form.pdf",
                self.admin_site.admin_view(paper_print.print_form),
                {"kind": "election"},
                name="elections_employee_election_form",
            ),
            path(
                "<key:pk>/withdrawal-form.pdf",
                self.admin_site.admin_view(paper_print.print_form),
                {"kind": "withdrawal"},
                name="elections_employee_withdrawal_form",
            ),
            *super().get_urls(),
        ]

    def invite_all_view(self, request: HttpRequest) -> HttpResponse:
        """Who is new, the mail, and the button (`elections.admin.inviting`)."""
        return inviting.everybody(request, frame=self.admin_site.each_context(request))

    def invite_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One person's invitations, and another (`elections.admin.inviting`)."""
        return inviting.one(request, pk, frame=self.admin_site.each_context(request))

    def paper_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Form, check and recording of a form on paper (`elections.admin.paper`)."""
        return paper.key_in(request, pk, frame=self.admin_site.each_context(request))

    def status_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Form, preview and confirmation of a change (`elections.admin.changing_status`)."""
        return changing_status.change(request, pk, frame=self.admin_site.each_context(request))

    @admin.display(description="account")
    def account(self, employee: Employee) -> str:
        """Who signs in; in words, since an account's own page is for superusers."""
        if employee.user is None:
            return "None: this person cannot sign in"
        return employee.user.email if employee.user.is_active else "Switched off"

    @admin.display(description="forms submitted", ordering="ledger_length")
    def submitted(self, employee: Employee) -> str:
        """How many the chain of this person's submissions has."""
        return f"{employee.ledger_length:,}"


@admin.register(Grant)
class GrantAdmin(ReadOnlyAdmin):
    """Every option grant."""

    list_display = ("number", "employee", "plan", "kind", GRANTED_ON, price, outstanding, vested)
    list_filter = ("plan", "kind")
    list_select_related = ("employee", "plan")
    search_fields = ("number", "employee__number", "employee__name", "employee__email")
    search_help_text = "Grant number; employee number, name or address"
    fields = readonly_fields = (
        "number",
        "employee",
        "plan",
        "kind",
        GRANTED_ON,
        price,
        "granted",
        "exercised",
        "canceled",
        outstanding,
        vested,
    )


@admin.register(Plan)
class PlanAdmin(ReadOnlyAdmin):
    """The plans under which options were granted."""

    list_display = ("code", "name")
    search_fields = ("code", "name")
