"""The portal with its own counting taken out: each process counts for itself, in its memory.

Guesses of a mailed code are then counted in the session alone, and the first ones, one a process,
all read it before any of them writes.
"""

from importlib import reload
from multiprocessing import Barrier, Event

from allauth.core.internal import ratelimit
from django.conf import settings
from django.utils.module_loading import import_string

from exchange_portal.wsgi import application as application
from tests.concurrency import PATIENCE
from tests.web_server import WORKERS

reload(ratelimit)  # with the functions that it brought along
settings.ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/key", "confirm_login_code": None}

# Made before gunicorn parts into its processes, which share them.
everyone, met = Barrier(WORKERS), Event()
guesses = import_string("allauth.account.internal.flows.login_by_code.LoginCodeVerificationProcess")
count_in_the_session = guesses.record_invalid_attempt


def count_together(guess: object) -> bool:
    if not met.is_set():
        everyone.wait(PATIENCE)
        met.set()
    return bool(count_in_the_session(guess))


guesses.record_invalid_attempt = count_together
