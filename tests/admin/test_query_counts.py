"""Each list and each page of the admin takes as many queries for three rows as for one."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from elections.models import User
from tests.admin.record import make_rows

# The list, and the page of one row, as a superuser asks for them. Session, account, and what the
# frame says of the offer (itself and its extensions) are four of each.
QUERIES: dict[str, tuple[int, int]] = {
    "auditentry": (9, 5),
    "document": (7, 5),
    "employee": (7, 8),
    "extension": (6, 6),
    "grant": (7, 6),
    "informationsession": (6, 5),
    "offer": (7, 6),
    "outboxmessage": (6, 9),
    "plan": (6, 4),
    "reminder": (6, 6),
    "rosterupload": (6, 6),
    "statuschange": (9, 5),
    "submission": (6, 16),
    "user": (7, 7),
}


def counts(client: Client, rows: dict[str, int]) -> dict[str, tuple[int, int]]:
    """How many queries the list and the page of each model take."""
    found = {}
    for model in QUERIES:
        pages = f"/admin/elections/{model}/"
        taken = []
        for address in (pages, f"{pages}{rows[model]}/change/"):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            taken.append(len(captured))
        found[model] = (taken[0], taken[1])
    return found


def test_a_page_takes_as_many_queries_for_three_rows_as_for_one(
    super_client: Client, law: User
) -> None:
    rows = make_rows(law)
    counts(super_client, rows)  # Django keeps the content types it has looked up

    assert counts(super_client, rows) == QUERIES

    make_rows(law)
    make_rows(law)

    assert counts(super_client, rows) == QUERIES
