"""`manage.py install_triggers`."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from elections.models import Offer
from elections.models.append_only import APPEND_ONLY_TABLES, drop_triggers, missing_triggers
from tests.factory import elect, make_employee, make_grant


def run() -> list[str]:
    out = StringIO()
    call_command("install_triggers", stdout=out)
    return out.getvalue().splitlines()


def test_it_puts_back_what_was_missing_and_says_so(offer: Offer) -> None:
    employee = make_employee()
    submission = elect(employee, make_grant(employee))
    drop_triggers(connection, ["elections_submission"])
    missing = missing_triggers(connection)
    assert missing

    assert run()[:-1] == [f"{name} was missing." for name in missing]

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        submission.save()


def test_where_nothing_is_missing_it_says_just_that(db: None) -> None:
    assert run() == [f"{len(APPEND_ONLY_TABLES)} tables are append-only."]
    assert missing_triggers(connection) == []
