"""The page "Reminders": who has not answered, the preview, the dates, and what it costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from elections.delivery.sweep import sweep
from elections.models import Employee, Offer, OutboxMessage, Reminder, ReminderDate, User
from elections.services.extend import extend_offer
from elections.services.remind import run_due_reminders, set_reminder_date
from tests.admin.pages import words
from tests.factory import EXPIRATION, elect, make_employee, make_grant
from tests.portal import SetClock

# Session, account, two of permissions, the offer with its extensions, the runs, the dates, the
# number of people, and the frame's offer.
QUERIES = 10


def address(offer: Offer) -> str:
    return f"/admin/elections/offer/{offer.pk}/remind/"


def send(client: Client, offer: Offer, step: str, **fields: str) -> HttpResponse:
    return client.post(address(offer), {"step": step} | fields)


def make_holder() -> Employee:
    person = make_employee()
    make_grant(person)
    return person


def test_the_page_counts_those_with_nothing_on_record_and_shows_their_mail(
    hr_client: Client, offer: Offer
) -> None:
    make_holder(), make_holder()
    answered = make_holder()
    elect(answered, answered.grants.get())

    shown = words(hr_client.get(address(offer)))

    assert "2 people could take part and have nothing on record." in shown
    assert "The offer ends at 9:00 PM PST on January 20, 2003 (midnight Eastern)." in shown
    assert "Reminder: the offer ends at 9:00 PM PST on January 20, 2003" in shown
    assert "Remind 2 people now" in shown
    assert not Reminder.objects.exists()


def test_the_letter_is_shown_as_text_whatever_the_offer_is_called(
    hr_client: Client, offer: Offer
) -> None:
    make_holder()
    Offer.objects.update(title="<b>Bold</b> Program")

    shown = hr_client.get(address(offer)).content.decode()

    letter = shown.partition('<pre class="mail"')[2].partition("</pre>")[0]
    assert "&lt;b&gt;Bold&lt;/b&gt;" in letter
    assert "<b>" not in letter


def test_one_press_reminds_and_a_second_one_does_not(
    hr_client: Client, hr: User, offer: Offer
) -> None:
    person = make_holder()

    response = send(hr_client, offer, "send", seen="0")
    assert "1 person is being reminded." in words(hr_client.get(address(offer)))
    again = send(hr_client, offer, "send", seen="0")

    assert (response.status_code, response["Location"]) == (302, address(offer))
    assert again.status_code == 422
    assert "A reminder has gone out since you opened this page." in words(again)
    assert OutboxMessage.objects.get().employee == person
    assert Reminder.objects.get().sent_by == hr


@pytest.mark.parametrize("seen", ["", "x", "-1", "²", "9" * 30])
def test_a_tampered_form_reminds_nobody(hr_client: Client, offer: Offer, seen: str) -> None:
    make_holder()

    assert send(hr_client, offer, "send", seen=seen).status_code == 422
    assert not Reminder.objects.exists()


@pytest.mark.parametrize(
    ("usual", "before"),
    [
        ("2d", timedelta(days=2)),
        ("12h", timedelta(hours=12)),
    ],
)
def test_a_usual_date_is_one_press_away(
    hr_client: Client, hr: User, offer: Offer, usual: str, before: timedelta
) -> None:
    response = send(hr_client, offer, "set", usual=usual)

    assert response.status_code == 302
    date = ReminderDate.objects.get()
    assert (date.remind_at, date.set_by) == (EXPIRATION - before, hr)
    content = hr_client.get(address(offer)).content.decode()
    assert f'value="{usual}"' not in content


def test_a_usual_date_that_has_passed_is_not_offered_and_is_refused(
    hr_client: Client, offer: Offer
) -> None:
    assert 'value="7d"' not in hr_client.get(address(offer)).content.decode()

    response = send(hr_client, offer, "set", usual="7d")

    assert response.status_code == 422
    assert "This time has passed." in words(response)
    assert not ReminderDate.objects.exists()


def test_another_time_is_set_in_the_offers_own_zone(hr_client: Client, offer: Offer) -> None:
    assert send(hr_client, offer, "set", day="2003-01-17", time="09:00").status_code == 302

    assert ReminderDate.objects.get().remind_at.isoformat() == "2003-01-17T17:00:00+00:00"
    assert (
        "9:00 AM PST on January 17, 2003 (12:00 PM EST) 3 days, 12 hours before the deadline"
        " To come Hanna Resources" in words(hr_client.get(address(offer)))
    )


@pytest.mark.parametrize(
    ("day", "time", "sentence"),
    [
        ("", "09:00", "Please give the day."),
        ("2003-01-17", "", "Please give the time."),
        ("2003-02-30", "09:00", "Please give the day as 2003-01-27"),
        ("2003-01-14", "09:00", "This time has passed."),
        ("2003-01-20", "21:00", "The offer has ended by then."),
        ("9999-12-31", "23:59", "Please check the year."),
    ],
)
def test_what_cannot_be_set_comes_back_as_typed(
    hr_client: Client, offer: Offer, day: str, time: str, sentence: str
) -> None:
    response = send(hr_client, offer, "set", day=day, time=time)

    assert response.status_code == 422
    assert sentence in words(response)
    for typed in filter(None, (day, time)):
        assert f'value="{typed}"' in response.content.decode()
    assert not ReminderDate.objects.exists()


def test_a_date_is_taken_off_the_list(hr_client: Client, hr: User, offer: Offer) -> None:
    set_reminder_date(actor=hr, offer=offer, remind_at=EXPIRATION - timedelta(days=1))
    key = str(ReminderDate.objects.get().pk)

    assert send(hr_client, offer, "cancel", date=key).status_code == 302
    assert not ReminderDate.objects.exists()
    again = hr_client.post(address(offer), {"step": "cancel", "date": key}, follow=True)
    assert "This reminder is not on the list any more." in words(again)


@pytest.mark.parametrize("key", ["", "x", "9" * 40, "-1"])
def test_a_date_that_does_not_exist_is_no_error(hr_client: Client, offer: Offer, key: str) -> None:
    assert send(hr_client, offer, "cancel", date=key).status_code == 302


def test_after_an_extension_the_page_says_how_far_the_date_is_from_the_deadline(
    hr_client: Client, hr: User, offer: Offer
) -> None:
    set_reminder_date(actor=hr, offer=offer, remind_at=EXPIRATION - timedelta(days=2))
    extend_offer(
        actor=hr,
        offer=offer,
        expected=EXPIRATION,
        expiration=EXPIRATION + timedelta(days=7),
        reason="A storm.",
    )

    shown = words(hr_client.get(address(offer)))

    assert "9:00 PM PST on January 18, 2003 (midnight Eastern) 9 days before the deadline" in shown


def test_the_page_says_how_far_the_mails_have_come(
    hr_client: Client, hr: User, offer: Offer, portal_clock: SetClock
) -> None:
    answers = make_holder()
    make_holder(), make_holder()
    set_reminder_date(actor=hr, offer=offer, remind_at=EXPIRATION - timedelta(days=2))
    portal_clock.set(EXPIRATION - timedelta(days=2))
    (reminder,) = run_due_reminders()
    elect(answers, answers.grants.get())
    OutboxMessage.objects.filter(kind="receipt").update(state="failed")
    sweep(grace=timedelta(0), limit=2)

    shown = words(hr_client.get(address(offer)))

    assert "2 days before the deadline Sent to 3 people" in shown
    assert "set in advance 3 1 of 3 sent, 1 not needed any more" in shown
    mails = f"/admin/elections/outboxmessage/?reminder__id__exact={reminder.pk}"
    assert mails in hr_client.get(address(offer)).content.decode()
    assert len(hr_client.get(mails).context["cl"].result_list) == 3


def test_the_page_takes_as_many_queries_for_three_as_for_one(
    hr_client: Client,
    hr: User,
    offer: Offer,
    portal_clock: SetClock,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_holder()
    for day in (4, 3, 2):
        at = EXPIRATION - timedelta(days=day)
        set_reminder_date(actor=hr, offer=offer, remind_at=at)
        portal_clock.set(at)
        run_due_reminders()
        if day != 3:
            with django_assert_num_queries(QUERIES):
                hr_client.get(address(offer))
        make_holder()

    assert Reminder.objects.count() == 3


def test_law_looks_and_only_hr_reminds(law_client: Client, offer: Offer) -> None:
    make_holder()

    page = law_client.get(address(offer))

    assert page.status_code == 200
    assert "Remind 1 person now" not in words(page)
    assert send(law_client, offer, "send", seen="0").status_code == 403
    assert not Reminder.objects.exists()


def test_an_unknown_step_does_nothing(hr_client: Client, offer: Offer) -> None:
    make_holder()

    assert send(hr_client, offer, "whatever").status_code == 200
    assert not Reminder.objects.exists()


def test_an_unknown_offer_is_not_found(hr_client: Client, offer: Offer) -> None:
    assert hr_client.get("/admin/elections/offer/999999/remind/").status_code == 404
