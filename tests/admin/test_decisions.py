"""Law's decisions, taken on the page of a submission, and what each of them does."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.http import HttpResponse
from django.test import Client

from elections import queries
from elections.models import Employee, Offer, OutboxMessage, ReviewDecision, Submission, User
from elections.models.submission import Verdict
from tests.admin.pages import decide, page, words
from tests.factory import EXPIRATION, elect, extend, make_grant, withdraw
from tests.portal import SetClock


@pytest.fixture
def submission(employee: Employee) -> Submission:
    return elect(employee, make_grant(employee))


@pytest.fixture
def late(employee: Employee, portal_clock: SetClock) -> Submission:
    portal_clock.set(EXPIRATION)
    return elect(employee, make_grant(employee))


def send(client: Client, submission: Submission, **form: str) -> HttpResponse:
    """Send the form as the page shows it now, filled in."""
    seen = client.get(page(submission)).context["form"].decided
    return client.post(decide(submission), {"seen": str(seen), **form})


def refused(response: HttpResponse, sentence: str, *, kept: Mapping[str, str]) -> None:
    """The page came back with that sentence and all that was typed, and nothing was recorded."""
    assert response.status_code == 422
    content, shown = response.content.decode(), words(response)
    assert "<title>Error: " in content
    assert "The decision was not recorded." in shown
    assert sentence in shown
    if "reason" in kept:
        assert f">\n{kept['reason']}</textarea>" in content
    if "verdict" in kept:
        radio = f'value="{kept["verdict"]}"'
        assert "checked" in content.partition(radio)[2].partition(">")[0]


def test_an_irregular_submission_stops_counting_and_the_employee_is_mailed_why(
    law_client: Client,
    law: User,
    offer: Offer,
    employee: Employee,
    submission: Submission,
    portal_clock: SetClock,
) -> None:
    portal_clock.tick(minutes=1)
    second = withdraw(employee)

    response = send(law_client, second, verdict="irregular", reason=" Not your signature. ")

    assert response.status_code == 302
    assert response["Location"] == page(second)
    decision = ReviewDecision.objects.get()
    assert (decision.submission, decision.verdict) == (second, Verdict.IRREGULAR)
    assert (decision.decided_by, decision.reason) == (law, "Not your signature.")
    mail = OutboxMessage.objects.get(kind="irregular")
    assert (mail.decision, mail.recipient) == (decision, employee.email)
    assert queries.governing_submission(offer, employee) == submission
    assert (
        f"Recorded: {second.receipt} is irregular. {employee.name} is being told by mail."
        f" What governs now is {submission.receipt}." in words(law_client.get(page(second)))
    )


def test_a_valid_submission_is_recorded_without_a_mail(
    law_client: Client, offer: Offer, employee: Employee, submission: Submission
) -> None:
    response = send(law_client, submission, verdict="valid", reason="")

    assert response.status_code == 302
    assert ReviewDecision.objects.get().verdict == Verdict.VALID
    assert not OutboxMessage.objects.filter(kind="irregular").exists()
    assert queries.governing_submission(offer, employee) == submission
    assert "being told by mail" not in words(law_client.get(page(submission)))


def test_a_late_submission_counts_once_it_is_reinstated(
    law_client: Client, offer: Offer, employee: Employee, late: Submission
) -> None:
    assert queries.governing_submission(offer, employee) is None
    extend(offer)

    send(law_client, late, verdict="reinstated", reason="The portal was down.")

    assert queries.governing_submission(offer, employee) == late
    assert OutboxMessage.objects.filter(kind="reinstated", submission=late).exists()
    assert f"{employee.name} is being told by mail." in words(law_client.get(page(late)))
    late.refresh_from_db()
    assert not late.timely


def test_a_late_submission_that_stays_late_does_not_count(
    law_client: Client, offer: Offer, employee: Employee, late: Submission
) -> None:
    send(law_client, late, verdict="late", reason="")

    assert queries.governing_submission(offer, employee) is None
    assert f"Recorded: {late.receipt} stays late and does not count. Nothing governs now." in words(
        law_client.get(page(late))
    )


def test_a_late_submission_is_never_just_valid(law_client: Client, late: Submission) -> None:
    assert 'value="valid"' not in law_client.get(page(late)).content.decode()

    response = send(law_client, late, verdict="valid", reason="")

    refused(response, "Decision : Select a valid choice.", kept={})
    assert not ReviewDecision.objects.exists()


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_an_irregular_decision_needs_a_reason(
    law_client: Client, submission: Submission, reason: str
) -> None:
    response = send(law_client, submission, verdict="irregular", reason=reason)

    refused(response, "Reason : Please give a reason", kept={"verdict": "irregular"})
    assert not ReviewDecision.objects.exists()
    assert not OutboxMessage.objects.filter(kind="irregular").exists()


def test_a_late_submission_that_no_extension_covers_is_not_offered_to_be_reinstated(
    law_client: Client, offer: Offer, late: Submission
) -> None:
    sentence = "It can be reinstated only once an extension of the offer covers the time"
    content = law_client.get(page(late))
    assert 'value="reinstated"' not in content.content.decode()
    assert sentence in words(content)

    extend(offer)

    content = law_client.get(page(late))
    assert 'value="reinstated"' in content.content.decode()
    assert sentence not in words(content)


def test_a_usual_reason_and_words_of_ones_own_make_one_reason(
    law_client: Client, offer: Offer, submission: Submission
) -> None:
    Offer.objects.update(irregular_reasons=["The form is not signed.", "It is not legible."])

    send(
        law_client,
        submission,
        verdict="irregular",
        usual="It is not legible.",
        reason="See page 2.",
    )

    assert ReviewDecision.objects.get().reason == "It is not legible.\nSee page 2."


def test_a_usual_reason_alone_is_enough(law_client: Client, submission: Submission) -> None:
    Offer.objects.update(irregular_reasons=["The form is not signed."])

    send(law_client, submission, verdict="irregular", usual="The form is not signed.", reason="")

    assert ReviewDecision.objects.get().reason == "The form is not signed."


def test_a_usual_reason_goes_with_no_other_decision(
    law_client: Client, submission: Submission
) -> None:
    Offer.objects.update(irregular_reasons=["The form is not signed."])

    response = send(law_client, submission, verdict="valid", usual="The form is not signed.")

    refused(response, "This reason finds fault with the form.", kept={"verdict": "valid"})
    assert not ReviewDecision.objects.exists()


def test_a_reinstatement_needs_a_reason(law_client: Client, offer: Offer, late: Submission) -> None:
    extend(offer)
    response = send(law_client, late, verdict="reinstated", reason="")

    refused(response, "Reason : Please give a reason", kept={"verdict": "reinstated"})
    assert not ReviewDecision.objects.exists()


def test_a_submission_received_in_time_cannot_be_reinstated(
    law_client: Client, submission: Submission
) -> None:
    assert 'value="reinstated"' not in law_client.get(page(submission)).content.decode()

    response = send(law_client, submission, verdict="reinstated", reason="All the same.")

    refused(response, "Decision : Select a valid choice.", kept={"reason": "All the same."})
    assert not ReviewDecision.objects.exists()


def test_a_form_without_a_decision_comes_back_with_what_was_typed(
    law_client: Client, submission: Submission
) -> None:
    response = send(law_client, submission, reason="Half <written>")

    refused(response, "Please choose a decision.", kept={"reason": "Half &lt;written&gt;"})
    assert not ReviewDecision.objects.exists()


def test_a_decision_taken_without_having_seen_anothers_is_held_back(
    law_client: Client, submission: Submission
) -> None:
    send(law_client, submission, verdict="irregular", reason="Unsigned.")

    response = law_client.post(
        decide(submission), {"seen": "0", "verdict": "valid", "reason": "Looks fine."}
    )

    sentence = "This submission was decided on since you opened this page."
    refused(response, sentence, kept={"verdict": "valid", "reason": "Looks fine."})
    assert "Irregular Unsigned. Lou Law" in words(response)
    assert [d.verdict for d in submission.decisions.all()] == [Verdict.IRREGULAR]


def test_sending_the_same_decision_twice_records_and_mails_it_once(
    law_client: Client, submission: Submission
) -> None:
    form = {"seen": "0", "verdict": "irregular", "reason": "Unsigned."}

    statuses = [law_client.post(decide(submission), form).status_code for _ in range(2)]

    assert statuses == [302, 422]
    assert ReviewDecision.objects.count() == 1
    assert OutboxMessage.objects.filter(kind="irregular").count() == 1


def test_having_seen_the_first_decision_law_may_take_another(
    law_client: Client,
    offer: Offer,
    employee: Employee,
    submission: Submission,
    portal_clock: SetClock,
) -> None:
    send(law_client, submission, verdict="irregular", reason="Unsigned.")
    portal_clock.tick(minutes=1)

    send(law_client, submission, verdict="valid", reason="It was signed on the back.")

    verdicts = [decision.verdict for decision in submission.decisions.all()]
    assert verdicts == [Verdict.IRREGULAR, Verdict.VALID]
    assert queries.governing_submission(offer, employee) == submission


@pytest.mark.parametrize("seen", ["", "x", "-1", "1"])
def test_a_tampered_count_of_decisions_records_nothing(
    law_client: Client, submission: Submission, seen: str
) -> None:
    response = law_client.post(decide(submission), {"seen": seen, "verdict": "valid"})

    assert response.status_code == 422
    assert not ReviewDecision.objects.exists()


def test_a_decision_changes_nothing_of_what_was_received(
    law_client: Client, submission: Submission
) -> None:
    before = Submission.objects.filter(pk=submission.pk).values().get()

    send(law_client, submission, verdict="irregular", reason="Unsigned.")

    assert Submission.objects.filter(pk=submission.pk).values().get() == before
