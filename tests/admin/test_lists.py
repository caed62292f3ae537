"""What a list does with an address that no page of ours links to: it still shows itself."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.test import Client

from elections.models import Employee, Submission
from tests.admin.pages import LIST, words
from tests.factory import elect, make_grant

LONG = "a " * 3000


@pytest.fixture
def submission(employee: Employee) -> Submission:
    return elect(employee, make_grant(employee))


@pytest.mark.parametrize(
    "address",
    [
        "submission/?kind__exact=%00",
        "submission/?receipt=%00",
        "outboxmessage/?state__exact=%00",
        "employee/?country=%00",
        "grant/?kind=%00",
        "grant/?exercise_price=1e999999",
        "grant/?granted_on__year=-1",
        "user/?email=%00",
        "submission/?q=%00",
        "submission/?p=%00&o=%00",
    ],
)
# A real commit: the database's refusal would break the one transaction of an ordinary test.
@pytest.mark.django_db(transaction=True)
def test_a_filter_that_no_column_can_hold_is_left_out(
    super_client: Client, submission: Submission, address: str
) -> None:
    response = super_client.get(f"/admin/elections/{address}", follow=True)

    assert response.status_code == 200
    assert all("?e=1" in where for where, _ in response.redirect_chain)
    assert "something’s wrong" not in words(response)


@pytest.mark.parametrize(
    "address",
    [
        "elections/submission/",
        "elections/user/",
        "auth/group/",
        "account/emailaddress/",
        "socialaccount/socialaccount/",
    ],
)
def test_a_search_that_is_too_long_is_said_to_be(
    super_client: Client, submission: Submission, address: str
) -> None:
    response = super_client.get(f"/admin/{address}", {"q": LONG})

    assert response.status_code == 200
    assert "Please search for at most 200 characters." in words(response)


def test_the_longest_search_is_carried_out(super_client: Client, submission: Submission) -> None:
    response = super_client.get(LIST, {"q": "a " * 100})

    assert response.status_code == 200
    assert "at most 200 characters" not in words(response)


def test_a_list_that_was_asked_nothing_does_not_hide_what_is_wrong(super_client: Client) -> None:
    def fail(execute, sql, *rest):
        if "elections_plan" in sql:
            raise OperationalError("gone")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail):
        for address in ("", "?e=1"):
            with pytest.raises(OperationalError):
                super_client.get(f"/admin/elections/plan/{address}")
