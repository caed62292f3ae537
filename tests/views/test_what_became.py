"""A form that does not count, on every page that says where its person stands."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from elections.models import Employee, Grant, Offer, Submission
from elections.models.submission import Verdict
from elections.services.status import effects_of
from tests.factory import DURING_OFFER, EXPIRATION, elect, make_employee, make_grant, withdraw
from tests.portal import SetClock
from tests.views.pages import choices, decide, extend, fill_in, signed_in, words

LEFT = date(2003, 1, 10)
NEVER_ANSWERED = ("You have not answered", "You had not answered", "not submitted anything")


@pytest.fixture
def election(employee: Employee, iso: Grant) -> Submission:
    return elect(employee, iso)


@pytest.fixture
def irregular(election: Submission) -> Submission:
    decide(election, Verdict.IRREGULAR, "Please sign with your full name.")
    return election


@pytest.fixture
def late(employee: Employee, iso: Grant, portal_clock: SetClock) -> Submission:
    portal_clock.set(EXPIRATION)
    return elect(employee, iso)


def leave(employee: Employee) -> None:
    Employee.objects.filter(pk=employee.pk).update(left_on=LEFT)


def front_page(client: Client) -> str:
    page = words(client.get("/"))
    assert not [said for said in NEVER_ANSWERED if said in page]
    return page


def test_the_front_page_says_why_a_form_was_found_irregular_and_that_one_can_submit_again(
    client: Client, irregular: Submission
):
    response = client.get("/")
    page = front_page(client)
    assert (
        "The Law Department found your election of January 15, 2003, 10:00 AM PST irregular, so"
        f" it does not count ( {irregular.receipt} ). Their reason: Please sign with your full"
        " name." in page
    )
    assert "No form of yours counts, so you keep all of your grants." in page
    assert "You can submit a new form before 9:00 PM PST on January 20, 2003" in page
    assert 'class="btn btn-primary btn-lg" href="/election/"' in response.content.decode()


def test_after_the_deadline_it_says_so_and_whom_to_write_to(
    client: Client, irregular: Submission, portal_clock: SetClock
):
    portal_clock.set(EXPIRATION)
    page = front_page(client)
    assert "irregular, so it does not count" in page
    assert "The offer has expired: a form sent now is late. Please write to" in page
    assert "You can submit a new form" not in page


def test_the_front_page_says_that_the_only_form_came_late(client: Client, late: Submission):
    page = front_page(client)
    assert (
        "Your election of January 20, 2003, 9:00 PM PST arrived late and does not count"
        f" ( {late.receipt} )" in page
    )
    assert "No form of yours counts, so you keep all of your grants." in page


def test_after_an_extension_the_late_form_still_does_not_count_and_can_be_sent_again(
    client: Client, offer: Offer, late: Submission
):
    extend(offer)
    page = front_page(client)
    assert "arrived late and does not count" in page
    assert "You can submit a new form before 9:00 PM PST on January 27, 2003" in page


def test_beside_what_counts_the_front_page_names_a_later_form_that_does_not(
    client: Client, employee: Employee, election: Submission, portal_clock: SetClock
):
    portal_clock.set(EXPIRATION)
    late = withdraw(employee)
    page = front_page(client)
    assert "Your election of January 15, 2003, 10:00 AM PST counts: 1 grant" in page
    assert f"arrived late and does not count ( {late.receipt} )" in page


def test_an_older_form_that_did_not_count_is_past_and_not_brought_up(
    client: Client, employee: Employee, irregular: Submission
):
    withdraw_nothing = elect(employee, *employee.grants.all())
    page = front_page(client)
    assert "irregular" not in page
    assert withdraw_nothing.receipt not in page  # it is summed up, and linked
    assert "counts: 1 grant, 1,000 shares" in page


def test_the_election_page_does_not_say_that_nothing_is_on_record(
    client: Client, irregular: Submission, iso: Grant
):
    fill_in(client, choices(exchange=(iso,)))
    page = words(client.get("/election/"))
    assert "did not sign. No form of yours counts so far." in page
    assert "on record" not in page


def test_the_history_says_by_which_rule_a_reinstated_form_is_used(
    client: Client, election: Submission, employee: Employee, portal_clock: SetClock
):
    portal_clock.set(EXPIRATION)
    late = withdraw(employee)
    extend(late.offer)
    decide(late, Verdict.REINSTATED, "The network was down.")
    page = words(client.get("/submissions/"))
    assert (
        f"{late.receipt} counts. The form used is the last one that arrived in time, or that the"
        " Law Department let count although late" in page
    )


def test_a_late_receipt_calls_what_counts_later_when_it_came_later(
    client: Client, offer: Offer, employee: Employee, late: Submission, portal_clock: SetClock
):
    extend(offer)
    portal_clock.tick(hours=1)
    anew = elect(employee, *employee.grants.all())
    page = words(client.get(f"/submissions/{late.receipt}/"))
    assert f"What counts is your later election {anew.receipt}" in page
    assert "earlier" not in page


def test_a_late_receipt_calls_what_counts_earlier_when_it_came_earlier(
    client: Client, election: Submission, employee: Employee, portal_clock: SetClock
):
    portal_clock.set(EXPIRATION)
    late = withdraw(employee)
    page = words(client.get(f"/submissions/{late.receipt}/"))
    assert f"What counts is your earlier election {election.receipt}" in page


def test_a_form_reinstated_and_then_replaced_does_not_say_that_it_counts(
    client: Client, offer: Offer, employee: Employee, late: Submission, portal_clock: SetClock
):
    extend(offer)
    decide(late, Verdict.REINSTATED, "The network was down.")
    receipt = f"/submissions/{late.receipt}/"
    assert "the Law Department lets it count all the same" in words(client.get(receipt))
    portal_clock.tick(hours=1)
    anew = withdraw(employee)
    page = words(client.get(receipt))
    assert "A later form has taken the place of this one." in page
    assert f"What counts is your withdrawal {anew.receipt}" in page
    assert "the Law Department had reinstated it: The network was down." in page
    assert "lets it count" not in page


def test_who_left_after_electing_is_told_that_law_decides_and_can_withdraw(
    client: Client, employee: Employee, election: Submission
):
    leave(employee)
    response = client.get("/election/")
    page = words(response)
    assert "your last day was January 10, 2003" in page
    assert f"Your election {election.receipt} of" in page
    assert "by it 1 grant is to be exchanged, 1,000 shares." in page
    assert "What becomes of that, the Law Department decides." in page
    assert "You can withdraw it before 9:00 PM PST on January 20, 2003" in page
    assert "Your options stay as they are" not in page
    assert "What becomes of your election, the Law Department decides." in front_page(client)


def test_after_the_deadline_who_left_is_not_told_that_they_can_withdraw(
    client: Client, employee: Employee, election: Submission, portal_clock: SetClock
):
    leave(employee)
    portal_clock.set(EXPIRATION)
    page = words(client.get("/election/"))
    assert "the Law Department decides" in page
    assert "You can withdraw" not in page


def test_who_left_after_withdrawing_keeps_everything(
    client: Client, employee: Employee, election: Submission
):
    withdraw(employee)
    leave(employee)
    page = words(client.get("/election/"))
    assert "by it you keep all of your grants" in page
    assert "the Law Department decides" not in page


def test_who_never_could_take_part_has_nothing_to_do(offer: Offer):
    employee = make_employee(country="GB")
    make_grant(employee)
    response = signed_in(employee).get("/election/")
    assert "Your options stay as they are" in words(response)
    assert 'href="/withdrawal/">Withdraw my' not in response.content.decode()


def test_a_receipt_offers_no_change_to_who_is_no_longer_eligible(
    client: Client, employee: Employee, election: Submission
):
    receipt = f"/submissions/{election.receipt}/"
    assert "you can change your answers or withdraw" in words(client.get(receipt))
    leave(employee)
    page = words(client.get(receipt))
    assert "change your answers" not in page
    assert "Until 9:00 PM PST on January 20, 2003 (midnight Eastern) you can withdraw." in page
    assert "your last day was January 10, 2003" in page
    assert "What becomes of this form, the Law Department decides." in page
    assert "you are issued a promise" not in page


@pytest.mark.parametrize("form", ["irregular", "late"])
def test_nor_does_the_receipt_of_a_form_that_does_not_count(
    client: Client, offer: Offer, employee: Employee, form: str, request: pytest.FixtureRequest
):
    submission = request.getfixturevalue(form)
    if form == "late":
        extend(offer)
    receipt = f"/submissions/{submission.receipt}/"
    assert "submit a new form" in words(client.get(receipt))
    leave(employee)
    assert "submit a new form" not in words(client.get(receipt))


def test_a_late_withdrawal_can_be_sent_again_by_who_is_no_longer_eligible(
    client: Client, offer: Offer, employee: Employee, election: Submission, portal_clock: SetClock
):
    portal_clock.set(EXPIRATION)
    late = withdraw(employee)
    extend(offer)
    leave(employee)
    page = words(client.get(f"/submissions/{late.receipt}/"))
    assert "The offer has been extended since: you can also withdraw again before" in page


def test_who_is_no_longer_eligible_is_not_told_to_elect_again_after_withdrawing(
    client: Client, employee: Employee, election: Submission
):
    again = "After a withdrawal you may elect again until the offer expires."
    assert again in words(client.get("/withdrawal/"))
    leave(employee)
    page = words(client.get("/withdrawal/"))
    assert "Withdraw my whole election" in page
    assert again not in page


def test_the_receipt_of_an_earlier_offer_tells_that_offers_days(
    client: Client, offer: Offer, election: Submission, portal_clock: SetClock
):
    Offer.objects.create(
        **{
            field.name: getattr(offer, field.name)
            for field in Offer._meta.fields
            if field.name not in ("id", "slug", "opens_on", "expiration", "required_from")
        },
        slug="next",
        opens_on=offer.opens_on + timedelta(days=300),
        expiration=offer.expiration + timedelta(days=400),
        required_from=offer.required_from + timedelta(days=300),
    )
    portal_clock.tick(days=300)
    content = words(client.get(f"/submissions/{election.receipt}/")).partition("Receipt code")[2]
    assert "With the expiration of the offer, the grants to be exchanged are canceled" in content
    assert "The new options are granted on about July 21, 2003" in content
    assert "2004" not in content
    assert "change your answers" not in content


def test_after_the_deadline_the_page_does_not_say_that_a_no_sent_now_keeps_all_grants(
    client: Client, election: Submission, portal_clock: SetClock
):
    portal_clock.set(EXPIRATION)
    page = words(client.get("/election/decline/"))
    assert "a no said now is recorded as late, and changes nothing by itself" in page
    assert "you keep all of your grants, and the reminders stop" not in page


def test_the_page_and_the_mail_say_the_same_of_who_left_after_electing(
    client: Client, employee: Employee, election: Submission
):
    [effect] = effects_of([(employee, {"left_on": LEFT})], offer=election.offer, at=DURING_OFFER)
    leave(employee)
    for page in (front_page(client), words(client.get("/election/"))):
        assert "What you elected will not be accepted unless the offer is open to you again" in page
        assert "your last day was January 10, 2003" in page
    assert "will not be accepted unless the offer is open to you again" in effect.effect
    assert "your last day was January 10, 2003" in effect.effect
    assert f"/submissions/{election.receipt}/" in client.get("/").content.decode()


def test_who_leaves_before_the_expiration_reads_what_the_mail_says(
    client: Client, employee: Employee, election: Submission
):
    leaves_on = date(2003, 1, 17)
    [effect] = effects_of(
        [(employee, {"left_on": leaves_on})], offer=election.offer, at=DURING_OFFER
    )
    Employee.objects.filter(pk=employee.pk).update(left_on=leaves_on)
    assert effect.effect.splitlines()[0] in front_page(client)


def test_who_leaves_after_the_offer_is_not_told_that_it_was_not_open_to_them(
    client: Client, employee: Employee, election: Submission, portal_clock: SetClock
):
    Employee.objects.filter(pk=employee.pk).update(left_on=date(2003, 2, 14))
    portal_clock.set(EXPIRATION + timedelta(days=60))
    page = front_page(client)
    assert "still employed when it expires" not in page
    assert "Our records give February 14, 2003 as your last day of employment." in page
    assert "Send a late form" not in page
    assert "you are issued a promise" in words(client.get(f"/submissions/{election.receipt}/"))
    assert "What counts is how you stood when the offer expired." in words(client.get("/election/"))


def test_who_has_not_answered_and_leaves_is_told_what_it_hangs_on(offer: Offer):
    employee = make_employee(left_on=date(2003, 1, 17))
    make_grant(employee)
    page = words(signed_in(employee).get("/"))
    assert "You have not answered yet." in page
    assert "What counts is whether you are still employed when the offer expires" in page


def test_who_stays_reads_nothing_of_leaving(client: Client, election: Submission):
    assert "last day of employment" not in front_page(client)
