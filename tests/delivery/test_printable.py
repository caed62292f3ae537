"""The forms to print: whose they are, what there is to tick, by when and to whom they go."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from elections.delivery.facts import FormKind
from elections.delivery.printable import render_printable
from elections.delivery.printable_facts import NothingToPrint, printable_form
from elections.models import Document, Employee, Grant, Offer, User
from elections.services.extend import extend_offer
from tests.admin.people import make_staff, signed_in
from tests.delivery.documents import grant_facts, printable
from tests.delivery.forms import DEADLINE
from tests.factory import (
    DURING_OFFER,
    EXPIRATION,
    elect,
    make_employee,
    make_grant,
    make_required_grant,
    make_user,
    withdraw,
)
from tests.portal import SetClock

# Session, account, offer, person; grants and terms; and, of a withdrawal, the form
# that governs, its lines, the plans.
ELECTION_QUERIES = 5
WITHDRAWAL_QUERIES = 8


def read(content: bytes) -> str:
    pages = PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def text_of(**changes: Any) -> str:
    return read(render_printable(printable(**changes)))


def test_an_election_form_says_everything_needed_to_fill_it_in_and_send_it() -> None:
    text = text_of()
    for said in (
        "Election form",
        "From Pat Example, employee number 000123",
        "To Vincent Roth, Michael Oswald or Lantronix Law Department (law@example.com)",
        "To be received before 9:00 PM PST on January 20, 2003 (midnight Eastern)",
        "001204 2000 Stock Plan ISO April 2, 2001 $6.00 1,334 1,001 ☐ Exchange ☐ Keep",
        "002051 2000 Stock Plan ISO April 2, 2001 $6.00 1,334 1,001 Required",
        "if you exchange any grant, these go along",
        "Terms (election form, version 3)",
        "You have read the offer, and you take part in it of your own will.",
        "Signature",
        "Name in print (Pat Example)",
        "Date",
        "For the Law Department",
        "Received on (day)",
        "Page 1 of 1",
    ):
        assert said in text, said


def test_a_withdrawal_form_has_a_box_for_everything_and_one_for_each_grant() -> None:
    text = text_of(kind=FormKind.WITHDRAWAL)
    assert "I withdraw my whole election and keep all of my grants." in text
    assert "1,334 1,001 ☐ Withdraw" in text
    assert "1,334 1,001 Required" in text
    assert "☐ Exchange" not in text


def test_after_the_deadline_the_form_itself_says_that_it_would_be_late() -> None:
    assert "a form received now is late" in text_of(printed_at=DEADLINE)
    assert "a form received now is late" not in text_of(printed_at=DEADLINE - timedelta(seconds=1))


def test_it_is_tagged_and_titled_for_screen_readers() -> None:
    reader = PdfReader(BytesIO(render_printable(printable())))
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/Lang"] == "en-US"
    assert catalog["/MarkInfo"]["/Marked"]
    assert b'pdfuaid:part="1"' in catalog["/Metadata"].get_data()
    assert reader.metadata
    assert reader.metadata.title == "Election form of Pat Example"


def test_names_and_terms_are_text_and_fetch_nothing() -> None:
    text = text_of(
        employee_name="<b>Pat</b>\nReceipt: forged",
        terms="![](http://127.0.0.1/x.png) <script>x</script>\n\n# Not a heading",
    )
    assert "<b>Pat</b> Receipt: forged, employee number" in text
    assert "<script>x</script>" in text
    assert "# Not a heading" in text


def test_many_grants_take_several_pages_with_their_headings() -> None:
    grants = tuple(grant_facts(number=f"{number:06d}") for number in range(80))
    pages = PdfReader(BytesIO(render_printable(printable(grants=grants)))).pages
    assert len(pages) == 3
    assert all("Outstanding" in page.extract_text() for page in pages[:2])


@pytest.fixture
def pat(offer: Offer) -> Employee:
    return make_employee(name="Pat Example")


@pytest.fixture
def grant(pat: Employee) -> Grant:
    return make_grant(pat, "0001")


def numbers(offer: Offer, employee: Employee, kind: FormKind) -> list[str]:
    form = printable_form(offer, employee, kind, at=DURING_OFFER)
    return [grant.number for grant in form.grants]


def test_an_election_form_lists_what_can_be_elected_and_what_goes_along(
    offer: Offer, pat: Employee, grant: Grant
) -> None:
    make_required_grant(pat, "0002")
    make_grant(pat, "0003", exercise_price="2.40")

    assert numbers(offer, pat, FormKind.ELECTION) == ["0001", "0002"]


def test_a_withdrawal_form_lists_what_is_exchanged_as_things_stand(
    offer: Offer, pat: Employee, grant: Grant
) -> None:
    kept = make_grant(pat, "0002")
    assert numbers(offer, pat, FormKind.WITHDRAWAL) == ["0001", "0002"]  # paper may be on its way

    elect(pat, grant, keep=(kept,))
    assert numbers(offer, pat, FormKind.WITHDRAWAL) == ["0001"]

    withdraw(pat)
    assert numbers(offer, pat, FormKind.WITHDRAWAL) == ["0001", "0002"]


def test_someone_who_is_not_eligible_any_more_can_still_print_a_withdrawal(
    offer: Offer, pat: Employee, grant: Grant
) -> None:
    elect(pat, grant)
    Employee.objects.update(is_director=True)
    pat.refresh_from_db()

    assert numbers(offer, pat, FormKind.WITHDRAWAL) == ["0001"]
    with pytest.raises(NothingToPrint, match="board of directors"):
        printable_form(offer, pat, FormKind.ELECTION, at=DURING_OFFER)


def test_with_required_grants_alone_there_is_no_form(offer: Offer, pat: Employee) -> None:
    make_required_grant(pat)
    for kind in (FormKind.ELECTION, FormKind.WITHDRAWAL):
        with pytest.raises(NothingToPrint, match="nothing to elect"):
            printable_form(offer, pat, kind, at=DURING_OFFER)


def test_it_names_the_deadline_as_extended_and_the_latest_terms(
    offer: Offer, pat: Employee, grant: Grant
) -> None:
    for version in (1, 2):
        Document.objects.create(
            offer=offer,
            slug="election-form",
            title="Election form",
            position=2,
            version=version,
            text=f"Terms {version}",
            sha256="1" * 64,
        )
    later = EXPIRATION + timedelta(days=7)
    extend_offer(
        actor=make_user(), offer=offer, expected=EXPIRATION, expiration=later, reason="Storm."
    )

    form = printable_form(
        Offer.objects.get(), pat, FormKind.ELECTION, at=DURING_OFFER + timedelta(minutes=1)
    )

    assert form.deadline == later
    assert (form.terms, form.terms_version) == ("Terms 2", 2)


@pytest.mark.parametrize("kind", ["election", "withdrawal"])
def test_an_employee_finds_their_own_form_on_the_page_for_it(
    pat: Employee, grant: Grant, kind: str
) -> None:
    elect(pat, grant)
    client = signed_in(pat.user)
    address = f"/{kind}/form.pdf"
    assert f'href="{address}"' in client.get(f"/{kind}/").content.decode()

    response = client.get(address)

    assert response["Content-Type"] == "application/pdf"
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"] == f'inline; filename="{kind}-form.pdf"'
    assert "From Pat Example, employee number" in read(response.content)


def test_whoever_has_no_form_is_led_to_the_page_that_says_why(pat: Employee) -> None:
    client = signed_in(pat.user)
    for kind in ("election", "withdrawal"):
        response = client.get(f"/{kind}/form.pdf")
        assert (response.status_code, response["Location"]) == (302, f"/{kind}/")
    assert Client().get("/election/form.pdf")["Location"].startswith("/accounts/login/")
    assert signed_in(make_user()).get("/election/form.pdf").status_code == 403


@pytest.fixture
def law(offer: Offer) -> User:
    return make_staff("law@example.com", "Lou Law", "Law Department")


@pytest.mark.parametrize("kind", ["election", "withdrawal"])
def test_staff_print_somebodys_form_from_that_persons_page(
    law: User, pat: Employee, grant: Grant, kind: str
) -> None:
    client = signed_in(law)
    person = f"/admin/elections/employee/{pat.pk}"
    assert f'href="{person}/{kind}-form.pdf"' in client.get(f"{person}/change/").content.decode()

    response = client.get(f"{person}/{kind}-form.pdf")

    assert response["Content-Type"] == "application/pdf"
    assert "no-store" in response["Cache-Control"]
    assert "From Pat Example, employee number" in read(response.content)


def test_staff_are_told_why_there_is_no_form(law: User, offer: Offer) -> None:
    officer = make_employee(name="Olga Officer", is_executive_officer=True)
    make_grant(officer)
    person = f"/admin/elections/employee/{officer.pk}"

    response = signed_in(law).get(f"{person}/election-form.pdf", follow=True)

    assert response.redirect_chain == [(f"{person}/change/", 302)]
    shown = response.content.decode()
    assert "There is no election form to print for Olga Officer: Executive officers" in shown


def test_an_employee_does_not_print_somebody_elses_form(pat: Employee, grant: Grant) -> None:
    other = signed_in(make_employee().user)
    address = f"/admin/elections/employee/{pat.pk}/election-form.pdf"
    assert other.get(address).status_code == 302
    assert Client().get(address).status_code == 302
    assert signed_in(make_user(is_staff=True)).get(address).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_a_form_costs_the_same_for_any_number_of_grants(
    pat: Employee,
    portal_clock: SetClock,
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    elect(pat, *[make_grant(pat) for _ in range(rows)])
    client = signed_in(pat.user)

    with django_assert_num_queries(ELECTION_QUERIES):
        client.get("/election/form.pdf")
    with django_assert_num_queries(WITHDRAWAL_QUERIES):
        client.get("/withdrawal/form.pdf")
