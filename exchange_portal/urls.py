"""Every address of the portal."""

from typing import NoReturn

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import Http404, HttpRequest
from django.urls import include, path

from exchange_portal import health
from exchange_portal.security_txt import security_txt

# The admin's own form knows no limit of attempts; this one sends people to the portal's sign-in.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


def not_here(request: HttpRequest) -> NoReturn:
    """Answer 404 where django-allauth would let people change the address they sign in with.

    The roster keeps the addresses, and a receipt goes to the one it names.
    """
    raise Http404


urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path(".well-known/security.txt", security_txt, name="security-txt"),
    path("admin/", admin.site.urls),
    path("accounts/email/", not_here),
    path("accounts/", include("allauth.account.urls")),
    path("", include("elections.urls")),
]
