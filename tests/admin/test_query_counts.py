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
    "auditentry": (10, 6),
    "document": (8, 6),
    "employee": (8, 9),
    "extension": (7, 7),
    "grant": (8, 7),
    "informationsession": (7, 6),
    "offer": (8, 7),
    "outboxmessage": (7, 10),
    "plan": (7, 5),
    "reminder": (7, 7),
    "rosterupload": (7, 7),
    "statuschange": (10, 6),
    "submission": (8, 17),
    "user": (8, 7),
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
