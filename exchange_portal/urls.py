"""Every address of the portal."""

from typing import NoReturn

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import Http404, HttpRequest
from django.urls import include, path

from elections.views import factors, signing_in
from exchange_portal import health
from exchange_portal.security_txt import security_txt

# The admin's own form knows no limit of attempts; this one sends people to the portal's sign-in.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# What django-allauth answers where somebody tried too often.
handler429 = "elections.views.errors.too_many_tries"


def not_here(request: HttpRequest, **about: object) -> NoReturn:
    """Answer 404 where django-allauth would show a page that we do without.

    Above all where it would let people change the address they sign in with: the roster keeps the
    addresses, and a receipt goes to the one it names. So nobody confirms one, either.
    """
    raise Http404


urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path(".well-known/security.txt", security_txt, name="security-txt"),
    path("admin/", admin.site.urls),
    path("accounts/email/", not_here),
    path("accounts/confirm-email/", not_here),
    path("accounts/confirm-email/<str:key>/", not_here),
    path(
        "accounts/login/code/confirm/", signing_in.confirm_code, name="account_confirm_login_code"
    ),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/totp/activate/", factors.app, name="mfa_activate_totp"),
    path("accounts/2fa/totp/deactivate/", factors.remove_app, name="mfa_deactivate_totp"),
    path("accounts/2fa/webauthn/add/", factors.passkey, name="mfa_add_webauthn"),
    path(
        "accounts/2fa/webauthn/keys/<int:pk>/remove/",
        factors.remove_passkey,
        name="mfa_remove_webauthn",
    ),
    path(
        "accounts/2fa/recovery-codes/generate/",
        factors.new_codes,
        name="mfa_generate_recovery_codes",
    ),
    # Passkeys are listed with the rest, their names stay, and recovery codes are shown once.
    path("accounts/2fa/webauthn/", not_here),
    path("accounts/2fa/webauthn/keys/<int:pk>/edit/", not_here),
    path("accounts/2fa/recovery-codes/download/", not_here),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("", include("elections.urls")),
]
