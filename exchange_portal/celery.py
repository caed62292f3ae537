"""The Celery application: workers that are woken to deliver what the outbox holds."""

from __future__ import annotations

import gc
import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, setup_logging, worker_process_init

from exchange_portal import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange_portal.settings")

app = Celery("exchange_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["elections.delivery"])


@celeryd_init.connect
def be_patient(conf: Any, **_: Any) -> None:
    """Give this process, now that it is known to be a worker, a worker's patience."""
    conf.broker_transport_options = broker.for_a_worker(conf.broker_transport_options)
    conf.broker_connection_timeout = broker.PATIENCE_OF_A_WORKER


@setup_logging.connect
def log_as_django_does(**_: Any) -> None:
    """Keep Celery from setting up logging of its own: a worker's lines look like a server's."""
    from django.conf import settings  # At import time the settings are not to be loaded yet.

    logging.config.dictConfig(settings.LOGGING)


@worker_process_init.connect
def leave_out_what_stays(**_: Any) -> None:
    """Look for cycles among what documents leave behind, not in what was loaded for good."""
    gc.freeze()
