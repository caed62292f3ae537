"""The portal as production serves it: what gunicorn loads here."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange_portal.settings")
settings.STATIC_ROOT = settings.PORTAL_DATA_DIR / "static"
# Hashing is measured by itself (bench.bare); what else a sign-in costs would drown in it.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if "BENCH_OIDC_ISSUER" in os.environ:  # in the clear, which production's variables refuse
    settings.PORTAL_OIDC_ISSUER = os.environ["BENCH_OIDC_ISSUER"]
    settings.PORTAL_OIDC_CLIENT_ID = settings.PORTAL_OIDC_CLIENT_SECRET = "portal"  # noqa: S105
application = get_wsgi_application()
