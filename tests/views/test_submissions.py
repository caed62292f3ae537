"""Receipts and history: what was received, whether it counts and why, and where its mail is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from elections.models import Employee, Extension, Grant, Offer, OutboxMessage, Submission
from elections.models.outbox import MailState
from elections.models.submission import Verdict
from tests.factory import (
    DURING_OFFER,
    EXPIRATION,
    elect,
    extend,
    make_employee,
    make_grant,
    make_user,
    withdraw,
)
from tests.portal import SetClock
from tests.views.pages import decide, signed_in, words


@pytest.fixture
def submission(employee: Employee, iso: Grant, nso: Grant, required: Grant) -> Submission:
    """An election of 0001, with 0003 required and 0002 kept."""
    return elect(employee, iso, keep=(nso,))


@pytest.fixture
def late(
    employee: Employee, submission: Submission, nso: Grant, iso: Grant, portal_clock: SetClock
) -> Submission:
    """The other way round, a microsecond after the deadline's first too-late instant."""
    portal_clock.set(EXPIRATION + timedelta(microseconds=1))
    return elect(employee, nso, keep=(iso,))


def page_of(client: Client, submission: Submission) -> str:
    response = client.get(f"/submissions/{submission.receipt}/")
    assert response.status_code == 200
    return words(response)


def test_a_receipt_says_what_was_received_when_and_that_it_counts(
    client: Client, submission: Submission
):
    page = page_of(client, submission)
    assert submission.receipt in page
    assert "✓ Counts" in page
    assert "January 15, 2003, 10:00:00.000000 AM PST (1:00:00.000000 PM EST)" in page
    assert "signed “Pat Example”" in page
    assert "You exchange 2 grants, 1,500 shares, for a promise of new options on 1,125" in page
    assert "0003 Required 2000 Stock Plan ISO August 1, 2002 $0.78 500 375" in page
    assert "You keep 1 grant" in page
    assert "It is not an acceptance." in page
    assert "on about July 21, 2003" in page
    assert submission.digest in page


def test_a_first_form_replaces_nothing_and_a_second_names_the_first(
    client: Client, employee: Employee, submission: Submission, iso: Grant
):
    assert "Replaces nothing: no form of yours counted before" in page_of(client, submission)
    second = withdraw(employee)
    assert f"Replaces {submission.receipt}, your election of" in page_of(client, second)


def test_a_replaced_form_says_which_one_counts_instead(
    client: Client, employee: Employee, submission: Submission
):
    second = withdraw(employee)
    page = page_of(client, submission)
    assert "Replaced" in page
    assert f"What counts is your withdrawal {second.receipt}" in page
    assert "What happens next" not in page


def test_a_late_receipt_says_when_it_arrived_what_counts_and_whom_to_ask(
    client: Client, submission: Submission, late: Submission
):
    page = page_of(client, late)
    assert "Your election arrived late" in page
    assert "received on January 20, 2003, 9:00:00.000001 PM PST" in page
    assert "The offer had expired at 9:00 PM PST on January 20, 2003 (midnight Eastern)" in page
    assert f"What counts is your earlier election {submission.receipt}" in page
    assert "write to the Law Department (Vincent Roth, Michael Oswald)" in page
    assert f"Meant to replace {submission.receipt}" in page
    assert "What happens next" not in page
    assert "✓ Counts" in page_of(client, submission)


def test_a_late_form_with_nothing_before_it_leaves_everything_kept(
    client: Client, employee: Employee, iso: Grant, portal_clock: SetClock
):
    portal_clock.set(EXPIRATION)
    late = elect(employee, iso)
    assert "No form of yours counts, so you keep all of your grants." in page_of(client, late)


def test_an_extension_does_not_make_a_late_form_count_and_says_what_to_do(
    client: Client, offer: Offer, late: Submission, portal_clock: SetClock
):
    Extension.objects.create(
        offer=offer,
        number=1,
        previous_expiration=EXPIRATION,
        expiration=EXPIRATION + timedelta(days=7),
        announced_at=portal_clock.instant,
        announced_by=make_user(),
        reason="More time",
    )
    page = page_of(client, late)
    assert "Late, does not count" in page
    assert "The offer has been extended since: you can also submit a new form" in page


def test_a_reinstated_form_counts_and_says_so(
    client: Client, submission: Submission, late: Submission
):
    extend(late.offer)
    decide(late, Verdict.REINSTATED, "Held up in our building's network.")
    page = page_of(client, late)
    assert "✓ Counts (late, reinstated)" in page
    assert "Held up in our building's network." in page
    assert f"What counts is your election {late.receipt}" in page_of(client, submission)


def test_an_irregular_form_says_why_what_counts_and_how_to_mend_it(
    client: Client, employee: Employee, submission: Submission
):
    second = withdraw(employee)
    decide(second, Verdict.IRREGULAR, "Please sign with your full name.")
    page = page_of(client, second)
    assert "Irregular, does not count" in page
    assert "Their reason: Please sign with your full name." in page
    assert f"What counts is your election {submission.receipt}" in page
    assert "submit a new form before 9:00 PM PST" in page


def test_when_the_only_form_is_irregular_nothing_counts(client: Client, submission: Submission):
    decide(submission, Verdict.IRREGULAR, "No.")
    assert "No form of yours counts, so you keep all of your grants." in page_of(client, submission)
    assert "None of these counts" in words(client.get("/submissions/"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Not sent yet: it goes to {email} within a minute or so."),
        ({"state": MailState.SENDING, "attempts": 1}, "Not sent yet"),
        ({"attempts": 3, "last_error": "421 later"}, "Not sent yet: it could not be handed over"),
        ({"state": MailState.SENT, "sent_at": DURING_OFFER}, "Sent to {email} at 10:00 AM PST"),
        ({"state": MailState.FAILED}, "Could not be delivered to {email}."),
    ],
)
def test_the_state_of_the_mail_is_told_truthfully(
    client: Client, employee: Employee, submission: Submission, changes, sentence: str
):
    OutboxMessage.objects.update(**changes)
    page = page_of(client, submission)
    assert sentence.format(email=employee.email) in page
    if changes.get("state") != MailState.SENT:
        assert "Sent to" not in page


def test_the_pdf_is_the_one_that_is_mailed_and_named_after_the_receipt(
    client: Client, submission: Submission
):
    path = f"/submissions/{submission.receipt}.pdf"
    response = client.get(path)
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == (
        f'inline; filename="{submission.receipt}.pdf"'
    )
    assert response.content.startswith(b"%PDF-")
    assert response.content == bytes(OutboxMessage.objects.get().rendered.pdf)
    assert client.get(path).content == response.content


@pytest.mark.parametrize(
    "typed", [str.lower, lambda code: code.replace("-", ""), lambda c: f" {c}"]
)
def test_a_receipt_code_is_accepted_however_it_is_typed(
    client: Client, submission: Submission, typed
):
    for end in ("/", ".pdf"):
        response = client.get(f"/submissions/{typed(submission.receipt)}{end}")
        assert response.status_code == 302
        assert response.headers["Location"] == f"/submissions/{submission.receipt}{end}"


@pytest.mark.parametrize(
    "code", ["x", "7K3MQ-9WD4X-15", "%00", "%ff", "..", "x" * 2000, "7K3MQ-9WD4X-81"]
)
@pytest.mark.parametrize("end", ["/", ".pdf"])
def test_a_code_that_is_none_is_not_found_and_says_what_to_look_at(
    client: Client, submission: Submission, code: str, end: str
):
    response = client.get(f"/submissions/{code}{end}")
    assert response.status_code == 404
    assert "If you typed a receipt code" in words(response)


def test_the_history_marks_what_counts_and_why_the_others_do_not(
    client: Client, employee: Employee, submission: Submission, late: Submission
):
    response = client.get("/submissions/")
    page = words(response)
    assert page.index(late.receipt) < page.rindex(submission.receipt)
    assert f"{submission.receipt} counts." in page
    assert "1 exchanged, 334 shares; 1 kept" not in page
    assert "2 exchanged, 834 shares; 1 kept ⚠ Late, does not count Arrived after 9:00 PM" in page
    assert "2 exchanged, 1,500 shares; 1 kept ✓ Counts" in page
    assert response.content.decode().count("is-governing") == 1


def test_the_history_tells_the_law_departments_reason(client: Client, submission: Submission):
    decide(submission, Verdict.IRREGULAR, "Please sign <b>fully</b>.")
    response = client.get("/submissions/")
    assert "The Law Department: Please sign <b>fully</b>." in words(response)
    assert "<b>fully" not in response.content.decode()


def test_an_empty_history_says_so(client: Client, iso: Grant):
    assert "You have not submitted anything yet." in words(client.get("/submissions/"))


def test_the_history_holds_nobody_elses_forms(client: Client, submission: Submission):
    other = make_employee()
    theirs = elect(other, make_grant(other))
    assert theirs.receipt not in words(client.get("/submissions/"))
    assert submission.receipt not in words(signed_in(other).get("/submissions/"))


def test_a_receipt_of_an_earlier_offer_can_still_be_fetched(
    client: Client, offer: Offer, submission: Submission, portal_clock: SetClock
):
    offer.pk = None
    offer.slug, offer.opens_on = "next", offer.opens_on + timedelta(days=300)
    offer.expiration += timedelta(days=400)
    offer.save()
    portal_clock.tick(days=300)
    assert "Your election is on record" in page_of(client, submission)
    assert "You have not submitted anything yet." in words(client.get("/submissions/"))
