"""What an invitation says: how to sign in, and no secret at all."""

from __future__ import annotations

import dataclasses
import re

from django.test import Client
from django.urls import resolve

from elections.delivery.invitation import invitation_letter
from elections.delivery.keep import make_mail
from elections.models import Offer, OutboxMessage
from elections.services.invite import invite_again, invite_people
from tests.delivery.mails import INVITATION, part, sent
from tests.factory import make_employee, make_user
from tests.mails import account_mails


def text_of(kind: str) -> str:
    return " ".join(part(sent(kind), "plain").split())


def test_it_says_by_which_address_and_how_one_signs_in() -> None:
    text = text_of("invitation")
    for expected in (
        "Dear Pat Example,",
        "An account was made for you from the roster of employees.",
        "pat@example.com, which is how you sign in",
        "Before 9:00 PM PST on January 20, 2003 (midnight Eastern)",
        "It is good once, for ten minutes,",
        "https://options.example.com/accounts/login/code/",
        "https://options.example.com/accounts/password/reset/",
        "holds no code or password",
        "Human Resources (hr@example.com)",
    ):
        assert expected in text, expected
    assert "sign-on" not in text


def test_where_there_is_single_sign_on_it_comes_first() -> None:
    text = text_of("invitation with single sign-on")
    first, second = "https://options.example.com/sign-on/", "/accounts/login/code/"
    assert 0 < text.index(first) < text.index(second)
    assert "Sign in with Example Corporation, as you do elsewhere." in text


def test_a_name_from_the_roster_cannot_add_a_line() -> None:
    facts = dataclasses.replace(INVITATION, employee_name="Pat\nBcc: all@example.com")
    assert invitation_letter(facts).addressee == "Pat Bcc: all@example.com"


def test_its_links_lead_to_pages_that_hold_nothing_of_anybody(offer: Offer) -> None:
    links = re.findall(r"https://options\.example\.com(/\S*)", part(sent("invitation"), "plain"))
    assert len(links) == 2
    for link in links:
        assert resolve(link).kwargs == {}
        assert "?" not in link
        assert Client().get(link).status_code == 200


def test_what_is_kept_for_staff_to_see_lets_nobody_in(offer: Offer) -> None:
    """Two invitations of one person differ in nothing but what every mail differs in."""
    hr = make_user("hr@example.com", is_staff=True)
    person = make_employee()
    invite_people(actor=hr)
    invite_again(actor=hr, employee=person, seen=1)

    first, second = (bytes(make_mail(mail).mime) for mail in OutboxMessage.objects.order_by("pk"))

    for name in (rb"Message-ID: [^\r]*", rb"Date: [^\r]*", rb"alternative-[0-9a-f]{32}"):
        first, second = re.sub(name, b"", first), re.sub(name, b"", second)
    assert first == second


def test_a_new_person_comes_in_by_what_the_mail_says(offer: Offer) -> None:
    person = make_employee()
    assert person.user is not None
    person.user.set_unusable_password()
    person.user.save()
    browser = Client()
    link = re.search(r"com(/\S*code/)", part(sent("invitation"), "plain"))
    assert link is not None

    browser.post(link[1], {"email": person.email})
    code = re.search(r"^([A-Z0-9-]{6,})$", account_mails()[-1].body, re.MULTILINE)
    assert code is not None
    browser.post("/accounts/login/code/confirm/", {"code": code[1]})

    assert browser.session["_auth_user_id"] == str(person.user_id)
