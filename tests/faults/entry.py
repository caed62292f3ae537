"""The portal's programs for a negative control: the same, but for the guards named to be off.

FAULTS_WITHOUT names them, separated by commas. `application` is what gunicorn serves, `app` what a
Celery worker runs, and `python -m tests.faults.entry` is manage.py.
"""

from __future__ import annotations

import os
import sys

from exchange_portal.celery import app
from exchange_portal.wsgi import application
from tests.faults.switched_off import switch_off

__all__ = ["app", "application"]

switch_off([name for name in os.environ["FAULTS_WITHOUT"].split(",") if name])

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
