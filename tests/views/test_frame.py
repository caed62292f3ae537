"""The frame around every page: the deadline strip, the demo banner, who I am, whom to ask."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory

from elections import clock
from elections.context import portal, portal_of
from elections.models import Employee, Grant, Offer
from tests.factory import EXPIRATION, make_user
from tests.portal import SetClock
from tests.views.pages import signed_in, words

SECOND = timedelta(seconds=1)


def strip(client: Client) -> str:
    """The deadline strip, as HTML."""
    page = client.get("/").content.decode()
    return re.search(r'<div class="deadline.*?</div>', page, re.S)[0]  # type: ignore[index]


@pytest.mark.parametrize(
    ("before", "classes", "left"),
    [
        (timedelta(days=5, hours=11), "deadline", "5 days, 11 hours"),
        (timedelta(hours=24, seconds=1), "deadline", "1 day"),
        (timedelta(hours=24), "deadline is-soon", "1 day"),
        (timedelta(minutes=59, seconds=59), "deadline is-soon", "59 minutes"),
        (timedelta(microseconds=1), "deadline is-soon", "less than a minute"),
    ],
)
def test_the_strip_says_what_is_left(
    client: Client, portal_clock: SetClock, before: timedelta, classes: str, left: str
):
    portal_clock.set(EXPIRATION - before)
    html = strip(client)
    assert f'<div class="{classes}"' in html
    assert f"<b data-words>{left}</b>" in html
    assert f'data-seconds-left="{before // SECOND}"' in html


@pytest.mark.parametrize("after", [timedelta(0), timedelta(microseconds=1), timedelta(days=900)])
def test_once_it_has_passed_the_strip_says_what_becomes_of_a_form(
    client: Client, portal_clock: SetClock, after: timedelta
):
    portal_clock.set(EXPIRATION + after)
    html = strip(client)
    assert "is-passed" in html
    assert "The offer expired at 9:00 PM PST on January 20, 2003 (midnight Eastern)." in html
    assert "A form sent now is recorded as late." in html
    assert "data-seconds-left" not in html


def test_nothing_on_a_page_is_ever_disabled(client: Client, iso: Grant, portal_clock: SetClock):
    portal_clock.set(EXPIRATION)
    client.post("/election/", {"grant-0001": "exchange"})
    for path in ("/election/", "/election/check/", "/election/decline/"):
        assert "disabled" not in client.get(path).content.decode()


def test_one_request_reads_the_clock_once(client: Client, iso: Grant, monkeypatch):
    readings = []
    read = clock.database_clock
    monkeypatch.setattr(clock, "database_clock", lambda: readings.append(1) or read())
    client.get("/election/")
    assert len(readings) == 1


def test_the_offer_and_the_instant_are_shared_by_view_and_frame(offer: Offer, portal_clock):
    request = RequestFactory().get("/")
    first = portal_of(request).at
    portal_clock.tick(seconds=1)
    assert portal(request)["portal"] is portal_of(request)
    assert portal_of(request).at == first


def test_without_an_offer_what_depends_on_it_cannot_be_asked_for(db: None):
    nothing = portal_of(RequestFactory().get("/"))
    assert nothing.offer is None
    for name in ("terms", "deadline", "timetable"):
        with pytest.raises(Offer.DoesNotExist):
            getattr(nothing, name)


def test_outside_the_demo_there_is_no_banner(client: Client, iso: Grant):
    assert "Demonstration" not in words(client.get("/"))


def test_in_the_demo_every_page_shows_its_clock(client: Client, iso: Grant, settings):
    settings.PORTAL_DEMO = True
    for path in ("/", "/election/", "/nothing/", "/accounts/logout/"):
        page = words(client.get(path))
        assert "Demonstration. Everyone in it is invented." in page
        assert "Its clock shows 10:00 AM PST on January 15, 2003 (1:00 PM EST)" in page


def test_the_frame_says_who_i_am_how_to_leave_and_whom_to_ask(
    client: Client, employee: Employee, settings
):
    page = client.get("/")
    assert str(employee.user) in words(page)
    assert '<form method="post" action="/accounts/logout/">' in page.content.decode()
    assert "Vincent Roth, Michael Oswald, " + settings.PORTAL_LAW_EMAIL in words(page)
    assert settings.PORTAL_HR_EMAIL in words(page)


def test_staff_are_led_to_the_admin_and_employees_are_not(client: Client, offer: Offer):
    staff = signed_in(make_user(is_staff=True))
    assert 'href="/admin/"' in staff.get("/").content.decode()
    assert 'href="/admin/"' not in client.get("/").content.decode()


def test_the_page_one_is_on_is_marked(client: Client, iso: Grant):
    for path in ("/", "/election/", "/compare/", "/withdrawal/", "/submissions/"):
        page = client.get(path).content.decode()
        assert re.findall(r'href="([^"]+)" aria-current="page"', page) == [path]


def test_scripts_and_styles_are_files_of_our_own(client: Client, iso: Grant):
    page = client.get("/election/").content.decode()
    loaded = re.findall(r'<(?:script src|link rel="stylesheet" href)="([^"]+)"', page)
    assert loaded == [
        "/static/bootstrap/css/bootstrap.min.css",
        "/static/portal/theme.css",
        "/static/portal/portal.css",
        "/static/portal/frame.css",
        "/static/portal/forms.css",
        "/static/portal/grants.css",
        "/static/portal/pages.css",
        "/static/portal/way.css",
        "/static/portal/time_out.css",
        "/static/portal/print.css",
        "/static/portal/frame.js",
        "/static/portal/countdown.js",
        "/static/portal/time_out.js",
        "/static/portal/election.js",
        "/static/portal/compare.css",
        "/static/portal/compare.js",
    ]
    for path in loaded:
        assert client.get(path).status_code == 200
