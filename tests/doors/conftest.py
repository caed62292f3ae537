"""Somebody of each role, one row of everything, and the portal as production shows it."""

from __future__ import annotations

from tests.admin.conftest import auditor, employee, hr, law, superuser  # noqa: F401  (fixtures)
from tests.doors.production import production, release  # noqa: F401  (fixtures)
