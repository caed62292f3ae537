"""HR extends the offer: form, preview, confirmation, and every refusal with the words kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from elections import queries
from elections.admin.whens import only_instant
from elections.models import Employee, Extension, Offer, OutboxMessage, User
from elections.services.extend import extend_offer
from tests.admin.pages import extend, offer_page, words
from tests.factory import (
    EXPIRATION,
    decline,
    elect,
    make_employee,
    make_grant,
    make_required_grant,
    withdraw,
)
from tests.portal import SetClock

NEW = datetime(2003, 1, 28, 5, 0, tzinfo=UTC)  # 9:00 PM PST on January 27, 2003
FORM = {"day": "2003-01-27", "time": "21:00", "reason": "The filing took longer."}


def send(client: Client, offer: Offer, step: str, **changes: str) -> HttpResponse:
    """Send the form as HR sees it before any extension, at that step, with `changes`."""
    form = FORM | {"expected": EXPIRATION.isoformat(), "step": step} | changes
    return client.post(extend(offer), form)


def refused(response: HttpResponse, sentence: str, **typed: str) -> None:
    """The form came back with that sentence and everything typed, and the deadline stands."""
    assert response.status_code == 422
    content, shown = response.content.decode(), words(response)
    assert "<title>Error: " in content
    assert "The offer was not extended." in shown
    assert sentence in shown
    kept = FORM | typed
    assert f'value="{kept["day"]}"' in content
    assert f'value="{kept["time"]}"' in content
    assert f">\n{kept['reason']}</textarea>" in content
    assert not Extension.objects.exists()
    assert not OutboxMessage.objects.filter(kind="extension").exists()


def test_the_form_shows_the_deadline_in_force_and_the_zone(hr_client: Client, offer: Offer) -> None:
    response = hr_client.get(extend(offer))

    shown = words(response)
    assert "The offer ends at 9:00 PM PST on January 20, 2003 (midnight Eastern)." in shown
    assert "New deadline, in Pacific time" in shown
    content = response.content.decode()
    assert f'name="expected" value="{EXPIRATION.isoformat()}"' in content
    assert 'type="date"' in content
    assert 'value="21:00"' in content


def test_the_page_of_the_offer_leads_hr_to_the_form_and_nobody_else(
    hr_client: Client, law_client: Client, offer: Offer
) -> None:
    assert extend(offer) in hr_client.get(offer_page(offer)).content.decode()
    assert extend(offer) not in law_client.get(offer_page(offer)).content.decode()


def test_the_preview_says_what_will_happen_and_does_none_of_it(
    hr_client: Client, offer: Offer, employee: Employee
) -> None:
    elect(employee, make_grant(employee), make_grant(employee))
    other = make_employee()
    make_required_grant(other)
    elect(other, make_grant(other))
    decline(other)
    make_employee(country="DE")

    response = send(hr_client, offer, "preview")

    assert response.status_code == 200
    shown = words(response)
    for expected in (
        "Nothing has happened yet.",
        "Ends now at 9:00 PM PST on January 20, 2003 (midnight Eastern)",
        "Will end at 9:00 PM PST on January 27, 2003 (midnight Eastern)",
        "Reason The filing took longer.",
        "Mailed the new deadline 2 people",
        "To be announced by 6:00 AM PST on January 21, 2003 (9:00 AM EST)",
        "Turned in so far 2,000 shares in 2 grants, by 1 person",
        "Late submissions None so far. What was late stays late",
        "Day of the new options Moves from July 21, 2003 to July 28, 2003",
        "Extend the offer and mail 2 people",
    ):
        assert expected in shown, expected
    assert "This time has passed" not in shown
    assert not Extension.objects.exists()
    assert not OutboxMessage.objects.filter(kind="extension").exists()


def test_what_was_withdrawn_does_not_count_as_turned_in(
    hr_client: Client, offer: Offer, employee: Employee, portal_clock: SetClock
) -> None:
    first, second = make_grant(employee), make_grant(employee)
    elect(employee, first, second)
    portal_clock.tick(minutes=1)
    withdraw(employee, first)

    assert "Turned in so far 1,000 shares in 1 grant, by 1 person" in words(
        send(hr_client, offer, "preview")
    )


def test_the_confirmed_preview_extends_and_mails(
    hr_client: Client, hr: User, offer: Offer, employee: Employee, portal_clock: SetClock
) -> None:
    preview = send(hr_client, offer, "preview")
    form = preview.context["form"]
    confirmed = {name: form[name].value() for name in FORM}

    response = hr_client.post(
        extend(offer),
        confirmed | {"expected": preview.context["expected"], "step": "confirm"},
    )

    assert (response.status_code, response["Location"]) == (302, offer_page(offer))
    extension = Extension.objects.get()
    assert (extension.previous_expiration, extension.expiration) == (EXPIRATION, NEW)
    assert (extension.announced_by, extension.reason) == (hr, "The filing took longer.")
    mail = OutboxMessage.objects.get(kind="extension")
    assert (mail.employee, mail.extension) == (employee, extension)
    shown = words(hr_client.get(offer_page(offer)))
    assert (
        "The offer now ends at 9:00 PM PST on January 27, 2003 (midnight Eastern). 1 person is"
        " being mailed the new deadline." in shown
    )
    assert queries.deadline_in_force(queries.current_offer(), at=portal_clock.instant) == NEW


def test_going_back_from_the_preview_keeps_everything_typed(
    hr_client: Client, offer: Offer
) -> None:
    response = send(hr_client, offer, "edit", reason="Half <written>")

    assert response.status_code == 200
    content = response.content.decode()
    assert 'value="2003-01-27"' in content
    assert 'value="21:00"' in content
    assert "Half &lt;written&gt;</textarea>" in content
    assert "The offer was not extended." not in words(response)
    assert not Extension.objects.exists()


STEPS = ["preview", "confirm"]
LATER_ONLY = "An extension can only move the expiration later."


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("day", "time"), [("2003-01-20", "21:00"), ("2003-01-20", "20:59")])
def test_the_deadline_neither_stays_nor_moves_earlier(
    hr_client: Client, offer: Offer, step: str, day: str, time: str
) -> None:
    refused(send(hr_client, offer, step, day=day, time=time), LATER_ONLY, day=day, time=time)


def test_a_minute_later_is_later(hr_client: Client, offer: Offer) -> None:
    response = send(hr_client, offer, "confirm", day="2003-01-20", time="21:01")

    assert response.status_code == 302
    assert Extension.objects.get().expiration == EXPIRATION + timedelta(minutes=1)


@pytest.mark.parametrize("step", STEPS)
def test_an_expiration_that_has_passed_already_is_refused(
    hr_client: Client, offer: Offer, portal_clock: SetClock, step: str
) -> None:
    portal_clock.set(NEW)

    refused(send(hr_client, offer, step), "The new expiration has already passed.")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("reason", ["", "   "])
def test_an_extension_needs_a_reason(
    hr_client: Client, offer: Offer, step: str, reason: str
) -> None:
    response = send(hr_client, offer, step, reason=reason)

    refused(response, "Reason : Please give a reason", reason=reason)


@pytest.mark.parametrize("step", STEPS)
def test_a_deadline_that_someone_else_moved_meanwhile_is_shown_before_it_is_moved_again(
    hr_client: Client, superuser: User, offer: Offer, step: str
) -> None:
    moved = EXPIRATION + timedelta(days=2)
    extend_offer(
        actor=superuser, offer=offer, expected=EXPIRATION, expiration=moved, reason="A storm."
    )

    response = send(hr_client, offer, step)

    assert response.status_code == 422
    shown, content = words(response), response.content.decode()
    assert "The expiration was changed while you filled in this form." in shown
    assert "The offer ends at 9:00 PM PST on January 22, 2003 (midnight Eastern)." in shown
    assert f'name="expected" value="{moved.isoformat()}"' in content
    assert 'value="2003-01-27"' in content
    assert Extension.objects.count() == 1


@pytest.mark.parametrize("expected", ["", "yesterday", "2003-01-21T05:00:00.000001+00:00"])
@pytest.mark.parametrize("step", STEPS)
def test_a_tampered_deadline_extends_nothing(
    hr_client: Client, offer: Offer, step: str, expected: str
) -> None:
    assert send(hr_client, offer, step, expected=expected).status_code == 422
    assert not Extension.objects.exists()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    ("day", "time", "sentence"),
    [
        ("2003-04-06", "02:30", "Clocks are set forward that night and never show this time."),
        ("2003-10-26", "01:30", "Clocks are set back that night and show this time twice."),
    ],
)
def test_a_time_that_clocks_skip_or_repeat_is_refused(
    hr_client: Client, offer: Offer, step: str, day: str, time: str, sentence: str
) -> None:
    response = send(hr_client, offer, step, day=day, time=time)

    refused(response, sentence, day=day, time=time)


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        (datetime(2003, 4, 6, 1, 59), datetime(2003, 4, 6, 9, 59, tzinfo=UTC)),
        (datetime(2003, 4, 6, 3, 0), datetime(2003, 4, 6, 10, 0, tzinfo=UTC)),
        (datetime(2003, 10, 26, 0, 59), datetime(2003, 10, 26, 7, 59, tzinfo=UTC)),
        (datetime(2003, 10, 26, 2, 0), datetime(2003, 10, 26, 10, 0, tzinfo=UTC)),
        (datetime(2003, 4, 7, 21, 0), datetime(2003, 4, 8, 4, 0, tzinfo=UTC)),
    ],
)
def test_a_time_beside_a_change_of_clocks_is_one_instant(wall: datetime, instant: datetime) -> None:
    assert only_instant(wall, "America/Los_Angeles") == instant


@pytest.mark.parametrize(
    "wall",
    [
        datetime(2003, 4, 6, 2, 0),
        datetime(2003, 4, 6, 2, 59),
        datetime(2003, 10, 26, 1, 0),
        datetime(2003, 10, 26, 1, 59),
    ],
)
def test_the_first_and_the_last_minute_of_a_skipped_or_repeated_hour_are_no_instant(
    wall: datetime,
) -> None:
    with pytest.raises(ValueError, match="Clocks are set"):
        only_instant(wall, "America/Los_Angeles")


def test_an_extension_into_summer_time_says_so(hr_client: Client, offer: Offer) -> None:
    response = send(hr_client, offer, "preview", day="2003-04-07")

    assert "Will end at 9:00 PM PDT on April 7, 2003 (midnight Eastern)" in words(response)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"day": ""}, "Please give the new last day."),
        ({"day": "soon"}, "Please give the day as 2003-01-27 or 01/27/2003."),
        ({"day": "2003-02-30"}, "Please give the day as 2003-01-27 or 01/27/2003."),
        ({"day": "9999-12-31", "time": "23:59"}, "Please check the year."),
        ({"day": "0001-01-01"}, "Please check the year."),
        ({"time": ""}, "Please give the time at which the offer ends."),
        ({"time": "25:00"}, "Please give the time as 21:00 or 9:00 PM."),
    ],
)
def test_what_is_no_day_or_no_time_comes_back_as_typed(
    hr_client: Client, offer: Offer, changes: dict[str, str], sentence: str
) -> None:
    response = send(hr_client, offer, "preview", **changes)

    assert response.status_code == 422
    assert sentence in words(response)
    for typed in filter(None, changes.values()):
        assert f'value="{typed}"' in response.content.decode()


def test_after_the_close_the_preview_says_that_late_forms_stay_late(
    hr_client: Client, offer: Offer, employee: Employee, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION)
    late = elect(employee, make_grant(employee))
    portal_clock.set(datetime(2003, 1, 21, 14, 0, tzinfo=UTC))

    shown = words(send(hr_client, offer, "preview"))

    assert "Ended at 9:00 PM PST on January 20, 2003" in shown
    assert "Late submissions 1 so far. What was late stays late" in shown
    assert "This time has passed" in shown
    assert send(hr_client, offer, "confirm").status_code == 302
    late.refresh_from_db()
    assert not late.timely
    assert queries.governing_submission(offer, employee) is None


def test_a_microsecond_before_the_limit_the_announcement_is_in_time(
    hr_client: Client, offer: Offer, portal_clock: SetClock
) -> None:
    portal_clock.set(datetime(2003, 1, 21, 14, 0, tzinfo=UTC) - timedelta(microseconds=1))

    assert "This time has passed" not in words(send(hr_client, offer, "preview"))


def test_the_extensions_stand_on_the_offers_page_and_in_their_list(
    hr_client: Client, law_client: Client, offer: Offer
) -> None:
    send(hr_client, offer, "confirm")

    for address in (offer_page(offer), "/admin/elections/extension/"):
        shown = words(law_client.get(address))
        assert "9:00 PM PST on January 20, 2003 (midnight Eastern)" in shown
        assert "9:00 PM PST on January 27, 2003 (midnight Eastern)" in shown
        assert "Hanna Resources The filing took longer." in shown


def test_an_unknown_offer_is_not_found(hr_client: Client, offer: Offer) -> None:
    assert hr_client.get("/admin/elections/offer/999999/extend/").status_code == 404
