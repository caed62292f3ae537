"""Which account is tied to whom at the company's OpenID provider, for superusers.

A tie is made by the first single sign-on (`services.sign_on`). Where somebody's entry at the
provider was made anew, the old tie keeps them out: a superuser takes it off, and the audit log says
so.
"""

from __future__ import annotations

from typing import Any

import allauth.socialaccount.admin  # noqa: F401  (registers its pages, which are taken off below)
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.http import HttpRequest

from elections.admin.confirming import AsksAgain
from elections.admin.site import ReadOnlyAdmin
from elections.models.audit import Act
from elections.services.audit import record_act

# The provider is set up by variables, and no token is kept: those two tables stay empty.
admin.site.unregister([SocialAccount, SocialApp, SocialToken])


@admin.register(SocialAccount)
class TieAdmin(AsksAgain, ReadOnlyAdmin):
    """Looked at, and taken off one by one."""

    list_display = ("user", "provider", "uid", "last_login")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name", "uid")
    fields = readonly_fields = ("user", "provider", "uid", "date_joined", "last_login")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether it is shown at all."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever keeps the accounts keeps their ties."""
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The same: the next single sign-on makes a new one."""
        return bool(request.user.is_superuser)

    def delete_model(self, request: HttpRequest, obj: SocialAccount) -> None:
        """Take it off, and note it; Django has a transaction open around both."""
        record_act(
            Act.PERMISSIONS,
            actor=request.user,
            subject=f"single sign-on of {obj.user.email}",
            details={"untied from": obj.provider},
        )
        super().delete_model(request, obj)
