"""Accounts and groups, for superusers; auditors look. An account is switched off, never deleted."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa_admin  # noqa: F401  (it registers its own page)
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Field, ManyToManyField
from django.db.models.options import Options
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from elections.admin import factors
from elections.admin.audit_rights import NotesPasswords, NotesRights
from elections.admin.confirming import AsksAgain, ask_again
from elections.admin.lists import ListMixin
from elections.admin.missing import MissingMixin
from elections.models import User


class _SuperusersOnly:
    """Whatever permissions to change a group holds: accounts decide who may do everything else."""

    opts: Options[Any]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether it is shown at all."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Superusers look, and whoever may just look (an auditor)."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.view_{self.opts.model_name}"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Superusers add."""
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Superusers change."""
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes: the record names accounts, and people's permissions come by groups."""
        return False


class _Ticked:
    """Of many things, those that are meant are ticked: Django's two boxes need a script, and what
    the script makes says nothing to a screen reader.
    """

    filter_horizontal = ()
    formfield_overrides: ClassVar[dict[type[Field[Any, Any]], dict[str, Any]]] = {
        ManyToManyField: {"widget": forms.CheckboxSelectMultiple}
    }


class NewAccountForm(AdminUserCreationForm):
    """A new account; its address is kept in lower case, so that it names one account."""

    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        """The address in lower case."""
        return str(self.cleaned_data["email"]).lower()


class AccountForm(UserChangeForm):
    """An existing account."""

    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class AccountAdmin(
    _SuperusersOnly,
    _Ticked,
    AsksAgain,
    MissingMixin,
    ListMixin,
    NotesPasswords,
    auth_admin.UserAdmin,
):
    """Who may sign in, and as what."""

    actions = None
    form, add_form = AccountForm, NewAccountForm
    list_display = ("email", "name", "is_active", "is_staff", "is_superuser")
    list_filter = ("is_staff", "is_superuser", "is_active", "groups")
    search_fields = ("email", "name")
    ordering = ("email",)
    # The record says by this address who submitted, so it does not change here.
    readonly_fields = ("email", "second_factor", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "name", "password", "second_factor")}),
        ("What it may do", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("When", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """A new account's address can be typed."""
        return self.readonly_fields if obj else ()

    def get_urls(self) -> list[URLPattern]:
        """The address of resetting a second factor, before Django's own."""
        reset = self.admin_site.admin_view(self.reset_factor_view)
        name = "elections_user_reset_factor"
        return [path("<key:pk>/second-factor/", reset, name=name), *super().get_urls()]

    def reset_factor_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """For whoever lost all of theirs (`elections.admin.factors`)."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        return factors.reset(request, pk, frame=self.admin_site.each_context(request))

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002  (named by Django)
        form_url: str = "",
    ) -> HttpResponse:
        """Setting somebody's password, for those who may."""
        if self.has_change_permission(request) and (detour := ask_again(request)):
            return detour
        return super().user_change_password(request, id, form_url)

    @admin.display(description="second factor")
    def second_factor(self, account: User) -> str:
        """What there is; the page's head leads to where it is reset."""
        return factors.in_words(account)

    def rights(self, row: User) -> dict[str, Any]:
        """What the account may do, and through which groups."""
        return {
            "may_sign_in": row.is_active,
            "may_open_the_admin": row.is_staff,
            "may_do_everything": row.is_superuser,
            "groups": sorted(row.groups.values_list("name", flat=True)),
        }


# Importing the packages' own pages, above, has registered them; these take their place.
# A second factor stands on its account's page: the package's would show its secret.
admin.site.unregister([Group, EmailAddress, Authenticator])


@admin.register(Group)
class GroupAdmin(
    _SuperusersOnly, _Ticked, AsksAgain, MissingMixin, ListMixin, NotesRights, auth_admin.GroupAdmin
):
    """The groups "Law Department" and "HR", and whatever else a company needs."""

    actions = None

    def rights(self, row: Group) -> dict[str, Any]:
        """What its people may do."""
        return {"permissions": sorted(row.permissions.values_list("codename", flat=True))}


@admin.register(EmailAddress)
class AddressAdmin(AsksAgain, MissingMixin, ListMixin, EmailAddressAdmin):
    """The addresses by which django-allauth signs people in, as it shows them."""
