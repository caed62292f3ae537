"""The desk: what the admin's first page says, to whom, and what it costs."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from elections import clock, figures
from elections.admin.desk import percent
from elections.models import DeskFigures, Employee, Offer, OutboxMessage, RosterUpload, User
from elections.models.outbox import MailState
from elections.models.submission import Verdict
from elections.services.count import ask_for_count, count_figures, recount_if_stale
from elections.services.review import review_submission
from elections.services.roster.uploads import work_on_uploads
from tests.admin.pages import extend, words
from tests.admin.people import signed_in
from tests.factory import (
    DURING_OFFER,
    EXPIRATION,
    decline,
    elect,
    make_employee,
    make_grant,
    make_required_grant,
    make_user,
    withdraw,
)
from tests.portal import SetClock
from tests.roster_files import employee
from tests.roster_uploads import checked, confirmed, uploaded
from tests.signing_in import sign_in

DESK = "/admin/"
CHART = "/admin/desk/submissions.svg"
COUNT = "/admin/desk/count/"
# Session, account, its permissions (of the user, of the groups), the offer for the frame;
# whether there are many people or submissions; the six counts; rosters on their way.
QUERIES = 14
# With kept figures: those in the place of the six counts, and the second answer to "many?" where
# the first is "yes" is not asked for.
QUERIES_LARGE = 8


@pytest.fixture
def answered(offer: Offer, portal_clock: SetClock) -> list[Employee]:
    """Four people with a grant: one elected with a required one, one declined, one withdrew."""
    people = [make_employee() for _ in range(4)]
    grants = [make_grant(person) for person in people]
    make_required_grant(people[0])
    elect(people[0], grants[0])
    decline(people[1])
    elect(people[2], grants[2])
    portal_clock.tick(days=1)
    withdraw(people[2])
    return people


def test_the_desk_says_where_the_offer_stands(law_client: Client, answered: list[Employee]) -> None:
    shown = words(law_client.get(DESK))

    assert "4 days, 11 hours left, until 9:00 PM PST on January 20, 2003" in shown
    assert "As counted at January 16, 2003, 10:00:00 AM PST" in shown
    assert (
        "4 eligible people Answer People Part of the eligible Elected to exchange 1 25.0%"
        " Declined 1 25.0% Withdrew everything 1 25.0% No answer yet 1 25.0%"
        " Nothing to elect 0 0%" in shown
    )
    assert (
        "1,500 shares tendered By 1 person In 2 grants Of these required 1 grant"
        " They become, on July 21, 2003 1,125 new shares" in shown
    )
    assert (
        "4 submissions, and what waits 4 submissions not reviewed yet 0 submissions late" in shown
    )
    assert "January 16, 2003 0 1 0 1 January 15, 2003 2 0 1 3 January 14, 2003 0 0 0 0" in shown


def test_forms_that_do_not_count_and_people_who_left_are_named(
    law_client: Client, answered: list[Employee], law: User
) -> None:
    review_submission(
        actor=law,
        submission=answered[1].submissions.get(),
        verdict=Verdict.IRREGULAR,
        reason="Not signed.",
    )
    Employee.objects.filter(pk=answered[0].pk).update(country="CA")

    shown = words(law_client.get(DESK))

    assert "Of those without an answer, 1 sent a form that does not count" in shown
    assert "1,500 of these shares are of 1 person who is no longer eligible." in shown


def test_every_count_leads_to_a_list_of_just_as_many(
    law_client: Client, answered: list[Employee], law: User, portal_clock: SetClock
) -> None:
    make = [make_employee() for _ in range(3)]
    forms = [elect(person, make_grant(person)) for person in make]
    review_submission(actor=law, submission=forms[0], verdict=Verdict.IRREGULAR, reason="No.")
    portal_clock.set(EXPIRATION)
    decline(answered[3])
    decline(answered[3])
    mails = list(OutboxMessage.objects.values_list("pk", flat=True))
    for pk, state in zip(mails, ("failed", "sending"), strict=False):
        OutboxMessage.objects.filter(pk=pk).update(state=state)

    piles = law_client.get(DESK).context["desk"].piles

    listed = {}
    for pile in piles:
        response = law_client.get(pile.address)
        assert response.status_code == 200, pile.address
        listed[pile.name] = response.context["cl"].result_count
    assert {pile.name: pile.count for pile in piles} == listed
    assert listed == {
        "submissions not reviewed yet": 8,
        "submissions late": 2,
        "submission irregular": 1,
        "mails not yet delivered": len(mails) - 1,
        "could not be delivered": 1,
    }


def test_mail_that_waits_says_for_how_long(law_client: Client, answered: list[Employee]) -> None:
    oldest = OutboxMessage.objects.order_by("created_at", "pk").first()
    assert "3 seconds" not in words(law_client.get(DESK))
    OutboxMessage.objects.filter(pk=oldest.pk).update(
        created_at=oldest.created_at - timedelta(hours=3)
    )

    page = law_client.get(DESK)

    assert "4 mails not yet delivered the oldest for 3 hours" in words(page)
    assert 'class="pile-warning"' in page.content.decode()


def test_mail_is_left_out_for_whoever_may_not_see_it(offer: Offer, law: User) -> None:
    law.groups.get().permissions.remove(
        *law.groups.get().permissions.filter(codename="view_outboxmessage")
    )

    shown = words(signed_in(law).get(DESK))

    assert "submissions not reviewed yet" in shown
    assert "delivered" not in shown


@pytest.mark.parametrize("role", ["law", "hr", "auditor", "superuser"])
def test_law_hr_auditors_and_superusers_see_the_desk(
    role: str, answered: list[Employee], request: pytest.FixtureRequest
) -> None:
    browser = signed_in(request.getfixturevalue(role))

    assert "Where the offer stands" in words(browser.get(DESK))
    assert browser.get(CHART).status_code == 200


@pytest.mark.parametrize("role", ["law", "hr", "superuser"])
def test_whoever_works_with_the_figures_has_them_counted(
    role: str, answered: list[Employee], request: pytest.FixtureRequest
) -> None:
    browser = signed_in(request.getfixturevalue(role))

    assert "Count now" in words(browser.get(DESK))
    assert browser.post(COUNT).status_code == 302
    assert DeskFigures.objects.count() == 1


def test_an_auditor_reads_the_figures_and_has_nothing_counted(
    auditor_client: Client, answered: list[Employee]
) -> None:
    shown = words(auditor_client.get(DESK))

    assert "As counted at January 16, 2003, 10:00:00 AM PST" in shown
    assert "Count now" not in shown
    assert auditor_client.post(COUNT).status_code == 403
    assert not DeskFigures.objects.exists()


def test_staff_without_permission_see_no_figures(answered: list[Employee]) -> None:
    browser = signed_in(make_user("new@example.com", is_staff=True))

    shown = words(browser.get(DESK))

    assert "Where the offer stands" not in shown
    assert "shares tendered" not in shown
    assert "You don’t have permission to view or edit anything." in shown
    assert browser.get(CHART).status_code == 403
    assert browser.post(COUNT).status_code == 403
    assert not DeskFigures.objects.exists()


def test_employees_and_strangers_get_nothing(answered: list[Employee], client: Client) -> None:
    for browser in (client, signed_in(answered[0].user)):
        for response in (browser.get(DESK), browser.get(CHART), browser.post(COUNT)):
            assert response.status_code == 302
            assert response["Location"].startswith("/admin/login/")
    assert not DeskFigures.objects.exists()


def test_before_any_offer_there_is_no_desk_and_no_chart(db: None) -> None:
    browser = signed_in(User.objects.create_superuser("root@example.com"))

    assert "Where the offer stands" not in words(browser.get(DESK))
    assert browser.get(CHART).status_code == 404
    assert browser.post(COUNT).status_code == 404


def test_before_the_offer_opens_the_desk_says_when(
    law_client: Client, portal_clock: SetClock
) -> None:
    portal_clock.set(DURING_OFFER.replace(year=2002, month=12, day=10))

    shown = words(law_client.get(DESK))

    assert "It opens on December 19, 2002." in shown
    assert "0 eligible people" in shown


def test_after_the_deadline_the_desk_says_that_it_ended(
    law_client: Client, portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION)

    assert "It ended at 9:00 PM PST on January 20, 2003" in words(law_client.get(DESK))


def test_the_desk_costs_the_same_at_one_person_and_at_three(
    law_client: Client, offer: Offer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for people in (1, 3):
        while Employee.objects.count() < people:
            person = make_employee()
            elect(person, make_grant(person))
        with django_assert_num_queries(QUERIES):
            assert f"{people} eligible" in words(law_client.get(DESK))


def test_a_large_record_is_shown_as_it_was_counted(
    law_client: Client,
    answered: list[Employee],
    portal_clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(figures, "LIVE_UP_TO", 0)
    assert "have not been counted yet" in words(law_client.get(DESK))
    assert law_client.get(CHART).status_code == 404

    recount_if_stale()
    shown = words(law_client.get(DESK))
    assert "Elected to exchange 1 25.0%" in shown
    assert "As counted at January 16, 2003, 10:00:00 AM PST" in shown

    portal_clock.tick(minutes=4, seconds=59)
    elect(answered[3], answered[3].grants.get())
    with django_assert_num_queries(QUERIES_LARGE):
        shown = words(law_client.get(DESK))
    assert "Elected to exchange 1 25.0%" in shown
    assert "As counted at January 16, 2003, 10:00:00 AM PST" in shown
    assert "These figures are old" not in shown

    portal_clock.tick(seconds=1)
    assert "These figures are old" in words(law_client.get(DESK))
    recount_if_stale()
    assert "Elected to exchange 2 50.0%" in words(law_client.get(DESK))


def test_a_large_record_is_not_counted_by_the_page_but_at_the_sweepers_next_round(
    law_client: Client,
    answered: list[Employee],
    portal_clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(figures, "LIVE_UP_TO", 0)
    assert "Asked for: so large a record" in words(law_client.post(COUNT, follow=True))
    assert recount_if_stale() is not None
    elect(answered[3], answered[3].grants.get())
    portal_clock.tick(seconds=2)
    assert recount_if_stale() is None  # not yet time to

    shown = words(law_client.post(COUNT, follow=True))

    assert "counted in the background, at the sweeper's next round" in shown
    assert "Elected to exchange 1 25.0%" in shown
    assert "As counted at January 16, 2003, 10:00:00 AM PST" in shown
    recount_if_stale()
    shown = words(law_client.get(DESK))
    assert "Elected to exchange 2 50.0%" in shown
    assert "As counted at January 16, 2003, 10:00:02 AM PST" in shown
    assert recount_if_stale() is None  # asked for once, counted once


def test_whoever_asks_while_it_is_being_counted_is_counted_for_once_more(
    offer: Offer, portal_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_employee()
    monkeypatch.setattr(figures, "LIVE_UP_TO", 0)
    count_figures(offer=offer)
    ask_for_count(offer=offer)
    count = figures.count

    def asked_meanwhile(about: Offer) -> figures.Figures:
        portal_clock.tick(seconds=1)
        ask_for_count(offer=about)
        return count(about)

    with monkeypatch.context() as during:
        during.setattr(figures, "count", asked_meanwhile)
        assert recount_if_stale() is not None

    assert recount_if_stale() is not None
    assert recount_if_stale() is None


def test_figures_counted_while_the_page_is_made_are_not_old(
    law_client: Client, offer: Offer, portal_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ticking() -> datetime:
        portal_clock.tick(milliseconds=1)
        return portal_clock.instant

    monkeypatch.setattr(clock, "database_clock", ticking)

    assert "These figures are old" not in words(law_client.get(DESK))


def test_counting_is_asked_for_by_post_with_the_pages_own_token(law: User, offer: Offer) -> None:
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, law)

    assert browser.get(COUNT).status_code == 405
    assert browser.post(COUNT).status_code == 403
    assert not DeskFigures.objects.exists()
    form = browser.get(DESK).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.partition(COUNT)[2])
    assert browser.post(COUNT, {"csrfmiddlewaretoken": token[1]}).status_code == 302
    assert DeskFigures.objects.count() == 1


def test_counting_again_replaces_what_was_kept(offer: Offer, portal_clock: SetClock) -> None:
    count_figures(offer=offer)
    portal_clock.tick(minutes=1)

    count_figures(offer=offer)

    assert DeskFigures.objects.get().counted_at == portal_clock.instant


def test_the_chart_runs_nothing_and_fetches_nothing(
    law_client: Client, answered: list[Employee]
) -> None:
    response = law_client.get(CHART)

    assert response["Content-Type"] == "image/svg+xml"
    policy = dict(part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["style-src"].startswith("'sha256-")
    root = ET.fromstring(response.content)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "defs", "style", "title", "desc", "g", "rect", "path", "text", "circle"}
    names = {name.rpartition("}")[2] for element in root.iter() for name in element.attrib}
    assert not {name for name in names if name in ("style", "href") or name.startswith("on")}
    assert b"url(" not in response.content
    assert "…" not in response.content.decode()  # no label is cut off
    assert b"@import" not in response.content


def test_the_chart_says_in_words_what_it_shows(
    law_client: Client, answered: list[Employee]
) -> None:
    content = law_client.get(DESK).content.decode()

    image = re.search(r'<img src="([^"]*)"[^>]*alt="([^"]*)"', content)
    assert image[1] == CHART
    assert image[2] == (
        "Submissions received per day, December 19, 2002 to January 16, 2003: 4 in all, most on"
        " January 15, 2003 (3)."
    )


def test_the_first_page_is_found_under_its_name(offer: Offer) -> None:
    assert reverse("admin:index") == DESK
    assert urlsplit(reverse("admin:desk_chart")).path == CHART


def test_hr_is_led_to_the_extension_from_the_desk(
    hr_client: Client, law_client: Client, offer: Offer
) -> None:
    assert extend(offer) in hr_client.get(DESK).content.decode()
    assert extend(offer) not in law_client.get(DESK).content.decode()


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 0, "–"),
        (0, 10, "0%"),
        (10, 10, "100%"),
        (1, 3, "33.3%"),
        (1, 100_000, "<0.1%"),
        (99_999, 100_000, ">99.9%"),
        (999, 1_000, "99.9%"),
    ],
)
def test_a_percentage_never_rounds_somebody_away(part: int, whole: int, shown: str) -> None:
    assert percent(part, whole) == shown


def test_every_state_of_a_mail_is_counted_or_needs_nobody() -> None:
    counted = {*figures.UNDELIVERED, MailState.FAILED, MailState.HELD}
    final = {state for state in MailState if state not in counted}

    assert final <= {MailState.SENT, "dropped"}


def test_only_days_with_a_date_of_the_offer_are_drawn_one_by_one(
    law_client: Client, answered: list[Employee], portal_clock: SetClock
) -> None:
    portal_clock.set(EXPIRATION + timedelta(days=4000))
    decline(answered[3])

    bars = law_client.get(DESK).context["desk"].bars

    assert (bars[0].label, bars[-2].label, bars[-1].label) == (
        "December 19, 2002",
        "January 20, 2003",
        "After January 20, 2003",
    )
    assert len(bars) == (date(2003, 1, 20) - date(2002, 12, 19)).days + 2
    assert (bars[-1].declines, sum(bar.all for bar in bars)) == (1, 5)


def test_a_roster_that_nobody_works_on_stands_on_the_desk(law_client: Client, hr: User) -> None:
    uploaded(hr, [employee("1")])
    RosterUpload.objects.update(heartbeat_at=datetime.now(UTC) - timedelta(minutes=3))

    assert "1 roster upload not applied yet nobody is at work on it" in words(law_client.get(DESK))


def test_a_roster_that_waits_for_hr_stands_on_the_desk_and_an_applied_one_does_not(
    law_client: Client, hr: User
) -> None:
    upload = checked(hr, [employee("1")])

    said = words(law_client.get(DESK))
    assert "1 roster upload not applied yet" in said
    assert "nobody is at work" not in said

    confirmed(hr, upload)
    work_on_uploads()

    assert "roster upload" not in words(law_client.get(DESK))
