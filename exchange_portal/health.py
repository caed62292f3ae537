"""Two addresses for whoever watches the portal: is the process there, and can it serve?"""

from __future__ import annotations

import structlog
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

log = structlog.get_logger(__name__)

PLAIN = "text/plain; charset=utf-8"


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers; it asks nobody else."""
    return HttpResponse("ok\n", content_type=PLAIN)


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and every migration is applied, else 503 with the reason.

    Redis is left out on purpose: submissions are taken without it, and the sweeper delivers.
    """
    try:
        missing = unapplied_migrations()
    except Error:
        log.exception("database_unreachable")
        return _not_ready("the database does not answer")
    if missing:
        return _not_ready(f"{len(missing)} migrations not applied, first {missing[0]}")
    return HttpResponse("ready\n", content_type=PLAIN)


def unapplied_migrations() -> list[str]:
    """The migrations of this code that the database lacks, as `app.name`, in order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _not_ready(reason: str) -> HttpResponse:
    return HttpResponse(f"not ready: {reason}\n", status=503, content_type=PLAIN)
