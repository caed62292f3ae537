"""Django's settings, for every mode. What differs between places comes from the environment.

`exchange_portal.variables` declares those variables; `docs/configuration.md` explains them.
"""

from __future__ import annotations

import os
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.http.request import validate_host

from exchange_portal import broker, databases, demo_folder, logs, variables
from exchange_portal.env import ConfigurationError, Environment, Mode

BASE_DIR = Path(__file__).resolve().parent.parent
PORTAL_MODE = Environment(os.environ, Mode.PRODUCTION)[variables.MODE]
env = Environment(os.environ, PORTAL_MODE)
IN_PRODUCTION = PORTAL_MODE is Mode.PRODUCTION

# The portal's own

PORTAL_DEMO = PORTAL_MODE is Mode.DEMO
PORTAL_DEMO_NOW = env[variables.DEMO_NOW]
if PORTAL_DEMO_NOW and not PORTAL_DEMO:
    raise ConfigurationError("PORTAL_DEMO_NOW would shift the clock, which only a demo may do.")
PORTAL_DATA_DIR = BASE_DIR / env[variables.DATA_DIR]
PORTAL_BASE_URL = env[variables.BASE_URL]
PORTAL_HOST = urlsplit(PORTAL_BASE_URL).hostname or ""
PORTAL_LAW_EMAIL = env[variables.LAW_EMAIL]
PORTAL_HR_EMAIL = env[variables.HR_EMAIL]
PORTAL_SECURITY_CONTACT = env[variables.SECURITY_CONTACT]
PORTAL_EXTENSION_NEEDS_APPROVAL = env[variables.EXTENSION_NEEDS_APPROVAL]
# Staff show a second factor, and again before sensitive acts. No variable: only a demo is without.
PORTAL_SECOND_FACTOR = not PORTAL_DEMO

# Single sign-on by OpenID Connect, off without an issuer

PORTAL_OIDC_ISSUER = env[variables.OIDC_ISSUER]
PORTAL_OIDC_CLIENT_ID = env[variables.OIDC_CLIENT_ID]
PORTAL_OIDC_CLIENT_SECRET = env[variables.OIDC_CLIENT_SECRET]
PORTAL_OIDC_NAME = env[variables.OIDC_NAME]
PORTAL_OIDC_EMPLOYEE_NUMBER_CLAIM = env[variables.OIDC_EMPLOYEE_NUMBER_CLAIM]
_needed = (PORTAL_OIDC_ISSUER, PORTAL_OIDC_CLIENT_ID, PORTAL_OIDC_CLIENT_SECRET)
if any(_needed) and not all(_needed):
    raise ConfigurationError(
        "PORTAL_OIDC_ISSUER, PORTAL_OIDC_CLIENT_ID and PORTAL_OIDC_CLIENT_SECRET only work"
        " together: set all three, or none."
    )

# Django

DEBUG = False
SECRET_KEY = env[variables.SECRET_KEY] or demo_folder.secret_key(PORTAL_DATA_DIR)
SECRET_KEY_FALLBACKS = env[variables.SECRET_KEY_FALLBACKS]
ALLOWED_HOSTS = env[variables.ALLOWED_HOSTS]
if not validate_host(PORTAL_HOST, ALLOWED_HOSTS):
    raise ConfigurationError("PORTAL_BASE_URL has a host that PORTAL_ALLOWED_HOSTS does not name.")
ROOT_URLCONF = "exchange_portal.urls"
WSGI_APPLICATION = "exchange_portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-us"
TIME_ZONE = "America/Los_Angeles"
USE_TZ = True

INSTALLED_APPS = [
    "elections",
    "elections.apps.PortalAdminConfig",  # django.contrib.admin, with pages of our own
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
]

MIDDLEWARE = [
    # First, so that the arrival is noted before anything can take time.
    "elections.middleware.ArrivalMiddleware",
    # Those that put headers on answers stand around all that can answer, static files included.
    "csp.middleware.CSPMiddleware",
    "elections.middleware.HeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # What comes from further in is no static file.
    "elections.middleware.NoStoreMiddleware",
    "elections.middleware.Utf8Middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "elections.factor_guard.SecondFactorMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        # Django caches the loaded templates by itself, since DEBUG is never on.
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "elections.context.portal",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Database, sessions, logs

DATABASES = {"default": databases.default(env, PORTAL_DATA_DIR)}
SESSION_ENGINE = "elections.session_store"
# A session ends when it was not used for so long, and so many seconds after the sign-in anyhow.
SESSION_IDLE = timedelta(minutes=60)
SESSION_COOKIE_AGE = 12 * 60 * 60
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGGING = logs.configuration(json=IN_PRODUCTION, level=env[variables.LOG_LEVEL])

# People

AUTH_USER_MODEL = "elections.User"
AUTHENTICATION_BACKENDS = ["elections.accounts.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if PORTAL_MODE is Mode.TEST:
    # A proper hash costs a tenth of a second, and the suite signs in thousands of times.
    PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "elections.passwords.WordsAroundHereValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "elections.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "elections.account_forms.LoginForm",
    "request_login_code": "elections.account_forms.RequestLoginCodeForm",
    "confirm_login_code": "elections.account_forms.ConfirmLoginCodeForm",
    "reset_password": "elections.account_forms.ResetPasswordForm",
    "reset_password_from_key": "elections.account_forms.ResetPasswordKeyForm",
    "change_password": "elections.account_forms.ChangePasswordForm",
    "set_password": "elections.account_forms.SetPasswordForm",
    "reauthenticate": "elections.account_forms.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
PASSWORD_RESET_TIMEOUT = 60 * 60
# allauth's own would first copy the address into a table of its own.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105  (not a secret)
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IN_PRODUCTION else "http"
# Counted by elections.limits, which says what "place" and "key" are. A whole company may sit behind
# one address on the last evening, so the limits by address are wide; those by account stop the
# guessing of a password and the flooding of a mailbox, each way in by itself.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    "login_failed": "10/5m/place,100/5m/key,120/m/ip",
    "request_login_code": "3/m/place,30/h/key,120/m/ip",
    "confirm_login_code": "3/10m/key",  # by the code itself: as long as it is good
    "reset_password": "3/m/place,30/h/key,120/m/ip",
    "reset_password_from_key": "600/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
ACCOUNT_LOGIN_BY_CODE_ENABLED = ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60

# The second factor of staff: an app's code or a passkey, and recovery codes that are shown once
MFA_ADAPTER = "elections.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "elections.factor_forms.AuthenticateForm",
    "reauthenticate": "elections.factor_forms.ReauthenticateForm",
    "authenticate_webauthn": "elections.factor_forms.AuthenticateWebAuthnForm",
    "reauthenticate_webauthn": "elections.factor_forms.ReauthenticateWebAuthnForm",
    "activate_totp": "elections.factor_forms.ActivateTOTPForm",
    "add_webauthn": "elections.factor_forms.AddWebAuthnForm",
}
SOCIALACCOUNT_ADAPTER = "elections.single_sign_on.SocialAccountAdapter"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
# The button is a link: a form that is led on to the provider is stopped by `form-action 'self'`.
# What a link from elsewhere can do is sign somebody in as themselves.
SOCIALACCOUNT_LOGIN_ON_GET = True
ALLAUTH_TRUSTED_PROXY_COUNT = env[variables.TRUSTED_PROXIES]

# Static files: ours, and Bootstrap's out of its package

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
bootstrap = find_spec("bootstrap")
if bootstrap is None or not bootstrap.submodule_search_locations:
    raise ConfigurationError("The package bootstrap-wrapper, with Bootstrap's files, is missing.")
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", bootstrap.submodule_search_locations[0]),
]


def _private_folder(name: str) -> dict[str, Any]:
    """Files that only the portal's own account can read."""
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": PORTAL_DATA_DIR / name,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Outside everything that is served: views give these files to those who may see them.
    "scans": _private_folder("scans"),
    "uploads": _private_folder("uploads"),
    "staticfiles": {
        # The manifest is made by collectstatic, which only a release runs.
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IN_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
if not IN_PRODUCTION:
    before_whitenoise = MIDDLEWARE.index("whitenoise.middleware.WhiteNoiseMiddleware")
    MIDDLEWARE.insert(before_whitenoise, "elections.middleware.StaticGzipMiddleware")
WHITENOISE_USE_FINDERS = not IN_PRODUCTION
WHITENOISE_AUTOREFRESH = not IN_PRODUCTION
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site has a use for our style sheets

# Safety in the browser

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IN_PRODUCTION
# A browser takes a __Host- cookie only over https and from this host alone.
SESSION_COOKIE_NAME = "__Host-session" if IN_PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IN_PRODUCTION else "csrf"
CSRF_FAILURE_VIEW = "elections.views.errors.csrf_failure"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = IN_PRODUCTION
SECURE_SSL_HOST = urlsplit(PORTAL_BASE_URL).netloc  # whatever host a plain request names
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if IN_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IN_PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
if env[variables.TRUSTED_PROXIES]:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "img-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    },
}

# Mail

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
if PORTAL_DEMO:
    EMAIL_BACKEND = "elections.delivery.eml_folder.EmlFolderBackend"
    EMAIL_FILE_PATH = PORTAL_DATA_DIR / "mail"
EMAIL_HOST = env[variables.EMAIL_HOST]
EMAIL_PORT = env[variables.EMAIL_PORT]
EMAIL_HOST_USER = env[variables.EMAIL_USER]
EMAIL_HOST_PASSWORD = env[variables.EMAIL_PASSWORD]
EMAIL_USE_TLS = env[variables.EMAIL_TLS] == "starttls"
EMAIL_USE_SSL = env[variables.EMAIL_TLS] == "tls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env[variables.MAIL_FROM]

# Celery: the wake-up, never the queue of record

CELERY_BROKER_URL = broker.address(env)
CELERY_BROKER_USE_SSL = broker.tls(env)
CELERY_BROKER_TRANSPORT_OPTIONS = broker.transport_options(CELERY_BROKER_URL, PORTAL_DATA_DIR)
CELERY_BROKER_CONNECTION_TIMEOUT = broker.PATIENCE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = CELERY_RESULT_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# KB. Making PDFs takes some 150 MB, however many; a worker's process that ever holds more than this
# is replaced, between two tasks.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TIMEZONE = "UTC"
