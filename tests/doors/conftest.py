"""Somebody of each role, one row of everything, and the portal as production shows it."""

from __future__ import annotations

from tests.admin.conftest import (  # noqa: F401  (fixtures)
    auditor,
    employee,
    hr,
    hr_client,
    law,
    law_client,
    super_client,
    superuser,
)
from tests.doors.production import production, release  # noqa: F401  (fixtures)
