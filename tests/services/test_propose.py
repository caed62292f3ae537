"""An extension in two steps: proposed by one person, approved or rejected by another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from elections import queries
from elections.core.problems import Code
from elections.models import (
    AuditEntry,
    Extension,
    ExtensionProposal,
    Offer,
    OutboxMessage,
    User,
)
from elections.models.proposal import ProposalState
from elections.services.extend import Extended, NotExtended, extend_offer
from elections.services.propose import (
    Proposed,
    Rejected,
    approve_extension,
    propose_extension,
    reject_extension,
)
from tests.concurrency import at_once
from tests.factory import EXPIRATION, make_employee, make_offer, make_user
from tests.portal import SetClock

NEW = datetime(2003, 1, 28, 5, 0, tzinfo=UTC)  # 9:00 PM PST on January 27, 2003


@pytest.fixture(autouse=True)
def two_are_needed(settings: Any) -> None:
    settings.PORTAL_EXTENSION_NEEDS_APPROVAL = True


@pytest.fixture
def hr(db: None) -> User:
    return make_user("hr@example.com", is_staff=True)


@pytest.fixture
def second(db: None) -> User:
    return make_user("second@example.com", is_staff=True)


def propose(actor: User, offer: Offer, **changes: Any) -> Proposed | NotExtended:
    wish = {"expected": EXPIRATION, "expiration": NEW, "reason": "The filing took longer."}
    return propose_extension(actor=actor, offer=offer, **wish | changes)


def proposed(actor: User, offer: Offer) -> ExtensionProposal:
    outcome = propose(actor, offer)
    assert isinstance(outcome, Proposed), outcome
    return outcome.proposal


def codes(outcome: object) -> list[str]:
    assert isinstance(outcome, NotExtended), outcome
    return [problem.code for problem in outcome.problems]


def test_a_proposal_extends_nothing_and_mails_nobody(
    offer: Offer, hr: User, portal_clock: SetClock
) -> None:
    make_employee()

    proposal = proposed(hr, offer)

    assert (proposal.state, proposal.proposed_at) == (ProposalState.OPEN, portal_clock.instant)
    assert queries.deadline_in_force(offer) == EXPIRATION
    assert not Extension.objects.exists()
    assert not OutboxMessage.objects.exists()
    assert AuditEntry.objects.get().act == "extension_proposed"


def test_somebody_elses_approval_extends_and_mails(offer: Offer, hr: User, second: User) -> None:
    person = make_employee()
    proposal = proposed(hr, offer)

    outcome = approve_extension(actor=second, proposal=proposal)

    assert isinstance(outcome, Extended)
    extension = Extension.objects.get()
    assert (extension.expiration, extension.announced_by) == (NEW, second)
    assert extension.reason == "The filing took longer."
    assert OutboxMessage.objects.get().employee == person
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.APPROVED
    assert (proposal.decided_by, proposal.extension) == (second, extension)
    acts = list(AuditEntry.objects.order_by("pk").values_list("act", "actor__email"))
    assert acts == [
        ("extension_proposed", hr.email),
        ("extension", second.email),
        ("extension_proposed", second.email),
    ]


def test_nobody_approves_or_rejects_their_own(offer: Offer, hr: User) -> None:
    proposal = proposed(hr, offer)

    assert codes(approve_extension(actor=hr, proposal=proposal)) == [Code.OWN_PROPOSAL]
    refused = reject_extension(actor=hr, proposal=proposal, reason="Changed my mind.")
    assert codes(refused) == [Code.OWN_PROPOSAL]
    assert not Extension.objects.exists()


def test_the_database_too_lets_nobody_decide_their_own(offer: Offer, hr: User) -> None:
    proposal = proposed(hr, offer)

    with pytest.raises(IntegrityError, match="proposal_second_person"), transaction.atomic():
        ExtensionProposal.objects.filter(pk=proposal.pk).update(
            state="rejected", decided_by=hr, refusal="No."
        )


def test_a_rejection_needs_a_reason_and_leaves_the_deadline(
    offer: Offer, hr: User, second: User
) -> None:
    proposal = proposed(hr, offer)
    without = reject_extension(actor=second, proposal=proposal, reason="  ")
    assert codes(without) == [Code.REASON_MISSING]

    outcome = reject_extension(actor=second, proposal=proposal, reason=" Too early. ")

    assert isinstance(outcome, Rejected)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.refusal) == (ProposalState.REJECTED, "Too early.")
    assert queries.deadline_in_force(offer) == EXPIRATION
    assert isinstance(propose(hr, offer), Proposed)


def test_what_was_decided_is_not_decided_again(offer: Offer, hr: User, second: User) -> None:
    proposal = proposed(hr, offer)
    approve_extension(actor=second, proposal=proposal)

    assert codes(approve_extension(actor=second, proposal=proposal)) == [Code.PROPOSAL_DECIDED]
    late = reject_extension(actor=second, proposal=proposal, reason="No.")
    assert codes(late) == [Code.PROPOSAL_DECIDED]
    assert Extension.objects.count() == 1


def test_only_one_proposal_waits_at_a_time(offer: Offer, hr: User, second: User) -> None:
    proposed(hr, offer)

    again = propose(second, offer, expiration=NEW + timedelta(days=1))

    assert codes(again) == [Code.PROPOSAL_WAITS]
    assert ExtensionProposal.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expiration": EXPIRATION}, Code.EXTENSION_NOT_LATER),
        ({"expected": EXPIRATION - timedelta(days=1)}, Code.DEADLINE_MOVED_MEANWHILE),
        ({"reason": " "}, Code.REASON_MISSING),
    ],
)
def test_what_cannot_be_extended_cannot_be_proposed(
    offer: Offer, hr: User, changes: dict[str, Any], code: Code
) -> None:
    assert codes(propose(hr, offer, **changes)) == [code]
    assert not ExtensionProposal.objects.exists()


def test_an_approval_that_comes_too_late_is_refused_and_leaves_the_proposal_open(
    offer: Offer, hr: User, second: User, portal_clock: SetClock
) -> None:
    proposal = proposed(hr, offer)
    portal_clock.set(NEW)

    outcome = approve_extension(actor=second, proposal=proposal)

    assert codes(outcome) == [Code.EXTENSION_IN_THE_PAST]
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.OPEN
    assert isinstance(
        reject_extension(actor=second, proposal=proposal, reason="Too late."), Rejected
    )


def test_nobody_extends_alone_while_two_are_needed(offer: Offer, hr: User, settings: Any) -> None:
    wish = {"expected": EXPIRATION, "expiration": NEW, "reason": "A storm."}
    alone = extend_offer(actor=hr, offer=offer, **wish)
    assert codes(alone) == [Code.SECOND_PERSON_NEEDED]

    settings.PORTAL_EXTENSION_NEEDS_APPROVAL = False
    assert isinstance(extend_offer(actor=hr, offer=offer, **wish), Extended)


@pytest.mark.django_db(transaction=True)
def test_of_two_people_approving_at_once_one_extends(
    transactional_db: None, portal_clock: SetClock
) -> None:
    offer = make_offer()
    make_employee()
    proposal = proposed(make_user(), offer)
    others = [make_user() for _ in range(2)]

    outcomes = at_once(
        [lambda one=one: approve_extension(actor=one, proposal=proposal) for one in others]
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Extended", "NotExtended"]
    assert Extension.objects.count() == OutboxMessage.objects.count() == 1
