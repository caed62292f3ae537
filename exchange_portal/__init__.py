"""The project: its settings, its Celery application, its addresses and its health."""

from exchange_portal.celery import app as celery_app

__all__ = ["celery_app"]
