"""Forms on paper: judged by when they were received, recorded when they are keyed in."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from elections import queries
from elections.core.problems import Code
from elections.core.terms import Choice
from elections.models import (
    AuditEntry,
    Document,
    Employee,
    Grant,
    Offer,
    OutboxMessage,
    Scan,
    Submission,
    User,
)
from elections.models.append_only import drop_triggers, install_triggers
from elections.models.paper import scan_storage
from elections.models.submission import Verdict
from elections.services.answers import Decline, Election, Withdrawal
from elections.services.extend import Extended, extend_offer
from elections.services.ledger import broken_chains
from elections.services.paper import check_paper, submit_paper
from elections.services.review import review_submission
from elections.services.scans import HELD
from elections.services.submit import Recorded, Refused, Stale, TokenReused
from tests.factory import (
    DURING_OFFER,
    EXPIRATION,
    decline,
    elect,
    make_employee,
    make_grant,
    make_user,
    recorded,
    withdraw,
)
from tests.papers import on_paper, paper_form, pdf_scan, send_paper
from tests.portal import SetClock

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OPENING = datetime(2002, 12, 19, 8, 0, tzinfo=UTC)  # midnight PST
AFTERWARDS = EXPIRATION + DAY
# The two locks, the token, offer, extensions, governing forms, grants, documents; the form, its
# lines, its scan, the head of the chain, the mail, the audit entry.
STATEMENTS = {"sqlite": 16, "postgresql": 17}


@pytest.fixture
def employee(offer: Offer) -> Employee:
    return make_employee(name="Pat Example")


@pytest.fixture
def grant(employee: Employee) -> Grant:
    return make_grant(employee, "0001")


@pytest.fixture
def lou(offer: Offer) -> User:
    return make_user("lou@example.com", name="Lou Law")


def exchange(*grants: Grant) -> Election:
    return Election({grant.number: Choice.EXCHANGE for grant in grants})


def codes(outcome: object) -> list[str]:
    assert isinstance(outcome, Refused), outcome
    return [problem.code for problem in outcome.problems]


def files() -> tuple[int, int]:
    """How many scans are kept, and how many are only held."""
    storage = scan_storage()
    if not storage.exists(""):
        return 0, 0
    held = storage.listdir(HELD)[1] if storage.exists(HELD) else []
    return len(storage.listdir("")[1]), len(held)


@pytest.fixture(autouse=True)
def empty_scans() -> None:
    storage = scan_storage()
    for folder in ("", HELD):
        if storage.exists(folder or "."):
            for name in storage.listdir(folder)[1]:
                storage.delete(f"{folder}/{name}" if folder else name)


def test_the_record_keeps_when_it_was_received_when_it_was_keyed_in_and_by_whom(
    employee: Employee, grant: Grant, lou: User, portal_clock: SetClock
) -> None:
    submission = recorded(
        send_paper(employee, exchange(grant), received_at=DURING_OFFER - HOUR, actor=lou)
    )

    submission.refresh_from_db()
    assert submission.channel == "paper"
    assert submission.received_at == submission.ordered_at == DURING_OFFER - HOUR
    assert submission.recorded_at == DURING_OFFER
    assert (submission.submitted_by, submission.submitted_by_email) == (lou, "lou@example.com")
    assert submission.timely
    assert [line.choice for line in submission.lines.all()] == ["exchange"]
    mail = OutboxMessage.objects.get()
    assert (mail.kind, mail.submission, mail.recipient) == ("receipt", submission, employee.email)


def test_its_scan_is_kept_with_its_digest_and_what_was_held_is_released(
    employee: Employee, grant: Grant
) -> None:
    submission = on_paper(employee, exchange(grant), received_at=DURING_OFFER)

    scan = Scan.objects.get(submission=submission)
    with scan.file.open() as file:
        content = file.read()
    assert content[:5] == b"%PDF-"
    assert scan.sha256 == hashlib.sha256(content).hexdigest()
    assert (scan.content_type, scan.size) == ("application/pdf", len(content))
    assert files() == (1, 0)


def test_it_leaves_an_entry_in_the_audit_log_without_what_it_says(
    employee: Employee, grant: Grant, lou: User
) -> None:
    submission = recorded(
        send_paper(employee, exchange(grant), received_at=DURING_OFFER, actor=lou)
    )

    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor, entry.subject) == ("paper", lou, submission.receipt)
    assert entry.details["received"] == entry.details["keyed in"] == DURING_OFFER.isoformat()
    assert grant.number not in entry.details.values()


@pytest.mark.parametrize(
    ("received_at", "timely"), [(EXPIRATION - MINUTE, True), (EXPIRATION, False)]
)
def test_keyed_in_after_the_deadline_it_is_in_time_if_it_was_received_in_time(
    employee: Employee,
    grant: Grant,
    offer: Offer,
    portal_clock: SetClock,
    received_at: datetime,
    timely: bool,
) -> None:
    portal_clock.set(AFTERWARDS)

    submission = on_paper(employee, exchange(grant), received_at=received_at)

    submission.refresh_from_db()
    assert submission.timely is timely
    assert submission.deadline == EXPIRATION
    assert submission.recorded_at == AFTERWARDS
    assert queries.governing_submission(offer, employee) == (submission if timely else None)


def test_the_deadline_in_force_when_it_was_received_judges_it_and_no_later_one(
    employee: Employee, grant: Grant, offer: Offer, lou: User, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION + 2 * HOUR)
    outcome = extend_offer(
        actor=lou, offer=offer, expected=EXPIRATION, expiration=EXPIRATION + DAY, reason="Storm."
    )
    assert isinstance(outcome, Extended)
    portal_clock.set(EXPIRATION + 4 * HOUR)

    before = on_paper(employee, exchange(grant), received_at=EXPIRATION + HOUR)
    after = on_paper(employee, exchange(grant), received_at=EXPIRATION + 3 * HOUR)

    assert (before.timely, before.deadline) == (False, EXPIRATION)
    assert (after.timely, after.deadline) == (True, EXPIRATION + DAY)


def test_a_form_received_before_a_web_form_does_not_overtake_it(
    employee: Employee, grant: Grant, offer: Offer, portal_clock: SetClock
) -> None:
    web = decline(employee)
    portal_clock.tick(hours=1)

    paper = on_paper(employee, exchange(grant), received_at=DURING_OFFER - MINUTE)

    assert paper.replaces is None
    assert queries.governing_submission(offer, employee) == web


def test_a_form_received_after_a_web_form_replaces_it(
    employee: Employee, grant: Grant, offer: Offer, portal_clock: SetClock
) -> None:
    web = elect(employee, grant)
    portal_clock.tick(hours=1)

    paper = on_paper(employee, Withdrawal(None), received_at=DURING_OFFER + MINUTE)

    assert paper.replaces == web
    assert [line.withdrawn for line in paper.lines.all()] == [True]
    assert queries.governing_submission(offer, employee) == paper


def test_a_withdrawal_is_judged_against_what_governed_when_it_was_received(
    employee: Employee, grant: Grant, offer: Offer, portal_clock: SetClock
) -> None:
    other = make_grant(employee, "0002")
    first = elect(employee, grant, other)
    portal_clock.tick(hours=2)
    later = withdraw(employee, other)
    portal_clock.tick(hours=1)

    paper = on_paper(
        employee, Withdrawal(frozenset({grant.number})), received_at=DURING_OFFER + HOUR
    )

    assert paper.replaces == first
    assert {x.grant_number: (x.choice, x.withdrawn) for x in paper.lines.all()} == {
        grant.number: ("keep", True),
        other.number: ("exchange", False),
    }
    assert queries.governing_submission(offer, employee) == later


def test_a_withdrawal_received_before_the_election_has_nothing_to_withdraw(
    employee: Employee, grant: Grant, portal_clock: SetClock
) -> None:
    elect(employee, grant)
    portal_clock.tick(hours=1)

    outcome = send_paper(employee, Withdrawal(None), received_at=DURING_OFFER - MINUTE)

    assert codes(outcome) == [Code.NOTHING_TO_WITHDRAW]
    assert Submission.objects.count() == 1
    assert files()[0] == 0


def test_of_two_received_in_the_same_minute_the_one_keyed_in_last_governs(
    employee: Employee, grant: Grant, offer: Offer, portal_clock: SetClock
) -> None:
    portal_clock.tick(hours=1)
    first = on_paper(employee, exchange(grant), received_at=DURING_OFFER)
    second = on_paper(employee, Withdrawal(None), received_at=DURING_OFFER)

    assert second.replaces == first
    assert queries.governing_submission(offer, employee) == second
    assert queries.governing_submissions(offer).get() == second


def test_of_a_web_form_and_a_paper_of_its_very_instant_the_one_recorded_last_governs(
    employee: Employee, grant: Grant, offer: Offer, portal_clock: SetClock
) -> None:
    web = elect(employee, grant)

    paper = on_paper(employee, Withdrawal(None), received_at=web.received_at)

    assert queries.governing_submission(offer, employee) == paper


def test_a_web_form_after_a_paper_one_replaces_it_and_its_chain_holds(
    employee: Employee, grant: Grant, offer: Offer, portal_clock: SetClock
) -> None:
    paper = on_paper(employee, exchange(grant), received_at=DURING_OFFER)
    portal_clock.tick(minutes=1)

    web = withdraw(employee)

    assert web.replaces == paper
    assert (paper.sequence, web.sequence) == (1, 2)
    assert web.previous_digest == paper.digest
    assert list(broken_chains()) == []


def test_the_register_of_an_instant_knows_a_paper_form_only_once_it_was_keyed_in(
    employee: Employee, grant: Grant, offer: Offer, portal_clock: SetClock
) -> None:
    other = make_grant(employee, "0002")
    elect(employee, grant, keep=(other,))
    portal_clock.tick(hours=5)
    keyed_at = portal_clock.instant
    on_paper(employee, exchange(grant, other), received_at=DURING_OFFER + HOUR)
    portal_clock.tick(hours=1)

    def numbers(as_of: datetime) -> list[str]:
        return [row.grant_number for row in queries.register(offer, as_of=as_of)]

    assert numbers(DURING_OFFER + 2 * HOUR) == ["0001"]  # received, not keyed in yet
    assert numbers(keyed_at - timedelta(microseconds=1)) == ["0001"]
    assert numbers(keyed_at) == ["0001", "0002"]
    assert [row.received_at for row in queries.register(offer)] == [DURING_OFFER + HOUR] * 2


def test_a_paper_election_found_irregular_gives_way_to_what_was_received_before(
    employee: Employee, grant: Grant, offer: Offer, lou: User, portal_clock: SetClock
) -> None:
    web = decline(employee)
    portal_clock.tick(hours=1)
    paper = on_paper(employee, exchange(grant), received_at=DURING_OFFER + MINUTE)

    review_submission(
        actor=lou, submission=paper, verdict=Verdict.IRREGULAR, reason="It is not signed."
    )

    assert queries.governing_submission(offer, employee) == web


@pytest.mark.parametrize(
    ("received_at", "code"),
    [
        (DURING_OFFER + timedelta(microseconds=1), Code.RECEIVED_IN_FUTURE),
        (OPENING - MINUTE, Code.RECEIVED_BEFORE_OPENING),
    ],
)
def test_a_time_still_to_come_or_before_the_opening_is_refused(
    employee: Employee, grant: Grant, received_at: datetime, code: Code
) -> None:
    outcome = send_paper(employee, exchange(grant), received_at=received_at)

    assert code in codes(outcome)
    assert not Submission.objects.exists()


@pytest.mark.parametrize("received_at", [DURING_OFFER, OPENING])
def test_this_very_instant_and_the_first_of_the_opening_day_are_taken(
    employee: Employee, grant: Grant, received_at: datetime
) -> None:
    assert on_paper(employee, exchange(grant), received_at=received_at).timely


def test_nobody_keys_in_their_own_form(employee: Employee, grant: Grant) -> None:
    outcome = send_paper(employee, exchange(grant), received_at=DURING_OFFER, actor=employee.user)

    assert codes(outcome) == [Code.OWN_PAPER_FORM]


def test_someone_who_left_after_it_was_received_was_eligible_then(
    employee: Employee, grant: Grant, portal_clock: SetClock
) -> None:
    Employee.objects.filter(pk=employee.pk).update(left_on=date(2003, 1, 16))
    employee.refresh_from_db()
    portal_clock.tick(days=3)

    assert on_paper(employee, exchange(grant), received_at=DURING_OFFER).timely
    late = send_paper(employee, exchange(grant), received_at=DURING_OFFER + 2 * DAY)
    assert codes(late) == [Code.LEFT]


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"signature": " "}, Code.SIGNATURE_MISSING), ({"agreed": False}, Code.AGREEMENT_MISSING)],
)
def test_paper_is_judged_by_the_same_rules(
    employee: Employee, grant: Grant, changes: dict[str, object], code: Code
) -> None:
    outcome = send_paper(employee, exchange(grant), received_at=DURING_OFFER, **changes)

    assert codes(outcome) == [code]
    assert not Scan.objects.exists()
    assert files()[0] == 0


def test_the_same_token_gives_the_same_receipt_and_one_row(
    employee: Employee, grant: Grant, offer: Offer, lou: User
) -> None:
    form = paper_form(employee, exchange(grant), actor=lou, received_at=DURING_OFFER)
    first = recorded(submit_paper(actor=lou, employee=employee, offer=offer, paper=form))

    again = submit_paper(actor=lou, employee=employee, offer=offer, paper=form)

    assert again == Recorded(first, already=True)
    assert (Submission.objects.count(), Scan.objects.count()) == (1, 1)
    assert OutboxMessage.objects.count() == AuditEntry.objects.count() == 1


def test_the_same_token_with_another_time_of_receipt_is_another_form(
    employee: Employee, grant: Grant, offer: Offer, lou: User
) -> None:
    form = paper_form(employee, exchange(grant), actor=lou, received_at=DURING_OFFER)
    first = recorded(submit_paper(actor=lou, employee=employee, offer=offer, paper=form))
    other = replace(form, received_at=DURING_OFFER - HOUR)

    outcome = submit_paper(actor=lou, employee=employee, offer=offer, paper=other)

    assert outcome == TokenReused(first)


@pytest.mark.parametrize("meanwhile", [DURING_OFFER, DURING_OFFER - 2 * HOUR])
def test_what_came_in_since_the_check_page_is_shown_first(
    employee: Employee,
    grant: Grant,
    offer: Offer,
    lou: User,
    portal_clock: SetClock,
    meanwhile: datetime,
) -> None:
    form = paper_form(employee, exchange(grant), actor=lou, received_at=DURING_OFFER - HOUR)
    other = on_paper(employee, Decline(), received_at=meanwhile)

    outcome = submit_paper(actor=lou, employee=employee, offer=offer, paper=form)

    assert outcome == Stale(other)
    assert Submission.objects.count() == 1


def test_a_grant_that_changed_since_the_check_page_is_named(
    employee: Employee, grant: Grant, offer: Offer, lou: User
) -> None:
    form = paper_form(employee, exchange(grant), actor=lou, received_at=DURING_OFFER)
    Grant.objects.update(exercised=400)

    outcome = submit_paper(actor=lou, employee=employee, offer=offer, paper=form)

    assert codes(outcome) == [Code.GRANT_CHANGED]


def test_without_its_scan_nothing_is_recorded(
    employee: Employee, grant: Grant, offer: Offer, lou: User
) -> None:
    form = paper_form(employee, exchange(grant), actor=lou, received_at=DURING_OFFER)
    scan_storage().delete(form.scan.name)

    outcome = submit_paper(actor=lou, employee=employee, offer=offer, paper=form)

    assert codes(outcome) == [Code.SCAN_GONE]
    assert not Submission.objects.exists()


def test_a_held_scan_that_was_exchanged_for_another_is_not_taken(
    employee: Employee, grant: Grant, offer: Offer, lou: User
) -> None:
    form = paper_form(employee, exchange(grant), actor=lou, received_at=DURING_OFFER)
    with scan_storage().open(form.scan.name, "wb") as file:
        file.write(pdf_scan() + b"\n")

    outcome = submit_paper(actor=lou, employee=employee, offer=offer, paper=form)

    assert codes(outcome) == [Code.SCAN_GONE]
    assert files() == (0, 1)


def test_the_chain_tells_when_a_scan_was_exchanged_or_taken_away(
    employee: Employee, grant: Grant
) -> None:
    submission = on_paper(employee, exchange(grant), received_at=DURING_OFFER)
    assert list(broken_chains()) == []

    drop_triggers(connection)
    Scan.objects.update(sha256="0" * 64)
    assert [found.receipt for found in broken_chains()] == [submission.receipt]
    Scan.objects.all().delete()
    assert [found.receipt for found in broken_chains()] == [submission.receipt]
    install_triggers(connection)


def test_it_names_the_documents_that_were_in_force_when_it_was_received(
    employee: Employee, grant: Grant, offer: Offer, lou: User, portal_clock: SetClock
) -> None:
    portal_clock.tick(hours=3)
    Document.objects.create(
        offer=offer,
        slug="announcement-letter",
        title="Announcement letter",
        position=1,
        version=2,
        text="Corrected.",
        sha256="2" * 64,
        published_at=DURING_OFFER + HOUR,
        published_by=lou,
    )

    before = on_paper(employee, exchange(grant), received_at=DURING_OFFER)
    after = on_paper(employee, exchange(grant), received_at=DURING_OFFER + 2 * HOUR)

    assert before.documents == {"announcement-letter": "0" * 64}
    assert after.documents == {"announcement-letter": "2" * 64}


def test_checking_records_nothing_and_says_what_will_govern(
    employee: Employee, grant: Grant, offer: Offer, lou: User, portal_clock: SetClock
) -> None:
    web = elect(employee, grant)
    portal_clock.tick(hours=1)

    def check(received_at: datetime) -> tuple[bool, bool, Submission | None]:
        found = check_paper(
            actor=lou,
            employee=employee,
            offer=offer,
            answer=Decline(),
            signature="Pat Example",
            agreed=False,
            received_at=received_at,
        )
        return found.will_govern, found.overtaken, found.replaces

    assert check(DURING_OFFER - MINUTE) == (False, True, None)
    assert check(DURING_OFFER + MINUTE) == (True, False, web)
    portal_clock.set(AFTERWARDS)
    assert check(EXPIRATION) == (False, False, web)
    assert Submission.objects.count() == 1


@pytest.mark.parametrize("grants", [1, 3, 30])
def test_the_number_of_grants_makes_no_difference_to_the_database(
    employee: Employee, offer: Offer, lou: User, grants: int
) -> None:
    held = [make_grant(employee) for _ in range(grants)]
    form = paper_form(employee, exchange(*held), actor=lou, received_at=DURING_OFFER)

    with CaptureQueriesContext(connection) as captured:
        outcome = submit_paper(actor=lou, employee=employee, offer=offer, paper=form)

    assert isinstance(outcome, Recorded)
    assert len(captured) == STATEMENTS[connection.vendor]
