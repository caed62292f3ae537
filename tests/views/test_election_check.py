"""The check page: what is signed is what was checked, once, and every outcome has its page."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.test import Client

from elections import queries
from elections.models import Document, Draft, Employee, Grant, Offer, OutboxMessage, Submission
from tests.factory import (
    DURING_OFFER,
    EXPIRATION,
    elect,
    make_employee,
    make_grant,
    make_required_grant,
)
from tests.portal import SetClock
from tests.views.pages import choices, fill_in, sign, signed_in, submit, title, words

UNKNOWN = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def token(client: Client, iso: Grant, nso: Grant, required: Grant) -> str:
    """A form filled in: exchange 0001 (0003 follows), keep 0002."""
    return fill_in(client, choices(exchange=(iso,), keep=(nso,)))


@pytest.fixture
def terms(offer: Offer) -> Document:
    return Document.objects.create(
        offer=offer,
        slug="election-form",
        title="Election form",
        position=3,
        sha256="1" * 64,
        text="By signing, *you agree*.\n\n- to this\n- and <script>that</script>",
    )


def test_the_page_is_the_letter_that_will_be_signed(
    client: Client, terms: Document, token: str, employee: Employee
):
    response = client.get(f"/election/check/?form={token}")
    page = words(response)
    assert "Not submitted yet." in page
    assert f"I, Pat Example (employee number {employee.number})" in page
    assert "I exchange 2 grants, 1,500 shares, for a promise of new options on 1,125 shares" in page
    assert "0003 Required 2000 Stock Plan ISO August 1, 2002 $0.78 500 375" in page
    assert "I keep 1 grant" in page
    assert "By signing, you agree. to this and <script>that</script>" in page
    assert "<script>that" not in response.content.decode()
    assert f'name="form_token" value="{token}"' in response.content.decode()
    assert "Our records name you Pat Example." in page


def test_looking_changes_nothing(client: Client, token: str):
    for _ in range(2):
        client.get(f"/election/check/?form={token}")
        client.get("/election/check/")
    assert (Draft.objects.count(), Submission.objects.count()) == (1, 0)


def test_signing_records_the_form_and_shows_its_receipt(
    client: Client, token: str, employee: Employee
):
    response = sign(client, token)
    submission = Submission.objects.get()
    assert response.status_code == 303
    assert response.headers["Location"] == f"/submissions/{submission.receipt}/"
    assert (submission.employee, submission.kind, submission.timely) == (employee, "election", True)
    assert (submission.signature, submission.agreed) == ("Pat Example", True)
    assert str(submission.form_token) == token
    assert submission.submitted_by == employee.user
    assert {line.grant_number: line.choice for line in submission.lines.all()} == {
        "0001": "exchange",
        "0002": "keep",
        "0003": "exchange",
    }
    assert OutboxMessage.objects.get().submission == submission


def test_the_arrival_at_the_web_server_is_kept_as_evidence(client: Client, token: str):
    sign(client, token)
    arrived_at = Submission.objects.get().arrived_at
    assert arrived_at != DURING_OFFER  # the server's own clock, not the record's


def test_without_a_token_the_latest_form_is_shown(client: Client, token: str, nso: Grant):
    latest = fill_in(client, {"grant-0001": "keep", "grant-0002": "exchange"})
    assert f'value="{latest}"' in client.get("/election/check/").content.decode()


def test_without_any_form_the_page_leads_back_and_offers_the_decline(client: Client, iso: Grant):
    page = client.get("/election/check/")
    assert page.status_code == 200
    assert "Nothing to check yet" in words(page)
    assert 'href="/election/"' in page.content.decode()
    assert 'href="/election/decline/"' in page.content.decode()


@pytest.mark.parametrize("broken", ["", "x", UNKNOWN, UNKNOWN[:-1], "%00", "%ff%fe", "1" * 5000])
def test_a_token_that_is_not_known_is_said_clearly(client: Client, token: str, broken: str):
    opened = client.get(f"/election/check/?form={broken}")
    sent = client.post("/election/check/", {"form_token": broken, "signature": "P", "agree": "on"})
    for response in (opened, sent):
        assert response.status_code == 404
        assert "Nothing was recorded, and nothing on record has changed." in words(response)
        assert 'href="/election/check/"' in response.content.decode()
    assert Submission.objects.count() == 0


def test_a_form_without_any_token_does_not_submit_the_latest_draft(client: Client, token: str):
    assert client.post("/election/check/", {"signature": "P", "agree": "on"}).status_code == 404
    assert Submission.objects.count() == 0


def test_a_withdrawals_token_does_not_open_an_elections_page(
    client: Client, employee: Employee, iso: Grant
):
    elect(employee, iso)
    token = fill_in(client, {"withdraw-all": "on"}, "withdrawal")
    assert client.get(f"/election/check/?form={token}").status_code == 404
    assert sign(client, token).status_code == 404


def test_an_unsigned_form_comes_back_with_what_was_typed(client: Client, token: str):
    response = sign(client, token, signature="   ")
    page = response.content.decode()
    assert response.status_code == 422
    assert title(response).startswith("Error: ")
    sentence = "Please type your full name to sign this form."
    assert f'<a href="#id_signature">{sentence}</a>' in page
    assert words(response).count(sentence) == 2
    assert 'id="id_agree" checked' in page or 'checked id="id_agree"' in page
    assert Submission.objects.count() == 0


def test_terms_not_agreed_to_are_named_and_the_name_is_kept(client: Client, token: str):
    response = client.post("/election/check/", {"form_token": token, "signature": "Pat Example"})
    assert response.status_code == 422
    assert "Please read the terms and say that you agree to them." in words(response)
    assert 'value="Pat Example"' in response.content.decode()
    assert Submission.objects.count() == 0


@pytest.mark.parametrize("name", ["x" * 201, "Pat\0Example"])
def test_a_name_that_cannot_be_kept_is_refused_and_not_cut(client: Client, token: str, name: str):
    response = sign(client, token, signature=name)
    assert response.status_code == 422
    assert title(response).startswith("Error: ")
    assert Submission.objects.count() == 0


def test_the_longest_name_and_any_script_can_sign(client: Client, token: str):
    name = "Zoë 山田 " + "x" * 192
    sign(client, token, signature=name)
    assert Submission.objects.get().signature == name


def test_the_same_form_sent_again_gives_the_same_receipt(client: Client, token: str):
    first, again = sign(client, token), sign(client, token)
    assert first.headers["Location"] == again.headers["Location"]
    assert again.status_code == 303
    assert Submission.objects.count() == 1


def test_going_back_to_a_submitted_form_shows_its_receipt(client: Client, token: str):
    receipt = sign(client, token).headers["Location"]
    for path in (f"/election/check/?form={token}", "/election/check/"):
        response = client.get(path)
        assert (response.status_code, response.headers["Location"]) == (302, receipt)


def test_a_submitted_form_signed_otherwise_is_not_recorded_again(client: Client, token: str):
    receipt = sign(client, token).headers["Location"]
    response = sign(client, token, signature="Somebody Else")
    assert response.status_code == 409
    assert "the second one was not recorded" in words(response)
    assert f'href="{receipt}"' in response.content.decode()
    assert Submission.objects.count() == 1


@pytest.mark.parametrize("changed", [{"signature": ""}, {"grant-0002": "exchange"}])
def test_a_submitted_form_sent_again_in_bad_shape_is_not_called_unsent(
    client: Client, token: str, changed: dict[str, str]
):
    receipt = sign(client, token).headers["Location"]
    response = sign(client, token, **changed)
    assert response.status_code == 409
    assert f'href="{receipt}"' in response.content.decode()
    assert "Not submitted yet" not in words(response)


def test_answers_that_differ_from_what_was_checked_are_refused(client: Client, token: str):
    response = sign(client, token, **{"grant-0002": "exchange"})
    assert response.status_code == 422
    assert "This form was changed after it was checked" in words(response)
    assert "I exchange 2 grants" in words(response)
    assert Submission.objects.count() == 0


@pytest.mark.parametrize(
    "extra", [{"grant-0003": "exchange"}, {"grant-0001": ["exchange", "keep"]}]
)
def test_answers_added_to_what_was_checked_are_refused(client: Client, token: str, extra):
    assert sign(client, token, **extra).status_code == 422
    assert Submission.objects.count() == 0


def test_the_same_answers_sent_along_are_no_change(client: Client, token: str):
    response = sign(client, token, **{"grant-0001": "exchange", "grant-0002": "keep"})
    assert response.status_code == 303


def test_two_tabs_each_submit_their_own_answers_or_are_told_of_the_other(
    client: Client, employee: Employee, iso: Grant, nso: Grant
):
    first = fill_in(client, choices(exchange=(iso,), keep=(nso,)))
    second = fill_in(client, choices(exchange=(nso,), keep=(iso,)))
    receipt = sign(client, first).headers["Location"].split("/")[2]
    response = sign(client, second)
    page = words(response)
    assert response.status_code == 409
    assert "This one was not submitted." in page
    assert receipt in page
    assert "0001 2000 Stock Plan $6.00 1,000 Exchange Keep Differs" in page
    assert "0002 2000 Stock Plan $5.125 334 Keep Exchange Differs" in page
    assert Submission.objects.count() == 1


def test_from_a_conflict_one_can_go_on_with_ones_own_form(
    client: Client, offer: Offer, employee: Employee, iso: Grant, nso: Grant
):
    stale = fill_in(client, choices(exchange=(nso,), keep=(iso,)))
    first = elect(employee, iso, keep=(nso,))
    response = client.get(f"/election/check/?form={stale}")
    assert response.status_code == 409
    page = response.content.decode()
    assert '<input type="hidden" name="grant-0002" value="exchange">' in page
    again = fill_in(client, {"grant-0001": "keep", "grant-0002": "exchange"})
    assert first.receipt in words(client.get(f"/election/check/?form={again}"))
    assert sign(client, again).status_code == 303
    governing = queries.governing_submission(offer, employee)
    assert governing is not None
    assert (str(governing.form_token), governing.replaces) == (again, first)


def test_the_page_says_what_the_form_will_replace(client: Client, employee: Employee, iso: Grant):
    first = elect(employee, iso)
    token = fill_in(client, choices(exchange=(iso,)))
    page = words(client.get(f"/election/check/?form={token}"))
    assert "this form replaces your election of 10:00 AM PST on January 15, 2003" in page
    assert first.receipt in page


def test_a_roster_that_changed_meanwhile_is_said_and_nothing_is_recorded(
    client: Client, token: str, employee: Employee
):
    make_grant(employee, "0009")  # new, and so not answered for
    for response in (client.get(f"/election/check/?form={token}"), sign(client, token)):
        assert response.status_code == 422
        assert "Please say of grant 0009 whether you exchange or keep it." in words(response)
        assert "Submit my election" not in words(response)
    assert Submission.objects.count() == 0


def test_who_became_ineligible_meanwhile_is_refused_by_the_same_rules(
    client: Client, token: str, employee: Employee
):
    Employee.objects.filter(pk=employee.pk).update(left_on=date(2003, 1, 10))
    assert client.get(f"/election/check/?form={token}").status_code == 200
    response = sign(client, token)
    assert response.status_code == 403
    assert "your last day was January 10, 2003" in words(response)
    assert Submission.objects.count() == 0


def test_a_form_opened_in_time_and_sent_at_the_deadline_is_recorded_as_late(
    client: Client, token: str, portal_clock: SetClock
):
    portal_clock.set(EXPIRATION)
    assert "It will be recorded as late" in words(client.get(f"/election/check/?form={token}"))
    response = sign(client, token)
    assert response.status_code == 303
    assert not Submission.objects.get().timely
    receipt = client.get(response.headers["Location"])
    assert "Your election arrived late" in words(receipt)


def test_a_microsecond_before_the_deadline_is_in_time(
    client: Client, token: str, portal_clock: SetClock
):
    portal_clock.set(EXPIRATION - timedelta(microseconds=1))
    page = client.get(f"/election/check/?form={token}")
    assert "recorded as late" not in words(page)
    sign(client, token)
    assert Submission.objects.get().timely


def test_after_the_deadline_an_old_form_is_not_held_up_by_a_newer_one(
    client: Client, employee: Employee, token: str, iso: Grant, nso: Grant, portal_clock: SetClock
):
    governing = elect(employee, nso, keep=(iso,))
    portal_clock.set(EXPIRATION)
    page = words(client.get(f"/election/check/?form={token}"))
    assert f"What counts is your election {governing.receipt}, and this form does not" in page
    assert sign(client, token).status_code == 303
    assert [s.timely for s in Submission.objects.order_by("sequence")] == [True, False]


def test_one_person_cannot_submit_under_anothers_used_token(
    client: Client, token: str, offer: Offer
):
    sign(client, token)
    other = make_employee()
    make_grant(other)
    response = sign(signed_in(other), token)
    assert response.status_code == 404
    assert Submission.objects.count() == 1


def test_electing_again_is_possible_without_limit(client: Client, iso: Grant, nso: Grant):
    for number in range(3):
        submission = submit(client, choices(exchange=(iso,), keep=(nso,)))
        assert submission.sequence == number + 1
    assert Submission.objects.filter(replaces__isnull=True).count() == 1


def test_a_token_that_was_never_minted_here_records_nothing(client: Client, iso: Grant):
    assert sign(client, str(uuid.uuid4())).status_code == 404
    assert Submission.objects.count() == 0


def test_what_changed_since_the_form_was_checked_is_shown_and_nothing_is_recorded(
    client: Client, token: str, employee: Employee, iso: Grant
):
    Grant.objects.filter(pk=iso.pk).update(exercised=500, vested=0)
    make_required_grant(employee, "0009", granted=40)

    response = sign(client, token)

    assert response.status_code == 422
    page = words(response)
    assert (
        "1,000 shares to exchange for 750 when you checked it, 500 shares to exchange for" in page
    )
    assert "Grant 0009 has changed since you filled in this form: no part of this form when" in page
    assert Submission.objects.count() == 0


def test_terms_that_were_replaced_since_are_not_signed_unread(
    client: Client, terms: Document, token: str, offer: Offer
):
    Document.objects.create(
        offer=offer,
        slug=terms.slug,
        title=terms.title,
        position=3,
        version=2,
        sha256="2" * 64,
        text="Other terms.",
    )

    response = sign(client, token)

    assert response.status_code == 422
    assert "An offer document was replaced since you filled in this form" in words(response)
    assert Submission.objects.count() == 0


def test_after_the_deadline_a_form_is_recorded_as_late_whatever_has_changed(
    client: Client, token: str, iso: Grant, portal_clock: SetClock
):
    Grant.objects.filter(pk=iso.pk).update(exercised=500, vested=0)
    portal_clock.set(EXPIRATION)

    assert sign(client, token).status_code == 303
    assert not Submission.objects.get().timely


def test_someone_who_left_meanwhile_gets_a_late_receipt_that_says_both(
    client: Client, token: str, employee: Employee, portal_clock: SetClock
):
    Employee.objects.filter(pk=employee.pk).update(left_on=date(2003, 1, 17))
    portal_clock.set(EXPIRATION)

    response = sign(client, token)

    late = Submission.objects.get()
    assert response.headers["Location"] == f"/submissions/{late.receipt}/"
    page = words(client.get(f"/submissions/{late.receipt}/"))
    assert "Your election arrived late" in page
    assert "it does not count." in page
    assert "By our records of today the offer is not open to you either: " in page
    assert "January 17, 2003" in page.partition("not open to you either")[2]
    assert "I exchange" not in page
    assert "0001 2000 Stock Plan ISO April 2, 2001 $6.00 1,000 750" in page
