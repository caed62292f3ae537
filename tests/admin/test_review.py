"""Law's queue: one form after another, each in one reviewer's hands, decided from the keyboard."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from elections.models import Employee, Grant, Offer, ReviewDecision, ReviewHold, Submission, User
from elections.models.submission import Verdict
from elections.services import queue
from elections.services.groups import LAW_DEPARTMENT
from elections.services.queue import LEASE
from elections.services.review import review_submission
from tests.admin.pages import REVIEW, review, words
from tests.admin.people import make_staff, signed_in
from tests.factory import (
    EXPIRATION,
    elect,
    extend,
    make_employee,
    make_grant,
    make_required_grant,
    withdraw,
)
from tests.portal import SetClock

# Session, account, two of permissions; the offer for the frame. The submission,
# its lines, decisions, employee, sender, what it replaces and what replaced it, mails; the person's
# grants, their plans, all their forms with lines; the hold (read, savepoint, made, released) and
# how many wait.
QUERIES = 25


@pytest.fixture
def colleague(offer: Offer) -> Client:
    return signed_in(make_staff("law2@example.com", "Lee Law", LAW_DEPARTMENT))


@pytest.fixture
def three(offer: Offer, portal_clock: SetClock) -> list[Submission]:
    """Elections of three people, a minute apart."""
    forms = []
    for _ in range(3):
        person = make_employee()
        # Signed as the factory signs, so that nothing stands out.
        Employee.objects.filter(pk=person.pk).update(name="Pat Example")
        person.refresh_from_db()
        forms.append(elect(person, make_grant(person)))
        portal_clock.tick(minutes=1)
    return forms


def take(client: Client, **sent: str) -> str:
    """Ask for the next form; where that leads."""
    response = client.post(f"{REVIEW}next/", sent)
    assert response.status_code == 302
    return response["Location"]


def decide(client: Client, submission: Submission, verdict: str, **sent: str) -> HttpResponse:
    """Send the form of the review page as it is shown now."""
    seen = client.get(review(submission)).context["form"].decided
    return client.post(review(submission), {"seen": seen, "verdict": verdict, **sent})


def test_the_oldest_form_comes_first_and_deciding_leads_to_the_next(
    law_client: Client, law: User, three: list[Submission]
) -> None:
    assert take(law_client) == review(three[0])

    first = decide(law_client, three[0], "valid")
    second = decide(law_client, three[1], "irregular", reason="Not legible.")
    last = decide(law_client, three[2], "valid")

    assert [first["Location"], second["Location"]] == [review(three[1]), review(three[2])]
    assert last["Location"] == REVIEW
    decided = ReviewDecision.objects.values_list("submission", "verdict", "reason", "decided_by")
    assert list(decided) == [
        (three[0].pk, "valid", "", law.pk),
        (three[1].pk, "irregular", "Not legible.", law.pk),
        (three[2].pk, "valid", "", law.pk),
    ]
    assert not ReviewHold.objects.exists()
    shown = words(law_client.get(REVIEW))
    assert "No form waits for you." in shown
    assert "No form waits to be reviewed." in shown


def test_a_form_in_a_colleagues_hands_is_given_to_nobody_else(
    law_client: Client, colleague: Client, three: list[Submission]
) -> None:
    assert take(colleague) == review(three[0])

    assert take(law_client) == review(three[1])

    page = law_client.get(review(three[0]))
    assert "Lee Law is looking at this form." in words(page)
    assert 'name="verdict"' not in page.content.decode()
    assert f"{three[0].receipt}, election of Pat Example: Lee Law" in words(law_client.get(REVIEW))


def test_a_hold_that_ran_out_is_taken_over_and_looking_renews_it(
    law_client: Client, colleague: Client, three: list[Submission], portal_clock: SetClock
) -> None:
    take(colleague)
    portal_clock.tick(seconds=LEASE.total_seconds() - 1)
    colleague.get(review(three[0]))  # looks again within the lease
    portal_clock.tick(seconds=LEASE.total_seconds() - 1)
    assert take(law_client) == review(three[1])

    portal_clock.tick(seconds=1)

    assert take(law_client) == review(three[0])
    assert "Lou Law is looking at this form." in words(colleague.get(review(three[0])))


def test_what_is_skipped_waits_for_whoever_comes_next(
    law_client: Client, colleague: Client, three: list[Submission]
) -> None:
    take(law_client)

    response = law_client.post(f"{review(three[0])}put-back/", {"then": "next"})

    assert response["Location"] == review(three[1])
    assert take(colleague) == review(three[0])
    decide(law_client, three[1], "valid")
    decide(law_client, three[2], "valid")
    colleague.post(f"{review(three[0])}put-back/", {"then": "queue"})
    assert take(law_client) == review(three[0])


def test_at_the_end_of_the_queue_the_skipped_ones_are_named(
    law_client: Client, three: list[Submission]
) -> None:
    for form in three:
        law_client.get(review(form))
        law_client.post(f"{review(form)}put-back/", {"then": "next"})

    assert (
        "You are at the end of the queue. 3 forms wait from before: skipped, or let go of by a"
        " colleague." in words(law_client.get(REVIEW))
    )


def test_nobody_is_given_their_own_form(
    law_client: Client, law: User, three: list[Submission]
) -> None:
    Employee.objects.filter(pk=three[0].employee_id).update(user=law)

    assert take(law_client) == review(three[1])

    page = law_client.get(review(three[0]))
    assert "This is your own form." in words(page)
    assert 'name="verdict"' not in page.content.decode()


def test_someone_without_an_account_is_reviewed_like_everybody_else(
    law_client: Client, three: list[Submission]
) -> None:
    Employee.objects.filter(pk=three[0].employee_id).update(user=None)

    assert take(law_client) == review(three[0])


def test_the_page_marks_what_changed_since_the_form_that_counted_before(
    law_client: Client, employee: Employee, portal_clock: SetClock
) -> None:
    a, b = make_grant(employee, "A-1"), make_grant(employee, "B-2")
    make_required_grant(employee, "R-3")
    first = elect(employee, a, b)
    portal_clock.tick(minutes=1)
    Grant.objects.filter(pk=b.pk).update(exercised=200)
    second = elect(employee, b, keep=(a,))

    shown = words(law_client.get(review(second)))

    assert f"Before: {first.receipt}" in shown
    assert "A-1 2000 ISO April 2, 2001 $6.00 Keep 1,000 500 – Exchange 1,000 750 Exchanged" in shown
    assert "Exchange 800 500 600 Exchange 1,000 750 Outstanding 1,000 before, 800 now" in shown
    assert "R-3 2000 ISO August 1, 2002 $0.78 Exchange (required) 500 0 375" in shown
    assert shown.count("nothing") == 1


def test_a_form_found_irregular_is_not_what_the_next_one_is_compared_with(
    law_client: Client, law: User, employee: Employee, portal_clock: SetClock
) -> None:
    grant = make_grant(employee)
    first = elect(employee, grant)
    portal_clock.tick(minutes=1)
    second = withdraw(employee)
    review_submission(actor=law, submission=second, verdict=Verdict.IRREGULAR, reason="Unsigned.")
    portal_clock.tick(minutes=1)
    third = elect(employee, grant)

    assert law_client.get(review(third)).context["before"] == first
    assert law_client.get(review(first)).context["before"] is None


def test_what_the_roster_says_otherwise_by_now_is_flagged(
    law_client: Client, employee: Employee
) -> None:
    grant = make_grant(employee, "A-1", exercise_price=Decimal("3.01"))
    submission = elect(employee, grant)
    Grant.objects.filter(pk=grant.pk).update(exercised=100)
    make_grant(employee, "NEW-1")
    Employee.objects.filter(pk=employee.pk).update(is_director=True)

    shown = words(law_client.get(review(submission)))

    assert "The typed name “Pat Example” differs from the legal name" in shown
    assert "Grant A-1 is priced at exactly $3.01, the threshold of the offer." in shown
    assert "Grant A-1 has 900 shares outstanding now, the form says 1,000." in shown
    assert "Grant NEW-1 is on the roster now, and not on the form." in shown
    assert "By the roster of today, this person cannot take part." in shown


def test_a_clean_form_is_said_to_be_so(law_client: Client, three: list[Submission]) -> None:
    page = law_client.get(review(three[0]))

    assert page.context["flags"] == []
    assert "The rules find nothing to look at." in words(page)


def test_an_irregular_election_warns_of_the_withdrawal_that_carries_it_on(
    law_client: Client, employee: Employee, portal_clock: SetClock
) -> None:
    a, b = make_grant(employee, "A-1"), make_grant(employee, "B-2")
    election = elect(employee, a, b)
    portal_clock.tick(minutes=1)
    partial = withdraw(employee, a)
    warning = f"Withdrawal {partial.receipt} builds on it and still exchanges grant B-2."
    assert warning in words(law_client.get(review(election)))

    decide(law_client, election, "irregular", reason="Signed by somebody else.")

    after = words(law_client.get(REVIEW))
    assert f"{warning} This form does not count, that one does: please decide on it" in after
    assert (
        f"It builds on election {election.receipt}, which does not count, and still exchanges"
        " grant B-2." in words(law_client.get(review(partial)))
    )


def test_a_whole_withdrawal_carries_nothing_on(
    law_client: Client, employee: Employee, portal_clock: SetClock
) -> None:
    election = elect(employee, make_grant(employee))
    portal_clock.tick(minutes=1)
    withdraw(employee)

    assert "builds on" not in words(law_client.get(review(election)))


def test_late_forms_are_a_queue_of_their_own(
    law_client: Client, offer: Offer, three: list[Submission], portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION + timedelta(minutes=5))
    person = make_employee()
    late = elect(person, make_grant(person))
    assert take(law_client) == review(three[0])
    law_client.post(f"{review(three[0])}put-back/", {"then": "queue"})
    listed = words(law_client.get(f"{REVIEW}late/"))
    assert f"{late.receipt} {person.name} {person.number} Election" in listed
    assert "9:05:00 PM PST 5 minutes None covers it None yet" in listed
    extend(offer)
    assert "5 minutes Covers it None yet" in words(law_client.get(f"{REVIEW}late/"))

    assert take(law_client, late="yes") == review(late)
    response = decide(law_client, late, "reinstated", reason="It was covered a day later.")

    assert response["Location"] == REVIEW
    shown = words(law_client.get(REVIEW))
    assert f"{late.receipt} is reinstated. {person.name} is being told by mail." in shown
    assert "No late form waits for you." in shown
    assert "Late, reinstated" in words(law_client.get(f"{REVIEW}late/"))


def test_a_refused_decision_keeps_what_was_typed(
    law_client: Client, three: list[Submission]
) -> None:
    Offer.objects.update(irregular_reasons=["It is not legible."])
    seen = law_client.get(review(three[0])).context["form"].decided
    review_submission(
        actor=make_staff("x@example.com", "X", LAW_DEPARTMENT),
        submission=three[0],
        verdict=Verdict.VALID,
        reason="",
    )

    response = law_client.post(
        review(three[0]),
        {
            "seen": seen,
            "verdict": "irregular",
            "usual": "It is not legible.",
            "reason": "Half <typed>",
        },
    )

    assert response.status_code == 422
    content = response.content.decode()
    assert "This submission was decided on since you opened this page." in words(response)
    assert ">\nHalf &lt;typed&gt;</textarea>" in content
    assert '<option value="It is not legible." selected>' in content
    assert ReviewDecision.objects.count() == 1


def test_irregular_without_a_reason_is_held_back(
    law_client: Client, three: list[Submission]
) -> None:
    response = decide(law_client, three[0], "irregular")

    assert response.status_code == 422
    assert "Please give a reason" in words(response)
    assert not ReviewDecision.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"verdict": "reinstated"}, {"verdict": "x", "seen": "y"}])
def test_a_hand_made_decision_records_nothing(
    law_client: Client, three: list[Submission], sent: dict[str, str]
) -> None:
    assert law_client.post(review(three[0]), sent).status_code == 422
    assert not ReviewDecision.objects.exists()


def test_a_form_that_is_not_there_is_not_found(law_client: Client, offer: Offer) -> None:
    assert law_client.get(f"{REVIEW}999999999/").status_code == 404
    assert law_client.post(f"{REVIEW}999999999/put-back/").status_code == 404


def test_without_an_offer_there_is_nothing_to_review(db: None) -> None:
    client = signed_in(make_staff("law@example.com", "Lou Law", LAW_DEPARTMENT))

    assert client.get(REVIEW).status_code == 404


@pytest.mark.parametrize("path", ["", "late/", "clean/"])
def test_hr_reads_submissions_and_does_not_review_them(hr_client: Client, path: str) -> None:
    assert hr_client.get(f"{REVIEW}{path}").status_code == 403


def test_a_form_takes_as_many_queries_whatever_the_person_did_before(
    law_client: Client,
    law: User,
    employee: Employee,
    portal_clock: SetClock,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    grant = make_grant(employee)
    elect(employee, grant)
    second = elect(employee, grant)
    with django_assert_num_queries(QUERIES):
        law_client.get(review(second))

    person = make_employee()
    grants = [make_grant(person) for _ in range(3)]
    for _ in range(4):
        portal_clock.tick(minutes=1)
        many = elect(person, *grants)

    with django_assert_num_queries(QUERIES):
        law_client.get(review(many))


def test_so_many_forms_that_nobody_counts_them_are_said_to_be_more(
    law_client: Client, three: list[Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "3 forms wait to be reviewed." in words(law_client.get(REVIEW))

    monkeypatch.setattr(queue, "COUNTED_UP_TO", 2)

    assert "More than 2 forms wait to be reviewed." in words(law_client.get(REVIEW))
    assert "More than 2 forms wait in this queue" in words(law_client.get(review(three[0])))
