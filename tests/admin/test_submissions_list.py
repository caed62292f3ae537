"""The list of submissions: what it shows, how it is narrowed, what it costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from elections import queries
from elections.admin import submissions
from elections.models import Employee, Offer, OutboxMessage, Submission, User
from elections.models.outbox import MailState
from elections.models.submission import Verdict
from elections.services.review import review_submission
from tests.admin.pages import LIST, words
from tests.factory import (
    EXPIRATION,
    decline,
    elect,
    extend,
    make_employee,
    make_grant,
    make_required_grant,
    withdraw,
)
from tests.portal import SetClock

# Session, account, its permissions (of the user, of the groups), the offer for the frame, the
# number found, the page itself, its mails.
QUERIES = 8


def receipts(client: Client, query: str = "") -> list[str]:
    """The receipts that the list shows, in its order."""
    response = client.get(f"{LIST}{query}")
    assert response.status_code == 200
    return [submission.receipt for submission in response.context["cl"].result_list]


def review(actor: User, submission: Submission, verdict: Verdict, reason: str = "Seen.") -> None:
    review_submission(actor=actor, submission=submission, verdict=verdict, reason=reason)


def test_the_newest_comes_first_with_its_standing_in_words(
    law_client: Client, employee: Employee, portal_clock: SetClock
) -> None:
    first = elect(employee, make_grant(employee))
    portal_clock.tick(minutes=1, seconds=5)
    second = withdraw(employee)

    response = law_client.get(LIST)

    assert receipts(law_client) == [second.receipt, first.receipt]
    shown = words(response)
    assert (
        f"{second.receipt} {employee.name} {employee.number} Withdrawal"
        " January 15, 2003, 10:01:05 AM PST In time Governs Not reviewed yet Not sent yet" in shown
    )
    assert (
        f"{first.receipt} {employee.name} {employee.number} Election"
        " January 15, 2003, 10:00:00 AM PST In time – Not reviewed yet Not sent yet" in shown
    )


def test_a_late_submission_and_a_failed_mail_are_seen_in_the_list(
    law_client: Client, employee: Employee, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION)
    late = elect(employee, make_grant(employee))
    OutboxMessage.objects.filter(submission=late).update(state=MailState.FAILED)

    assert (
        "January 20, 2003, 9:00:00 PM PST Late – Not reviewed yet Could not be delivered"
        in words(law_client.get(LIST))
    )


def test_the_list_takes_as_many_queries_for_three_as_for_one(
    law_client: Client,
    law: User,
    employee: Employee,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    first = elect(employee, make_grant(employee))
    with django_assert_num_queries(QUERIES):
        assert receipts(law_client) == [first.receipt]

    for person in (make_employee(), make_employee()):
        review(law, elect(person, make_grant(person)), Verdict.IRREGULAR)

    with django_assert_num_queries(QUERIES):
        assert len(receipts(law_client)) == 3


@pytest.fixture
def four(law: User, offer: Offer, portal_clock: SetClock) -> dict[str, Submission]:
    """An election replaced by a decline; an irregular one; one late and reinstated; one late."""
    people = [make_employee() for _ in range(4)]
    grants = [make_grant(person) for person in people]
    replaced = elect(people[0], grants[0])
    portal_clock.tick(minutes=1)
    governing = decline(people[0])
    portal_clock.tick(minutes=1)
    irregular = elect(people[1], grants[1])
    review(law, irregular, Verdict.IRREGULAR)
    portal_clock.set(EXPIRATION + timedelta(minutes=1))
    reinstated = elect(people[2], grants[2])
    portal_clock.tick(minutes=1)
    late = elect(people[3], grants[3])
    extend(offer)
    review(law, reinstated, Verdict.REINSTATED)
    review(law, late, Verdict.LATE)
    return {
        "replaced": replaced,
        "governing": governing,
        "irregular": irregular,
        "reinstated": reinstated,
        "late": late,
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "late reinstated irregular governing replaced"),
        ("?governing=yes", "reinstated governing"),
        ("?governing=no", "late irregular replaced"),
        ("?late=yes", "late reinstated"),
        ("?late=no", "irregular governing replaced"),
        ("?kind__exact=decline", "governing"),
        ("?kind__exact=withdrawal", ""),
        ("?reviewed=unreviewed", "governing replaced"),
        ("?reviewed=late", "late"),
        ("?reviewed=valid", ""),
        ("?reviewed=irregular", "irregular"),
        ("?reviewed=reinstated", "reinstated"),
        ("?governing=yes&late=yes&reviewed=reinstated", "reinstated"),
        ("?governing=yes&reviewed=irregular", ""),
        ("?governing=maybe", "late reinstated irregular governing replaced"),
    ],
)
def test_filters_narrow_the_list(
    law_client: Client, four: dict[str, Submission], query: str, expected: str
) -> None:
    assert receipts(law_client, query) == [four[name].receipt for name in expected.split()]


def test_a_submission_found_irregular_no_longer_governs_and_the_one_before_it_does(
    law_client: Client, law: User, employee: Employee, portal_clock: SetClock
) -> None:
    grant = make_grant(employee)
    first = elect(employee, grant)
    portal_clock.tick(minutes=1)
    second = withdraw(employee)
    assert receipts(law_client, "?governing=yes") == [second.receipt]

    review(law, second, Verdict.IRREGULAR)

    assert receipts(law_client, "?governing=yes") == [first.receipt]


@pytest.fixture
def two(offer: Offer) -> tuple[Submission, Submission]:
    """One of someone to be found, who holds two grants, and one of somebody else."""
    wanted = make_employee(number="004711", name="Zoë O’Hara", email="zoe@example.com")
    other = make_employee()
    return (
        elect(wanted, make_grant(wanted, "ES-1999"), make_grant(wanted, "ES-2000")),
        elect(other, make_grant(other)),
    )


@pytest.mark.parametrize(
    "term", ["004711", "zoë", "O’HARA", "zoe@example.com", "es-1999", "ES-", "Zoë ES-2000"]
)
def test_search_finds_a_person_and_a_grant(
    law_client: Client, two: tuple[Submission, Submission], term: str
) -> None:
    response = law_client.get(LIST, {"q": term})

    assert list(response.context["cl"].result_list) == [two[0]]


def test_search_finds_a_receipt_however_it_is_typed(
    law_client: Client, two: tuple[Submission, Submission]
) -> None:
    receipt = two[0].receipt
    misread = receipt.replace("0", "o").replace("1", "l")

    for typed in (receipt, receipt.lower(), receipt.replace("-", ""), misread, f" {receipt} "):
        response = law_client.get(LIST, {"q": typed})
        assert list(response.context["cl"].result_list) == [two[0]], typed


def test_search_finds_nothing_for_a_receipt_that_nobody_holds(
    law_client: Client, two: tuple[Submission, Submission]
) -> None:
    assert receipts(law_client, "?q=00000-00000-01") == []


def test_a_search_that_finds_more_than_a_query_may_name_shows_them_all(
    law_client: Client, two: tuple[Submission, Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = receipts(law_client, "?q=@example.com")

    monkeypatch.setattr(submissions, "FEW", 1)

    assert receipts(law_client, "?q=@example.com") == few == [two[1].receipt, two[0].receipt]


def test_search_and_filter_go_together(
    law_client: Client, law: User, two: tuple[Submission, Submission]
) -> None:
    review(law, two[0], Verdict.IRREGULAR)

    assert receipts(law_client, "?q=ES-&governing=yes") == []
    assert receipts(law_client, "?q=ES-&governing=no") == [two[0].receipt]


def test_a_search_by_grant_finds_required_grants_too(
    law_client: Client, employee: Employee
) -> None:
    grant, required = make_grant(employee), make_required_grant(employee, "RQ-1")
    submission = elect(employee, grant)

    assert receipts(law_client, f"?q={required.number}") == [submission.receipt]


def test_the_list_and_the_register_agree_on_what_governs(
    offer: Offer, four: dict[str, Submission], portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION - timedelta(minutes=1))
    at_once = make_employee()
    elect(at_once, make_grant(at_once))
    second = withdraw(at_once)  # the clock stands still: the order of recording decides

    governing = queries.with_governing(Submission.objects.all()).filter(governs=True)

    assert set(governing) == {four["governing"], four["reinstated"], second}
    assert set(governing) == set(queries.governing_submissions(offer))
