"""What changes under someone's hands: session, account, roster, the deadline's zone, the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from playwright.sync_api import Page, Route, sync_playwright

from elections.models import User
from scripts import machine
from tests.factory import make_user
from tests.faults.history import Person, Told
from tests.faults.stack import ROOT, Process, Stack
from tests.faults.trial import Trial, sign_in


def account_changes(trial: Trial, person: Person, what: str) -> None:
    """Someone's session ends, their password is set anew, or HR disables the account."""
    with trial.stack.records():
        user = User.objects.get(pk=person.user_id)
        if what == "signed out":
            trial.stack.do(
                "DELETE FROM elections_browsersession WHERE session_key = %s", person.session
            )
        elif what == "password reset":
            user.set_password("another one")
            user.save()
        else:
            user.is_active = False
            user.save()


def mid_form(trial: Trial, web: Process) -> None:
    """Three people have their check page open when something happens to their account."""
    people = trial.open(3)
    browser = trial.browser(web)
    happens = ("signed out", "password reset", "disabled")
    for person, token, what in zip(people, trial.drafts(), happens, strict=True):
        account_changes(trial, person, what)
        sending = browser.sign(person, token)
        trial.must(sending.told is Told.SIGN_IN, f"{what}: kept, to be sent again: {sending}")
        if what == "disabled":
            continue
        with trial.stack.records():
            person.session = sign_in(User.objects.get(pk=person.user_id))
        again = browser.sign(person, token)
        trial.must(again.told is Told.RECEIPT, f"{what}: a receipt once signed in: {again}")
    trial.must(len(trial.rows()) == 2, f"two rows, none of the disabled: {len(trial.rows())}")


@pytest.mark.fault(47)
def test_signed_out_reset_or_disabled_mid_form(trial: Trial, stack: Stack) -> None:
    with stack.web() as web:
        mid_form(trial, web)
        refused = [line for line in web.said().splitlines() if "form_refused" in line]
        trial.must(len(refused) == 3, f"each refusal is logged: {refused}")
        trial.people.pop()  # nobody who is disabled can fetch anything
        trial.holds(web)


@pytest.mark.control(47)
def test_without_the_page_to_resend_what_was_typed_is_lost(trial: Trial, stack: Stack) -> None:
    with stack.web("resend_page") as web:
        mid_form(trial, web)
        trial.finds("I11", "end")


def roster_changes(trial: Trial, web: Process) -> None:
    """Between check page and signature, HR corrects the shares of the grant."""
    (person,) = trial.open()
    token = trial.draft()
    browser = trial.browser(web)
    page = browser.get(person, f"/election/check/?form={token}").words
    trial.must("1,000" in page, "the check page shows 1,000 shares")
    trial.stack.do("UPDATE elections_grant SET granted = 800 WHERE number = %s", person.grant)
    sending = browser.sign(person, token)
    trial.must(sending.told is Told.REFUSED, f"refused: {sending}")
    shown = "1,000" in sending.page and "800" in sending.page
    trial.must(shown, f"with the difference shown: {sending.page[:600]}")


@pytest.mark.fault(48)
def test_the_roster_changes_while_on_the_check_page(trial: Trial, web: Process) -> None:
    roster_changes(trial, web)
    trial.holds(web)


@pytest.mark.control(48)
def test_without_the_comparison_another_number_is_signed(trial: Trial, stack: Stack) -> None:
    with stack.web("shown") as web:
        roster_changes(trial, web)
        trial.finds("I10", "end")


EXTENSIONS = (
    # When HR does it, what HR types, the instant that it means, how people read it.
    ("2003-04-01T12:00Z", "2003-04-07", "2003-04-08T04:00Z", "9:00 PM PDT on April 7, 2003"),
    ("2003-10-20T12:00Z", "2003-10-27", "2003-10-28T05:00Z", "9:00 PM PST on October 27, 2003"),
)


def extended_in_tokyo(trial: Trial, web: Process, hand: Path) -> None:
    """HR extends over the change to summer time and back, on a web server set to Tokyo's time."""
    trial.open()
    first = datetime(2003, 4, 6, 5, tzinfo=UTC)  # 9:00 PM PST on April 5: the night of the change
    trial.stack.do(
        "UPDATE elections_offer SET expiration = %s WHERE id = %s", first, trial.offer_id
    )
    trial.deadlines, trial.one_clock = [first], False
    with trial.stack.records():
        hr = make_user(is_staff=True)
        hr.groups.add(Group.objects.get(name="HR"))
        staff = Person(0, "", hr.email, sign_in(hr), "", hr.pk)
    browser, expected = trial.browser(web), first
    for now, day, instant, label in EXTENSIONS:
        hand.write_text(now.replace("Z", ":00+00:00"))
        meant = datetime.fromisoformat(instant.replace("Z", ":00+00:00"))
        form = {"day": day, "time": "21:00", "reason": "More time.", "step": "confirm",
                "expected": expected.isoformat()}  # fmt: skip
        answer = browser.post(staff, f"/admin/elections/offer/{trial.offer_id}/extend/", form)
        assert answer.status == 302, answer.words
        ((kept,),) = trial.stack.do(
            "SELECT expiration FROM elections_extension WHERE offer_id = %s"
            " ORDER BY id DESC LIMIT 1", trial.offer_id,
        )  # fmt: skip
        trial.must(kept == meant, f"{meant} is kept: {kept}")
        page = browser.get(trial.people[0], "/").words
        trial.must(label in page, f"the page says {label}")
        expected = kept


def in_tokyo(hand: Path) -> dict[str, str]:
    hand.write_text("2003-04-01T12:00:00+00:00")
    return {"TZ": "Asia/Tokyo", "FAULTS_CLOCK": str(hand)}


@pytest.mark.fault(43)
def test_extended_over_a_change_of_time(trial: Trial, stack: Stack, tmp_path: Path) -> None:
    hand = tmp_path / "clock"
    with stack.web("set_clock", **in_tokyo(hand)) as web:
        extended_in_tokyo(trial, web, hand)
        trial.holds(web)


@pytest.mark.control(43)
def test_in_the_hosts_own_zone_it_would_be_another_instant(
    trial: Trial, stack: Stack, tmp_path: Path
) -> None:
    hand = tmp_path / "clock"
    with stack.web("set_clock", "offers_zone", **in_tokyo(hand)) as web:
        extended_in_tokyo(trial, web, hand)
        trial.finds("end")


A_DAY_OFF = """
const real = Date.now.bind(Date), off = %d * 86400000;
Date.now = () => real() + off;
"""
BY_ITS_OWN_CLOCK = (
    "(%d - Date.now()) / 1000;"
    " if (given <= 0) document.querySelectorAll('button').forEach(b => b.disabled = true)"
)


@contextmanager
def chromium_page(trial: Trial, web: Process, *, trusting: bool) -> Iterator[Page]:
    """A page in a Chromium whose clock is a day off; `trusting` scripts go by that clock."""
    person = trial.people[0]
    address = f"http://127.0.0.1:{web.port}"

    def trust(route: Route) -> None:
        script = (ROOT / "static/portal/countdown.js").read_text()
        by_clock = BY_ITS_OWN_CLOCK % (trial.deadlines[0].timestamp() * 1000)
        route.fulfill(
            body=script.replace("Number(element.dataset.secondsLeft)", by_clock),
            content_type="text/javascript",
        )

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=machine.chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        context = chromium.new_context(base_url=address)
        context.add_init_script(A_DAY_OFF % trial.dice.choice([1] if trusting else [-1, 1]))
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": person.session, "url": address}]
        )
        if trusting:
            context.route("**/countdown.js", trust)
        try:
            yield context.new_page()
        finally:
            chromium.close()


def a_day_off(trial: Trial, web: Process, *, trusting: bool = False) -> None:
    trial.open()
    token, receipt = trial.draft(), ""
    with chromium_page(trial, web, trusting=trusting) as page:
        page.goto(f"/election/check/?form={token}")
        shown = page.locator("[data-words]").inner_text()
        trial.must(shown in ("59 minutes", "less than an hour"), f"countdown: {shown!r}")
        button = page.locator("form.signing button[type=submit], form.signing button").first
        trial.must(button.is_enabled(), "submit is never disabled")
        if button.is_enabled():
            page.check("[name=agree]")
            page.fill("#id_signature", "Pat Example")
            button.click()
            page.wait_for_url("**/submissions/*/")
            receipt = page.url.split("/")[-2]
    found = [(kept, timely) for kept, _, _, timely in trial.rows()]
    trial.must(found == [(receipt, True)], f"one timely row, whose receipt is shown: {found}")


@pytest.mark.browser
@pytest.mark.fault(39)
def test_a_browsers_clock_a_day_off(trial: Trial, web: Process) -> None:
    a_day_off(trial, web)
    trial.holds(web)


@pytest.mark.browser
@pytest.mark.control(39)
def test_by_the_browsers_own_clock_the_last_form_could_not_be_sent(
    trial: Trial, web: Process
) -> None:
    a_day_off(trial, web, trusting=True)
    trial.finds("end")
