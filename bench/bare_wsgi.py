"""The bare pages, as production would serve them: what gunicorn loads for the floor."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange_portal.settings")
settings.ROOT_URLCONF = "bench.bare"
settings.STATIC_ROOT = settings.PORTAL_DATA_DIR / "static"
settings.SESSION_ENGINE = "bench.bare_sessions"
settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
settings.TEMPLATES[0]["DIRS"].append(settings.BASE_DIR / "bench" / "templates")
application = get_wsgi_application()
