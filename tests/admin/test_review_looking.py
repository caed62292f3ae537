"""Auditors look at the queue, the late forms, the clean ones and each form, and change nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from elections.models import Employee, Offer, ReviewDecision, ReviewHold, Submission, User
from elections.models.submission import Verdict
from elections.services import queue
from elections.services.review import review_submission
from tests.admin.pages import REVIEW, review, words
from tests.factory import EXPIRATION, elect, make_employee, make_grant
from tests.portal import SetClock

DESK = "/admin/"


@pytest.fixture
def waiting(offer: Offer) -> Submission:
    """A clean form that nobody has decided on."""
    person = make_employee(name="Pat Example")
    return elect(person, make_grant(person))


def offers_to_act(client: Client, address: str) -> bool:
    """Whether the page has a form to send, besides the one that signs out."""
    content = client.get(address).content.decode().partition('id="content-main"')[2]
    return 'method="post"' in content or "<button" in content


def test_the_form_is_seen_as_reviewers_see_it_and_stays_free_for_them(
    auditor_client: Client, law_client: Client, waiting: Submission
) -> None:
    shown = words(auditor_client.get(review(waiting)))

    assert "The rules find nothing to look at." in shown
    assert "Nobody has this form in hand." in shown
    assert not ReviewHold.objects.exists()
    assert law_client.post(f"{REVIEW}next/")["Location"] == review(waiting)
    assert "Lou Law is looking at this form." in words(auditor_client.get(review(waiting)))


def test_looking_leaves_a_reviewers_lease_as_it_was(
    auditor_client: Client, law: User, waiting: Submission, portal_clock: SetClock
) -> None:
    until = queue.look_at(actor=law, submission=waiting).until
    portal_clock.tick(minutes=5)
    auditor_client.get(review(waiting))

    hold = ReviewHold.objects.get()

    assert (hold.reviewer, hold.until) == (law, until)


def test_no_page_about_reviewing_gives_an_auditor_anything_to_press(
    auditor_client: Client, law_client: Client, waiting: Submission, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION)
    late = make_employee()
    elect(late, make_grant(late))
    pages = [REVIEW, f"{REVIEW}late/", f"{REVIEW}clean/", review(waiting)]

    assert [offers_to_act(auditor_client, page) for page in pages] == [False] * 4
    assert [offers_to_act(law_client, page) for page in pages] == [True] * 4


@pytest.mark.parametrize("sent", ["", "put-back/"])
def test_what_an_auditor_sends_by_hand_is_refused(
    auditor_client: Client, waiting: Submission, sent: str
) -> None:
    decision = {"verdict": "valid", "seen": ""}

    assert auditor_client.post(f"{review(waiting)}{sent}", decision).status_code == 403
    assert auditor_client.post(f"{REVIEW}next/").status_code == 403
    assert auditor_client.post(f"{REVIEW}clean/", {"forms": str(waiting.pk)}).status_code == 403
    assert not ReviewDecision.objects.exists()
    assert not ReviewHold.objects.exists()


def test_the_front_page_counts_all_that_waits_and_names_whose_hands_it_is_in(
    auditor_client: Client, law: User, waiting: Submission
) -> None:
    queue.look_at(actor=law, submission=waiting)

    shown = words(auditor_client.get(REVIEW))

    assert "1 form waits to be reviewed." in shown
    assert "You see what it sees, and change nothing" in shown
    assert f"In reviewers' hands {waiting.receipt} , election of Pat Example: Lou Law" in shown


def test_a_decided_form_says_so(auditor_client: Client, law: User, waiting: Submission) -> None:
    review_submission(actor=law, submission=waiting, verdict=Verdict.VALID, reason="")

    assert "It is decided on." in words(auditor_client.get(review(waiting)))


def test_the_desk_leads_auditors_there_and_hr_not(
    auditor_client: Client, law_client: Client, hr_client: Client, offer: Offer
) -> None:
    said = [words(client.get(DESK)) for client in (auditor_client, law_client, hr_client)]

    assert ["How the review stands" in page for page in said] == [True, False, False]
    assert ["Review submissions" in page for page in said] == [False, True, False]


def test_an_auditor_who_sent_a_form_sees_it_like_any_other(
    auditor_client: Client, auditor: User, waiting: Submission
) -> None:
    Employee.objects.filter(pk=waiting.employee_id).update(user=auditor)

    assert "1 form waits" in words(auditor_client.get(REVIEW))
    assert auditor_client.get(review(waiting)).status_code == 200
