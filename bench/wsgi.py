"""The portal as production serves it: what gunicorn loads here."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange_portal.settings")
settings.STATIC_ROOT = settings.PORTAL_DATA_DIR / "static"
# Hashing is measured by itself (bench.bare); what else a sign-in costs would drown in it.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
application = get_wsgi_application()
