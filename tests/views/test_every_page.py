"""What holds for every page: one heading, labelled fields, nothing inline or from elsewhere."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client

from elections.models import Employee, Grant, Offer, Submission
from tests.factory import EXPIRATION, elect, make_employee
from tests.portal import SetClock
from tests.views.html_rules import Page
from tests.views.pages import choices, fill_in, sign, signed_in, title


def assert_sound(response: HttpResponse) -> None:
    assert Page(response.content.decode()).complaints() == []
    assert "style-src 'self'" in response.headers["Content-Security-Policy"]
    assert title(response).endswith("· Lantronix Voluntary Stock Option Exchange Program")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/compare/",
        "/compare/?new_price=1.50&prices=2+6+20&before=3",
        "/compare/?new_price=&prices=x",
        "/election/",
        "/election/check/",
        "/election/decline/",
        "/withdrawal/",
        "/withdrawal/check/",
        "/submissions/",
        "/account/",
        "/documents/announcement-letter/",
        "/election/check/?form=unknown",
        "/nothing/here/",
        "/accounts/logout/",
        "/accounts/password/set/",
    ],
)
def test_each_page_is_sound_with_and_without_an_election(
    client: Client, employee: Employee, iso: Grant, nso: Grant, required: Grant, cheap: Grant, path
):
    assert_sound(client.get(path))
    elect(employee, iso, keep=(nso,))
    assert_sound(client.get(path))


@pytest.mark.parametrize(
    "path", ["/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
)
def test_each_page_before_the_sign_in_is_sound(offer: Offer, path: str):
    assert_sound(Client().get(path))


def test_each_page_on_the_way_to_a_receipt_is_sound(
    client: Client, employee: Employee, iso: Grant, nso: Grant, required: Grant, cheap: Grant
):
    assert_sound(client.post("/election/", {"grant-0004": "exchange"}))
    token = fill_in(client, choices(exchange=(iso,), keep=(nso,)))
    assert_sound(client.get("/election/"))
    assert_sound(client.get(f"/election/check/?form={token}"))
    assert_sound(sign(client, token, signature="", agree=""))
    assert_sound(client.get(sign(client, token).headers["Location"]))
    assert_sound(sign(client, token, signature="Another"))
    assert_sound(client.post("/withdrawal/", {}))
    withdrawal = fill_in(client, {"withdraw-0001": "on"}, "withdrawal")
    assert_sound(client.get(f"/withdrawal/check/?form={withdrawal}"))
    stale = fill_in(client, choices(exchange=(nso,), keep=(iso,)))
    sign(client, withdrawal, "withdrawal")
    assert_sound(sign(client, stale))
    assert_sound(client.get("/submissions/"))


def test_pages_after_the_deadline_are_sound(
    client: Client, employee: Employee, iso: Grant, portal_clock: SetClock
):
    elect(employee, iso)
    portal_clock.set(EXPIRATION)
    token = fill_in(client, choices(exchange=(iso,)))
    assert_sound(client.get(f"/election/check/?form={token}"))
    assert_sound(client.get(sign(client, token).headers["Location"]))
    assert not Submission.objects.latest("sequence").timely


def test_the_page_for_someone_who_is_not_eligible_is_sound(offer: Offer):
    client = signed_in(make_employee(country="GB", is_director=True))
    for path in ("/", "/election/", "/election/decline/"):
        assert_sound(client.get(path))


def test_the_rules_do_find_what_is_wrong():
    page = Page(
        '<title>x</title><main><h1>a</h1><h3 id="i">b</h3><h1 id="i">c</h1>'
        '<input name="f"><a href="#gone" style="x">d</a><img src="//elsewhere"></main>'
    )
    assert sorted(page.complaints()) == [
        "2 h1",
        "field f has no label",
        "h3 follows h1",
        "id i stands 2 times",
        "img leads elsewhere: //elsewhere",
        "inline style",
        "nothing has the id gone",
    ]
