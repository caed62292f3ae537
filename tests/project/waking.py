"""A Celery application with the portal's broker options, and a task that leaves a mark.

The portal's own task needs a database; to see what a broker's fault does, this is enough.
The broker's address is in WAKING_BROKER, the folder of the marks in WAKING_MARKS.
"""

from __future__ import annotations

import os
from pathlib import Path

from celery import Celery
from django.conf import settings as portal

from exchange_portal import broker

ADDRESS = os.environ.get("WAKING_BROKER", "memory://")
MARKS = Path(os.environ.get("WAKING_MARKS", "."))


def application(address: str, folder: Path) -> Celery:
    """An application that publishes to `address` and takes from it as the portal's does."""
    made = Celery("waking", broker=address, set_as_current=False)
    for name in dir(portal):
        if name.startswith("CELERY_") and "BROKER_URL" not in name:
            made.conf[name.removeprefix("CELERY_").lower()] = getattr(portal, name)
    made.conf.broker_transport_options = broker.transport_options(address, folder)
    return made


app = application(ADDRESS, MARKS)


@app.task(name="waking.mark")
def mark(name: str) -> None:
    """Leave a file of that name."""
    (MARKS / name).touch()
