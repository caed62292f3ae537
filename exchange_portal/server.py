"""gunicorn's settings: `gunicorn --config python:exchange_portal.server exchange_portal.wsgi`.

How many worker processes there are is gunicorn's own variable, WEB_CONCURRENCY.
"""

import gc

from exchange_portal.settings import LOGGING

bind = "0.0.0.0:8000"
# Measured: for pages like these, processes serve twice as many as threads do.
worker_class = "sync"
# Loaded once, before the processes part; a configuration that must not start stops the server.
preload_app = True
timeout = 60
graceful_timeout = 30
logconfig_dict = LOGGING
control_socket_disable = True
# In memory: on a disk, a worker's heartbeat can stall with the disk.
worker_tmp_dir = "/dev/shm"  # noqa: S108 (not a secret: a file without a name, for its time stamp)


def post_fork(server: object, worker: object) -> None:
    """Look for cycles among what requests leave behind, not in what was loaded for good."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
