"""The frame around every page of the admin: whose offer it is, the deadline, the demo's banner."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from elections.models import Employee, Offer, Submission, User
from tests.admin.pages import LIST, extend, offer_page, page, words
from tests.admin.people import signed_in
from tests.factory import EXPIRATION, elect, make_grant
from tests.portal import SetClock


@pytest.fixture
def submission(employee: Employee) -> Submission:
    return elect(employee, make_grant(employee))


@pytest.fixture
def addresses(offer: Offer, submission: Submission) -> list[str]:
    """A page of each kind: the first one, lists, Django's own pages, ours."""
    return [
        "/admin/",
        "/admin/elections/",
        LIST,
        f"{LIST}?governing=yes&_facets=True",
        page(submission),
        offer_page(offer),
        extend(offer),
        f"/admin/elections/employee/{submission.employee_id}/change/",
        f"/admin/elections/outboxmessage/{submission.mails.get().pk}/change/",
        "/admin/elections/user/add/",
    ]


def test_every_page_names_company_offer_and_deadline(
    super_client: Client, addresses: list[str]
) -> None:
    for address in addresses:
        response = super_client.get(address)
        shown = words(response)
        assert "Lantronix Voluntary Stock Option Exchange Program" in shown, address
        assert (
            "The offer ends at 9:00 PM PST on January 20, 2003 (midnight Eastern):"
            " 5 days, 11 hours left." in shown
        ), address
        assert "| Lantronix</title>" in response.content.decode(), address
        assert "Demonstration." not in shown, address


def test_after_the_deadline_every_page_says_that_the_offer_ended(
    law_client: Client, offer: Offer, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION - timedelta(microseconds=1))
    assert "The offer ends at 9:00 PM PST" in words(law_client.get("/admin/"))

    portal_clock.set(EXPIRATION)

    assert "The offer ended at 9:00 PM PST" in words(law_client.get("/admin/"))


def test_a_demo_says_so_on_every_page_with_its_clock(
    super_client: Client, addresses: list[str], settings: Settings
) -> None:
    settings.PORTAL_DEMO = True

    for address in addresses:
        assert (
            "Demonstration. Everyone in it is invented. Its clock shows"
            " 10:00 AM PST on January 15, 2003 (1:00 PM EST)" in words(super_client.get(address))
        ), address


def test_no_page_carries_a_script_or_style_that_the_browser_must_refuse(
    super_client: Client, addresses: list[str]
) -> None:
    for address in addresses:
        response = super_client.get(address)
        assert "script-src 'self'" in response["Content-Security-Policy"]
        content = response.content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", content), address


def test_the_first_page_leads_to_the_work_of_each(
    law_client: Client, hr_client: Client, offer: Offer
) -> None:
    law, hr = (client.get("/admin/").content.decode() for client in (law_client, hr_client))

    assert f"{LIST}?reviewed=unreviewed" in law
    assert extend(offer) not in law
    assert extend(offer) in hr


def test_the_admin_opens_before_any_offer_is_loaded(db: None) -> None:
    browser = signed_in(User.objects.create_superuser("root@example.com"))

    response = browser.get("/admin/")

    assert response.status_code == 200
    assert "Stock option exchange" in words(response)
    assert browser.get(LIST).status_code == 200


def test_signing_out_is_the_portals_own(law_client: Client) -> None:
    content = law_client.get("/admin/").content.decode()

    assert 'method="post" action="/accounts/logout/"' in content
    assert "/admin/logout/" not in content
