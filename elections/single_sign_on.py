"""Single sign-on: the OpenID provider says who somebody is, the roster whether they are let in.

django-allauth goes the way there and back: state, PKCE, the exchange of the code, and all that
follows a proven identity (a second factor, too). Beyond what it does by itself: the ID token is
checked in full (`openid`), nothing in an address changes what is asked of the provider, and
accounts are looked up by `services.sign_on` and never made.
"""

from __future__ import annotations

from typing import Any, NoReturn

import structlog
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import get_random_string
from requests import RequestException

from elections import openid
from elections.models import User
from elections.services.sign_on import Identity, Stranger, account_of

log = structlog.get_logger(__name__)

SCOPE = ["openid", "email"]
ADDRESS = {"email", "email_verified"}  # two claims that only count together


class CompanyLogin(SocialLogin):
    """Someone whom the provider has vouched for, by `identity`."""

    identity: Identity

    def lookup(self) -> None:
        """Find the account. Raises `Stranger` where there is none to be opened."""
        self._did_authenticate_by_email = None
        self.token = None
        self.user = account_of(self.identity)

    def serialize(self) -> dict[str, Any]:
        """What a session keeps while a second factor is asked for: no password, no token."""
        whole = self.user
        self.user = User(pk=whole.pk, email=whole.email)
        try:
            return dict(super().serialize())
        finally:
            self.user = whole


class CompanyAdapter(OpenIDConnectOAuth2Adapter):
    """Talks to the provider; `nonce` is that of the sign-in which comes back."""

    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """The provider's own description, kept for an hour."""
        return openid.discovery(self.provider_id)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """The one address that the provider knows: people's own, whatever host they asked."""
        return f"{settings.PORTAL_BASE_URL}{reverse('single-sign-on-back')}"

    def get_access_token_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The provider's answer to the code. Raises `Untrusted` for one without a type."""
        try:
            return dict(super().get_access_token_data(*args, **kwargs))
        except KeyError as error:
            raise openid.Untrusted("the token endpoint's answer has no type") from error

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """The access token, which is used once and kept nowhere."""
        return SocialToken(token=data["access_token"])

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> CompanyLogin:
        """What the provider vouches for, once it is checked."""
        claims = openid.verified_claims(
            str(kwargs["response"].get("id_token", "")),
            issuer=self.provider_id,
            client_id=app.client_id,
            nonce=self.nonce,
        )
        number_claim = settings.PORTAL_OIDC_EMPLOYEE_NUMBER_CLAIM
        if missing := {"email_verified", number_claim or "email_verified"} - claims.keys():
            more = openid.userinfo(
                self.provider_id, access_token=token.token, subject=claims["sub"]
            )
            wanted = missing | (ADDRESS if "email_verified" in missing else set())
            claims |= {name: value for name, value in more.items() if name in wanted}
        login = CompanyLogin(
            provider=self.get_provider(),
            account=SocialAccount(provider=self.provider_id, uid=claims["sub"]),
        )
        login.identity = identity_of(claims, issuer=self.provider_id, number_claim=number_claim)
        return login


def identity_of(claims: dict[str, Any], *, issuer: str, number_claim: str) -> Identity:
    """The part of the claims by which people are known here."""
    verified = claims.get("email_verified") is True
    number = claims.get(number_claim, "") if number_claim else None
    if isinstance(number, int) and not isinstance(number, bool):
        number = str(number)
    return Identity(
        issuer=issuer,
        subject=claims["sub"],
        address=str(claims.get("email", "")).strip().lower() if verified else "",
        number=number.strip() if isinstance(number, str) else ("" if number_claim else None),
    )


class CompanyProvider(OpenIDConnectProvider):
    """The provider, asked for the same whatever an address says."""

    oauth2_adapter_class = CompanyAdapter

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """A sign-in, with a nonce that its ID token has to carry."""
        nonce = get_random_string(32)
        return {
            "process": AuthProcess.LOGIN,
            "next_url": get_next_redirect_url(request),
            "scope": SCOPE + ["profile"] * bool(settings.PORTAL_OIDC_EMPLOYEE_NUMBER_CLAIM),
            "auth_params": {"nonce": nonce},
            "nonce": nonce,  # kept along with the state
        }


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """What django-allauth asks about single sign-on: it is set up by variables, in no table."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """The one provider; none where single sign-on is off."""
        if not settings.PORTAL_OIDC_ISSUER:
            return []
        return [
            SocialApp(
                provider=CompanyProvider.id,
                provider_id=settings.PORTAL_OIDC_ISSUER,
                name=settings.PORTAL_OIDC_NAME,
                client_id=settings.PORTAL_OIDC_CLIENT_ID,
                secret=settings.PORTAL_OIDC_CLIENT_SECRET,
                settings={"oauth_pkce_enabled": True},
            )
        ]

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> CompanyProvider:
        """Ours. Raises `SocialApp.DoesNotExist` where single sign-on is off."""
        return CompanyProvider(request, app=self.get_app(request, provider))

    def get_requests_session(self) -> openid.ToTheProvider:
        """What a code is exchanged with."""
        return openid.ToTheProvider()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: accounts come from the roster."""
        return False

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: CompanyProvider,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> NoReturn:
        """Our own page in place of allauth's."""
        state = (extra_context or {}).get("state") or {}
        raise ImmediateHttpResponse(
            not_signed_in(request, error=error, exception=exception, wanted=state.get("next", ""))
        )


def not_signed_in(
    request: HttpRequest,
    *,
    error: str | None = None,
    exception: Exception | None = None,
    wanted: str = "",
) -> HttpResponse:
    """The page that says why single sign-on led nowhere; `wanted` is where it was to lead."""
    if isinstance(exception, Stranger):
        why, status = "stranger", 403
    elif isinstance(exception, RequestException):
        why, status = "unreachable", 503
    elif error == AuthError.CANCELLED:
        why, status = "cancelled", 403
    elif exception is not None:
        why, status = "untrusted", 502
    else:
        why, status = "lost", 400
    log.warning("single_sign_on_failed", why=why, error=_said(exception))
    return render(
        request, "account/single_sign_on.html", {"why": why, "wanted": wanted}, status=status
    )


def _said(exception: Exception | None) -> str:
    """An error for the log: never an answer that may hold a token."""
    if isinstance(exception, Stranger | openid.Untrusted):
        return str(exception)
    return type(exception).__name__ if exception else ""
