"""To the company's OpenID provider, and back. Neither address exists where there is none."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from requests import RequestException

from elections.single_sign_on import CompanyAdapter, CompanyProvider, not_signed_in

View = Callable[[HttpRequest], HttpResponse]


def _where_there_is_one(view: View) -> View:
    """404 where there is none; what keeps the provider from answering is said on a page."""

    @wraps(view)
    def here(request: HttpRequest) -> HttpResponse:
        if not settings.PORTAL_OIDC_ISSUER:
            raise Http404
        try:
            return require_GET(view)(request)
        except (OAuth2Error, RequestException) as error:
            return not_signed_in(request, exception=error)

    return never_cache(here)


@_where_there_is_one
def begin(request: HttpRequest) -> HttpResponse:
    """Lead to the provider, with a state, a nonce and a code challenge of this sign-in's own."""
    return OAuth2LoginView.adapter_view(_adapter(request))(request)


@_where_there_is_one
def back(request: HttpRequest) -> HttpResponse:
    """Take in what the provider sends people back with."""
    # RFC 9207: an answer that names its issuer must come from ours.
    if request.GET.get("iss", settings.PORTAL_OIDC_ISSUER) != settings.PORTAL_OIDC_ISSUER:
        return not_signed_in(request)
    return _Back.adapter_view(_adapter(request))(request)


def _adapter(request: HttpRequest) -> CompanyAdapter:
    return CompanyAdapter(request, settings.PORTAL_OIDC_ISSUER)


class _Back(OAuth2CallbackView):
    """allauth's, which remembers the nonce that went out with this state."""

    adapter: CompanyAdapter

    def _get_state(
        self, request: HttpRequest, provider: CompanyProvider
    ) -> tuple[dict[str, str] | None, HttpResponse | None]:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response
