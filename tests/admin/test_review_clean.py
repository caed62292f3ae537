"""Finding clean forms valid at once: the preview says which and why not the others."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from elections.models import (
    AuditEntry,
    Employee,
    Grant,
    Offer,
    OutboxMessage,
    ReviewDecision,
    ReviewHold,
    Submission,
    User,
)
from elections.models.submission import Verdict
from elections.services import queue
from elections.services.review import review_submission
from tests.admin.pages import REVIEW, words
from tests.factory import EXPIRATION, elect, make_employee, make_grant, make_user
from tests.portal import SetClock

CLEAN = f"{REVIEW}clean/"
# Session, account, two of permissions, the offer and its extensions; the forms in time and the late
# ones; offer, lines, senders, employees, their grants, plans; all their forms with lines; holds;
# how many wait in either queue.
PREVIEW_QUERIES = 19


def clean_election(name: str = "Pat Example", **grant: object) -> Submission:
    """An election signed with the legal name: the factory signs as Pat Example."""
    person = make_employee(name=name)
    return elect(person, make_grant(person, **grant))


def previewed(client: Client) -> list[int]:
    keys = client.get(CLEAN).context["keys"]
    return [int(key) for key in keys.split(",") if key]


def confirm(client: Client, *forms: Submission) -> str:
    response = client.post(CLEAN, {"forms": ",".join(str(form.pk) for form in forms)})
    assert response["Location"] == REVIEW
    return words(client.get(REVIEW))


def test_the_preview_tells_the_clean_ones_and_of_each_other_why_not(
    law_client: Client, law: User, offer: Offer, portal_clock: SetClock
) -> None:
    clean = [clean_election(), clean_election()]
    signed = clean_election(name="Somebody Else")
    edge = clean_election(exercise_price=Decimal("3.01"))
    exercised = clean_election()
    Grant.objects.filter(employee=exercised.employee).update(exercised=10)
    own = clean_election()
    Employee.objects.filter(pk=own.employee_id).update(user=law)
    held = clean_election()
    reviewed = clean_election()
    review_submission(actor=law, submission=reviewed, verdict=Verdict.VALID, reason="")
    portal_clock.set(EXPIRATION)
    late = clean_election()
    queue.look_at(actor=make_user(name="Lee Law"), submission=held)

    response = law_client.get(CLEAN)

    assert [row["form"] for row in response.context["clean"]] == clean
    why = {row["form"]: " ".join(row["reasons"]) for row in response.context["others"]}
    assert set(why) == {signed, edge, exercised, own, held, late}
    assert "differs from the legal name “Somebody Else”" in why[signed]
    assert "priced at exactly $3.01" in why[edge]
    assert "has 990 shares outstanding now, the form says 1,000" in why[exercised]
    assert why[own].startswith("It is your own form.")
    assert why[held] == "Lee Law is looking at it."
    assert why[late] == "It came in late."
    shown = words(response)
    assert "Of 8 forms without a decision, the rules find 2 clean." in shown
    assert "Find these 2 forms valid" in shown


def test_confirming_finds_valid_what_was_previewed_and_is_in_the_audit_log_once(
    law_client: Client, law: User, offer: Offer
) -> None:
    forms = [clean_election() for _ in range(3)]
    assert previewed(law_client) == [form.pk for form in forms]

    shown = confirm(law_client, *forms)

    assert "Recorded: 3 forms are found valid." in shown
    decisions = ReviewDecision.objects.values_list("submission", "verdict", "reason", "decided_by")
    assert list(decisions) == [(form.pk, "valid", "", law.pk) for form in forms]
    entry = AuditEntry.objects.get(act="decision")
    assert (entry.actor, entry.rows) == (law, 3)
    assert entry.details["receipts"] == [form.receipt for form in forms]
    assert not OutboxMessage.objects.exclude(kind="receipt").exists()
    assert previewed(law_client) == []


def test_what_came_in_since_the_preview_is_not_found_valid(
    law_client: Client, offer: Offer
) -> None:
    seen = clean_election()
    unseen = clean_election()

    confirm(law_client, seen)

    assert seen.decisions.count() == 1
    assert not unseen.decisions.exists()


def test_what_is_no_longer_clean_when_it_is_confirmed_is_left_and_said_so(
    law_client: Client, law: User, offer: Offer, portal_clock: SetClock
) -> None:
    stays, changed, decided = (clean_election() for _ in range(3))
    Grant.objects.filter(employee=changed.employee).update(exercised=10)
    review_submission(actor=law, submission=decided, verdict=Verdict.IRREGULAR, reason="Odd.")
    portal_clock.set(EXPIRATION + timedelta(seconds=1))
    late = clean_election()

    shown = confirm(law_client, stays, changed, decided, late)

    assert "Recorded: 1 form is found valid." in shown
    assert "3 forms are left as before" in shown
    assert stays.decisions.get().verdict == Verdict.VALID
    assert decided.decisions.get().verdict == Verdict.IRREGULAR
    assert not changed.decisions.exists()
    assert not late.decisions.exists()


def test_confirming_twice_records_once(law_client: Client, offer: Offer) -> None:
    form = clean_election()

    confirm(law_client, form)
    again = confirm(law_client, form)

    assert "1 form is left as before" in again
    assert form.decisions.count() == 1
    assert AuditEntry.objects.filter(act="decision").count() == 1


def test_a_hold_of_ones_own_ends_with_the_decision(
    law_client: Client, law: User, offer: Offer
) -> None:
    form = clean_election()
    queue.look_at(actor=law, submission=form)

    confirm(law_client, form)

    assert form.decisions.count() == 1
    assert not ReviewHold.objects.exists()


def test_a_form_of_another_offer_is_out_of_reach(law_client: Client, offer: Offer) -> None:
    form = clean_election()
    Offer.objects.create(
        **{
            field.attname: getattr(offer, field.attname)
            for field in Offer._meta.concrete_fields
            if field.attname not in ("id", "slug", "opens_on")
        },
        slug="next",
        opens_on=offer.opens_on + timedelta(days=1),
    )

    confirm(law_client, form)

    assert not form.decisions.exists()


@pytest.mark.parametrize("sent", ["", "x", "1,", ",1", "-1", "1;2", "9" * 30, "1," * 1000 + "1"])
def test_a_list_that_is_none_records_nothing(law_client: Client, offer: Offer, sent: str) -> None:
    form = clean_election()

    response = law_client.post(CLEAN, {"forms": sent})

    assert response.status_code == 422
    assert "That list of forms cannot be read." in words(response)
    assert not form.decisions.exists()


def test_hr_finds_nothing_valid(hr_client: Client, offer: Offer) -> None:
    form = clean_election()

    assert hr_client.post(CLEAN, {"forms": str(form.pk)}).status_code == 403
    assert not form.decisions.exists()


def test_three_forms_take_as_many_queries_as_one(
    law_client: Client, offer: Offer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    clean_election()
    with django_assert_num_queries(PREVIEW_QUERIES):
        assert len(previewed(law_client)) == 1

    clean_election()
    clean_election()
    with django_assert_num_queries(PREVIEW_QUERIES):
        assert len(previewed(law_client)) == 3


def test_recording_three_takes_as_many_queries_as_recording_one(
    law_client: Client, offer: Offer
) -> None:
    taken = []
    for count in (1, 3):
        forms = ",".join(str(clean_election().pk) for _ in range(count))
        with CaptureQueriesContext(connection) as queries:
            law_client.post(CLEAN, {"forms": forms})
        taken.append(len(queries))

    assert taken[0] == taken[1]
    assert ReviewDecision.objects.count() == 4
