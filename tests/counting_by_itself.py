"""The portal with its own counting taken out: each process counts for itself, in its memory."""

from importlib import reload

from allauth.core.internal import ratelimit
from django.conf import settings

from exchange_portal.wsgi import application as application

reload(ratelimit)  # with the functions that it brought along
settings.ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/key", "confirm_login_code": None}
