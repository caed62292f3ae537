"""An extension that a second person approves: the option, the page, and who may decide."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from elections.models import Employee, Extension, ExtensionProposal, Offer, OutboxMessage, User
from elections.services.groups import HR
from tests.admin.pages import extend, offer_page, words
from tests.admin.people import make_staff, signed_in
from tests.factory import EXPIRATION, elect, make_grant

PROPOSALS = "/admin/elections/extensionproposal/"
FORM = {
    "day": "2003-01-27",
    "time": "21:00",
    "reason": "The filing took longer.",
    "expected": EXPIRATION.isoformat(),
}
# Session, account, two of permissions, the number found, the number of all, the rows, the frame's
# offer.
QUERIES = 8


@pytest.fixture(autouse=True)
def two_are_needed(settings: Any) -> None:
    settings.PORTAL_EXTENSION_NEEDS_APPROVAL = True


@pytest.fixture
def second_client(hr: User) -> Client:
    return signed_in(make_staff("second@example.com", "Sonja Second", HR))


def send(client: Client, offer: Offer, step: str) -> HttpResponse:
    return client.post(extend(offer), FORM | {"step": step})


@pytest.fixture
def proposal(hr_client: Client, offer: Offer, employee: Employee) -> ExtensionProposal:
    send(hr_client, offer, "confirm")
    return ExtensionProposal.objects.get()


def page(proposal: ExtensionProposal) -> str:
    return f"{PROPOSALS}{proposal.pk}/change/"


def decide(client: Client, proposal: ExtensionProposal, decision: str, reason: str = "") -> Any:
    sent = {"decision": decision, "reason": reason}
    return client.post(f"{PROPOSALS}{proposal.pk}/decide/", sent)


def test_the_confirmed_preview_proposes_and_extends_nothing(
    hr_client: Client, hr: User, offer: Offer
) -> None:
    preview = words(send(hr_client, offer, "preview"))
    assert "Somebody else has to approve the extension." in preview
    assert "Propose this extension" in preview

    response = send(hr_client, offer, "confirm")

    assert (response.status_code, response["Location"]) == (302, offer_page(offer))
    assert ExtensionProposal.objects.get().proposed_by == hr
    assert not Extension.objects.exists()
    assert not OutboxMessage.objects.exists()
    assert "waits for the approval of somebody else" in words(hr_client.get(offer_page(offer)))


def test_without_the_option_the_confirmed_preview_extends(
    hr_client: Client, offer: Offer, settings: Any
) -> None:
    settings.PORTAL_EXTENSION_NEEDS_APPROVAL = False

    send(hr_client, offer, "confirm")

    assert Extension.objects.count() == 1
    assert not ExtensionProposal.objects.exists()


def test_the_second_person_sees_what_it_would_do_now(
    second_client: Client, proposal: ExtensionProposal, employee: Employee
) -> None:
    elect(employee, make_grant(employee))

    shown = words(second_client.get(page(proposal)))

    for expected in (
        "Hanna Resources proposed at 10:00 AM PST on January 15, 2003",
        "Will end at 9:00 PM PST on January 27, 2003 (midnight Eastern)",
        "Reason The filing took longer.",
        "To be announced by 6:00 AM PST on January 21, 2003 (9:00 AM EST)",
        "options to purchase approximately 1,000 shares had been tendered and not withdrawn",
        "Approve: extend the offer and mail 1 person",
    ):
        assert expected in shown, expected


def test_the_second_persons_approval_extends_and_mails(
    second_client: Client, proposal: ExtensionProposal, offer: Offer
) -> None:
    response = decide(second_client, proposal, "approve")

    assert (response.status_code, response["Location"]) == (302, offer_page(offer))
    assert Extension.objects.get().announced_by.name == "Sonja Second"
    assert OutboxMessage.objects.filter(kind="extension").count() == 1
    assert "1 person is being mailed the new deadline." in words(
        second_client.get(offer_page(offer))
    )
    assert "Approved by Sonja Second at 10:00 AM PST" in words(second_client.get(page(proposal)))


def test_a_rejection_without_a_reason_comes_back_and_with_one_is_kept(
    second_client: Client, proposal: ExtensionProposal
) -> None:
    response = decide(second_client, proposal, "reject", "  ")
    assert response.status_code == 422
    assert "Please give a reason" in words(response)

    assert decide(second_client, proposal, "reject", "Too <early>.").status_code == 302

    assert not Extension.objects.exists()
    shown = words(second_client.get(page(proposal)))
    assert "Rejected by Sonja Second" in shown
    assert "Reason for rejecting it Too <early>." in shown


def test_nobody_is_offered_their_own_proposal_and_nobody_gets_it_through(
    hr_client: Client, proposal: ExtensionProposal
) -> None:
    shown = words(hr_client.get(page(proposal)))
    assert "somebody else must approve or reject it" in shown
    assert "Approve:" not in shown

    response = decide(hr_client, proposal, "approve")

    assert response.status_code == 422
    assert "This is your own proposal." in words(response)
    assert not Extension.objects.exists()


@pytest.mark.parametrize("role", ["law_client", "auditor_client"])
def test_who_may_not_extend_looks_and_does_not_decide(
    request: pytest.FixtureRequest, proposal: ExtensionProposal, role: str
) -> None:
    client = request.getfixturevalue(role)

    assert "It waits for approval." in words(client.get(page(proposal)))
    assert decide(client, proposal, "approve").status_code == 403
    assert not Extension.objects.exists()


def test_a_decision_is_not_taken_from_an_address(
    second_client: Client, proposal: ExtensionProposal
) -> None:
    assert second_client.get(f"{PROPOSALS}{proposal.pk}/decide/").status_code == 405


def test_a_second_decision_is_told_that_there_is_one(
    second_client: Client, proposal: ExtensionProposal
) -> None:
    decide(second_client, proposal, "approve")

    response = decide(second_client, proposal, "reject", "No.")

    assert response.status_code == 422
    assert "This proposal was approved or rejected meanwhile." in words(response)


def test_the_list_takes_as_many_queries_for_three_as_for_one(
    hr_client: Client,
    second_client: Client,
    offer: Offer,
    proposal: ExtensionProposal,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    hr_client.get(PROPOSALS)  # what was said of the proposal is read, and off the session
    with django_assert_num_queries(QUERIES):
        assert "Waits for approval" in words(hr_client.get(PROPOSALS))

    for _ in range(2):
        decide(second_client, ExtensionProposal.objects.latest("pk"), "reject", "Not yet.")
        send(hr_client, offer, "confirm")

    hr_client.get(PROPOSALS)
    with django_assert_num_queries(QUERIES):
        assert len(hr_client.get(PROPOSALS).context["cl"].result_list) == 3
