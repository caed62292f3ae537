#!/usr/bin/env python
"""Django's command line for the portal.

Without PORTAL_MODE it runs for production and stops, in one sentence, at what production needs and
the environment lacks. Only `demo_clock`, which nothing but a demo has, runs for the demo by itself.
"""

import os
import sys

from django.core.management import execute_from_command_line

from exchange_portal.env import ConfigurationError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange_portal.settings")
    if sys.argv[1:2] == ["demo_clock"]:
        os.environ.setdefault("PORTAL_MODE", "demo")
    try:
        execute_from_command_line(sys.argv)
    except ConfigurationError as error:
        sys.exit(f"{error} See docs/configuration.md.")
