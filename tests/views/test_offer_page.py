"""The front page: where I stand in one sentence, the offer, the documents, the sessions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from elections.models import Employee, Extension, Grant, InformationSession, Offer
from tests.factory import (
    DURING_OFFER,
    EXPIRATION,
    decline,
    elect,
    make_employee,
    make_required_grant,
    make_user,
    withdraw,
)
from tests.portal import SetClock
from tests.views.pages import signed_in, words


@pytest.fixture
def sessions(offer: Offer) -> None:
    InformationSession.objects.create(
        offer=offer,
        starts_at=datetime(2002, 12, 19, 23, 30, tzinfo=UTC),
        ends_at=datetime(2002, 12, 20, 0, 30, tzinfo=UTC),
        place="E-Net conference room",
        how_to_join="Pass code 394843#",
    )


def test_who_has_not_answered_is_told_so_and_led_to_the_grants(client: Client, iso: Grant):
    page = client.get("/")
    assert "You have not answered yet." in words(page)
    assert 'class="btn btn-primary btn-lg" href="/election/"' in page.content.decode()


def test_an_election_is_summed_up_with_its_required_grants(
    client: Client, employee: Employee, iso: Grant, nso: Grant, required: Grant
):
    elect(employee, iso, keep=(nso,))
    assert (
        "Your election of January 15, 2003, 10:00 AM PST counts: 2 grants, 1,500 shares,"
        " to be exchanged for a promise of 1,125 new ones." in words(client.get("/"))
    )


def test_a_withdrawal_says_what_is_still_exchanged(
    client: Client, employee: Employee, iso: Grant, nso: Grant
):
    elect(employee, iso, nso)
    withdraw(employee, iso)
    page = words(client.get("/"))
    assert "Your withdrawal of January 15, 2003, 10:00 AM PST counts: 1 grant, 334 shares" in page
    assert "still to be exchanged" in page


def test_a_whole_withdrawal_and_a_decline_say_that_all_is_kept(
    client: Client, employee: Employee, iso: Grant
):
    elect(employee, iso)
    withdraw(employee)
    assert "counts: you keep all of your grants" in words(client.get("/"))
    decline(employee)
    assert "counts: you do not take part" in words(client.get("/"))


def test_who_holds_only_required_grants_has_nothing_to_do(offer: Offer):
    employee = make_employee()
    make_required_grant(employee)
    page = words(signed_in(employee).get("/"))
    assert "there is nothing that you need to do" in page
    assert "You have not answered yet" not in page


def test_someone_outside_the_us_is_told_of_the_other_plan(offer: Offer):
    page = words(signed_in(make_employee(country="GB")).get("/"))
    assert "This offer is not open to you." in page
    assert "A different plan with comparable benefits is in preparation" in page
    assert "You have not answered yet" not in page


def test_who_became_ineligible_after_electing_still_sees_the_election(
    client: Client, employee: Employee, iso: Grant
):
    elect(employee, iso)
    Employee.objects.filter(pk=employee.pk).update(left_on=date(2003, 1, 10))
    page = words(client.get("/"))
    assert "1 grant, 1,000 shares" in page
    assert "your last day was January 10, 2003" in page
    assert "Change my election" not in page


def test_after_the_deadline_nobody_is_told_to_answer_in_time(
    client: Client, iso: Grant, portal_clock: SetClock
):
    portal_clock.set(EXPIRATION)
    page = words(client.get("/"))
    assert "You had not answered when the offer expired" in page
    assert "Send a late form" in page


def test_staff_without_an_employee_see_the_offer_and_the_way_to_the_admin(offer: Offer):
    page = signed_in(make_user(is_staff=True)).get("/")
    assert page.status_code == 200
    assert "Your account is not on the roster of employees" in words(page)
    assert 'href="/admin/"' in page.content.decode()


def test_a_visitor_sees_the_offer_but_no_dial_in_code(
    client: Client, sessions: None, employee: Employee
):
    page = Client().get("/")
    assert page.status_code == 200
    assert "The offer in six short answers" in words(page)
    assert 'href="/accounts/login/"' in page.content.decode()
    assert "394843" not in words(page)
    assert "Pass code 394843#" in words(client.get("/"))


def test_the_terms_on_the_page_are_those_of_the_offer(client: Client, iso: Grant):
    page = words(client.get("/"))
    assert "an exercise price of $3.01 or more a share" in page
    assert "75% of a share under a new option from the Lantronix 2000 Stock Plan" in page
    assert "on about July 21, 2003" in page
    assert "50% vests 6 months later, on about January 21, 2004" in page
    assert "in 24 equal monthly steps" in page
    assert "made to you on or after June 19, 2002" in page


def test_other_terms_make_another_page(offer: Offer):
    offer.ratio, offer.threshold_inclusive = offer.ratio / 2, False
    offer.save()
    page = words(Client().get("/"))
    assert "37.5% of a share" in page
    assert "more than $3.01 a share" in page


def test_sessions_are_told_in_the_offers_own_time_and_marked_when_over(
    client: Client, sessions: None, iso: Grant
):
    page = words(client.get("/"))
    assert "December 19, 2002, 3:30 PM PST to 4:30 PM PST Over" in page


def test_the_documents_are_listed_to_read(client: Client, iso: Grant):
    assert 'href="/documents/announcement-letter/">Announcement letter' in (
        client.get("/").content.decode()
    )


def test_an_extension_is_on_every_page_at_once(
    client: Client, offer: Offer, iso: Grant, portal_clock: SetClock
):
    Extension.objects.create(
        offer=offer,
        number=1,
        previous_expiration=EXPIRATION,
        expiration=EXPIRATION + timedelta(days=7),
        announced_at=DURING_OFFER,
        announced_by=make_user(),
        reason="More time",
    )
    for path in ("/", "/election/", "/submissions/"):
        page = words(client.get(path))
        assert "before 9:00 PM PST on January 27, 2003 (midnight Eastern), as extended" in page
    assert "on about July 28, 2003" in words(client.get("/"))
