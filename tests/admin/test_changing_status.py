"""HR changes someone's status: form, preview with the mail to come, confirmation, refusals."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from elections.models import AuditEntry, Employee, Offer, OutboxMessage, StatusChange, User
from elections.services.change_status import StatusChanged, Wish, change_status
from elections.services.status import standing_of
from tests.admin.pages import words
from tests.admin.people import signed_in
from tests.factory import elect, make_employee, make_grant, make_user, withdraw
from tests.portal import SetClock

LIST = "/admin/elections/statuschange/"
PERSON = "/admin/elections/employee/"


def address(employee: Employee) -> str:
    return f"{PERSON}{employee.pk}/status/"


def fields_of(response: HttpResponse) -> dict[str, str]:
    """What a browser sends of the form on this page, but for the button."""
    body = response.content.decode().partition('id="content-main"')[2]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", body):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        ticked = found.get("type") != "checkbox" or " checked" in tag
        if ticked:
            empty = "on" if found.get("type") == "checkbox" else ""
            sent[found["name"]] = html.unescape(found.get("value", empty))
    for name, text in re.findall(r'<textarea name="(\w+)"[^>]*>\n?([^<]*)</textarea>', body):
        sent[name] = html.unescape(text)
    for name, options in re.findall(r'<select name="(\w+)"[^>]*>(.*?)</select>', body, re.DOTALL):
        sent[name] = re.findall(r'value="(\w+)" selected', options)[0]
    return {name: re.sub("\r?\n", "\r\n", value) for name, value in sent.items()}


def send(client: Client, page: HttpResponse, employee: Employee, step: str, **typed: Any) -> Any:
    """Fill in `typed` on that page and press the button of `step`."""
    filled = fields_of(page) | {"step": step} | typed
    return client.post(address(employee), {k: v for k, v in filled.items() if v is not None})


def preview(client: Client, employee: Employee, **typed: Any) -> HttpResponse:
    form = client.get(address(employee))
    response: HttpResponse = send(
        client, form, employee, "preview", **{"reason": "Told by phone."} | typed
    )
    return response


def change(employee: Employee, actor: User, **new: Any) -> StatusChange:
    """A colleague's change."""
    employee.refresh_from_db()
    wish = Wish(expected=standing_of(employee), new=new, reason="Told by mail.")
    outcome = change_status(actor=actor, employee=employee, wish=wish)
    assert isinstance(outcome, StatusChanged)
    return outcome.change


def test_the_form_begins_as_the_roster_has_it(hr_client: Client, offer: Offer) -> None:
    employee = make_employee(left_on=date(2003, 3, 4), is_director=True, employment="intern")

    sent = fields_of(hr_client.get(address(employee)))

    assert sent["country"] == sent["seen-country"] == "US"
    assert sent["employment"] == sent["seen-employment"] == "intern"
    assert sent["hired_on"] == sent["seen-hired_on"] == "2001-03-01"
    assert sent["left_on"] == sent["seen-left_on"] == "2003-03-04"
    assert (sent["is_director"], sent["seen-is_director"]) == ("on", "True")
    assert ("on_leave" in sent, sent["seen-on_leave"]) == (False, "False")


def test_the_preview_shows_what_differs_and_the_mail_to_the_letter_and_changes_nothing(
    hr_client: Client, employee: Employee
) -> None:
    submission = elect(employee, make_grant(employee))

    response = preview(hr_client, employee, country="GB")

    shown = words(response)
    assert response.status_code == 200
    assert "Country of work Now the U.S., will be GB" in shown
    assert "Their election Affected. It stays on record as it is" in shown
    assert "A change in our records: what it means for you in the Voluntary" in shown
    assert f"By your election {submission.receipt}, received at" in shown
    assert "Change it and mail" in shown
    assert Employee.objects.get(pk=employee.pk).country == "US"
    assert not StatusChange.objects.exists()


def test_what_the_preview_showed_is_what_is_recorded_and_mailed(
    hr_client: Client, hr: User, employee: Employee
) -> None:
    elect(employee, make_grant(employee))
    shown = preview(hr_client, employee, left_on="2003-01-17", on_leave="on")

    response = send(hr_client, shown, employee, "confirm")

    assert (response.status_code, response["Location"]) == (302, f"{PERSON}{employee.pk}/change/")
    recorded = StatusChange.objects.get()
    assert recorded.effect == fields_of(shown)["shown"].replace("\r\n", "\n")
    assert (recorded.changed_by, recorded.reason) == (hr, "Told by phone.")
    assert recorded.after == {"left_on": "2003-01-17", "on_leave": True}
    assert OutboxMessage.objects.get(kind="status").status_change == recorded
    employee.refresh_from_db()
    assert (employee.left_on, employee.on_leave) == (date(2003, 1, 17), True)
    page = words(hr_client.get(response["Location"]))
    assert "is changed. This person is being mailed what it means." in page
    assert "Last day employed: January 17, 2003 (before: none)" in page
    assert "On a leave of absence: Yes" in page


def test_where_nothing_happens_to_the_person_the_preview_says_so(
    hr_client: Client, offer: Offer
) -> None:
    employee = make_employee(country="GB")

    shown = preview(hr_client, employee, country="FR")
    response = send(hr_client, shown, employee, "confirm")

    assert "is not mailed: nothing changes in the offer for this person." in words(shown)
    assert "not mailed" in words(hr_client.get(response["Location"]))
    assert StatusChange.objects.get().effect == ""
    assert not OutboxMessage.objects.exists()


def test_a_day_can_be_taken_away_and_a_box_unticked(hr_client: Client, offer: Offer) -> None:
    employee = make_employee(left_on=date(2003, 1, 10), on_leave=True)

    shown = preview(hr_client, employee, left_on="", on_leave=None)
    send(hr_client, shown, employee, "confirm")

    employee.refresh_from_db()
    assert (employee.left_on, employee.on_leave) == (None, False)


def test_back_from_the_preview_every_word_is_kept(hr_client: Client, employee: Employee) -> None:
    shown = preview(hr_client, employee, country="GB", reason="Moved\nto London.")

    sent = fields_of(send(hr_client, shown, employee, "edit"))

    assert (sent["country"], sent["reason"]) == ("GB", "Moved\r\nto London.")
    assert sent["seen-country"] == "US"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "The roster says this already"),
        ({"country": "USA"}, "at most 2 characters"),
        ({"country": "us"}, "two-letter code such as US"),
        ({"country": ""}, "Please give the country of work."),
        ({"hired_on": ""}, "Please give the hire date."),
        ({"left_on": "soon"}, "Please give the day as 2003-01-27"),
        ({"left_on": "0003-01-27"}, "Please check the year."),
        ({"left_on": "2001-02-28"}, "The last day employed cannot come before the hire date."),
        ({"on_leave": "on", "reason": " "}, "Please give a reason"),
        ({"employment": "pirate"}, "Select a valid choice"),
    ],
)
@pytest.mark.parametrize("step", ["preview", "confirm"])
def test_what_makes_no_sense_is_refused_with_every_word_kept(
    hr_client: Client, employee: Employee, step: str, typed: dict[str, str], sentence: str
) -> None:
    form = hr_client.get(address(employee))

    response = send(
        hr_client, form, employee, step, **{"reason": "Why not.", "is_director": None} | typed
    )

    assert response.status_code == 422
    assert sentence in words(response)
    assert "Nothing was changed." in words(response)
    assert not StatusChange.objects.exists()


@pytest.mark.parametrize("step", ["preview", "confirm"])
def test_a_colleagues_change_is_told_and_not_undone(
    hr_client: Client, law: User, employee: Employee, step: str
) -> None:
    form = hr_client.get(address(employee))
    change(employee, law, on_leave=True)

    response = send(hr_client, form, employee, step, country="GB", reason="Moved.")

    assert response.status_code == 422
    assert "The roster was changed since you opened this page." in words(response)
    sent = fields_of(response)
    assert (sent["country"], sent["on_leave"], sent["reason"]) == ("GB", "on", "Moved.")
    assert (sent["seen-country"], sent["seen-on_leave"]) == ("US", "True")
    assert StatusChange.objects.count() == 1
    again = send(hr_client, response, employee, "preview")
    assert send(hr_client, again, employee, "confirm").status_code == 302
    assert StatusChange.objects.first().after == {"country": "GB"}


def test_a_form_that_came_in_since_the_preview_is_shown_in_a_new_one(
    hr_client: Client, employee: Employee, portal_clock: SetClock
) -> None:
    elect(employee, make_grant(employee))
    shown = preview(hr_client, employee, country="GB")
    portal_clock.tick(minutes=1)
    withdraw(employee)

    response = send(hr_client, shown, employee, "confirm")

    assert response.status_code == 422
    assert "What this change does has changed since you were shown it" in words(response)
    assert "to be exchanged" not in words(response)
    assert not StatusChange.objects.exists()
    assert send(hr_client, response, employee, "confirm").status_code == 302


def test_pressing_twice_changes_once(hr_client: Client, employee: Employee) -> None:
    shown = preview(hr_client, employee, country="GB")

    assert send(hr_client, shown, employee, "confirm").status_code == 302
    assert send(hr_client, shown, employee, "confirm").status_code == 422
    assert StatusChange.objects.count() == 1


def test_a_form_without_what_was_seen_changes_nothing(
    hr_client: Client, employee: Employee
) -> None:
    filled = fields_of(hr_client.get(address(employee)))
    bare = {name: value for name, value in filled.items() if not name.startswith("seen-")}

    response = hr_client.post(
        address(employee), bare | {"step": "confirm", "country": "GB", "reason": "Moved."}
    )

    assert response.status_code == 422
    assert Employee.objects.get(pk=employee.pk).country == "US"


def test_nobody_of_hr_changes_their_own(hr: User, hr_client: Client) -> None:
    own = make_employee(user=hr)

    response = preview(hr_client, own, country="GB")

    assert response.status_code == 422
    assert "This is about yourself." in words(response)


def test_a_name_with_markup_is_shown_and_not_run(hr_client: Client, offer: Offer) -> None:
    employee = make_employee(name="<script>alert(1)</script>")

    body = preview(hr_client, employee, country="GB").content.decode()

    assert "<script>alert" not in body


def test_whoever_may_change_it_finds_the_way_and_others_do_not(
    hr_client: Client, law_client: Client, auditor_client: Client, employee: Employee
) -> None:
    page = f"{PERSON}{employee.pk}/change/"

    assert address(employee) in hr_client.get(page).content.decode()
    for client in (law_client, auditor_client):
        assert address(employee) not in client.get(page).content.decode()


@pytest.mark.parametrize("reader", ["law_client", "hr_client", "auditor_client"])
def test_each_change_is_read_whole_by_those_who_watch(
    request: pytest.FixtureRequest, reader: str, employee: Employee, hr: User
) -> None:
    recorded = change(employee, hr, left_on=date(2003, 1, 10))
    client: Client = request.getfixturevalue(reader)

    listed = words(client.get(LIST))
    shown = words(client.get(f"{LIST}{recorded.pk}/change/"))

    for page in (listed, shown):
        assert "Last day employed: January 10, 2003 (before: none)" in page
        assert "Hanna Resources" in page
        assert "Not sent yet" in page
    assert "By our records this offer is not open to you any more." in shown
    assert "Told by mail." in shown
    assert AuditEntry.objects.get(act="status").actor == hr


def test_the_mail_leads_to_the_change(hr_client: Client, employee: Employee, hr: User) -> None:
    recorded = change(employee, hr, country="GB")
    mail = OutboxMessage.objects.get()

    body = hr_client.get(f"/admin/elections/outboxmessage/{mail.pk}/change/").content.decode()

    assert f"{LIST}{recorded.pk}/change/" in body


@pytest.mark.parametrize("count", [1, 3])
def test_pages_with_changes_take_the_same_number_of_queries(
    hr_client: Client,
    employee: Employee,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(count):
        change(employee, make_user(), left_on=date(2003, 1, 5 + n))

    with django_assert_num_queries(10):
        hr_client.get(f"{PERSON}{employee.pk}/change/")
    with django_assert_num_queries(11):
        hr_client.get(LIST)


@pytest.mark.parametrize("count", [1, 3])
def test_the_preview_takes_the_same_number_of_queries_for_any_election(
    hr_client: Client,
    employee: Employee,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    elect(employee, *(make_grant(employee) for _ in range(count)))
    form = hr_client.get(address(employee))

    with django_assert_num_queries(11):
        send(hr_client, form, employee, "preview", country="GB", reason="Moved.")


def test_a_signed_out_browser_is_not_shown_anybody(employee: Employee) -> None:
    assert Client().get(address(employee)).status_code == 302
    assert signed_in(employee.user).get(address(employee)).status_code == 302
