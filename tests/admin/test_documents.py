"""Publishing a document: form, preview, confirmation, and every refusal with the text kept."""

from __future__ import annotations

import hashlib

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from elections.models import Document, Employee, Offer, User
from elections.services.documents import publish_version
from tests.admin.pages import words
from tests.admin.people import signed_in

LIST = "/admin/elections/document/"
TEXT = "# News\n\nPlease *read* this.\n"
# Session, account, two of permissions, the number found, the number of all, the rows, the values
# of the filter, the frame's offer.
QUERIES = 9


@pytest.fixture
def letter(offer: Offer) -> Document:
    return offer.documents.get()


def publish(client: Client, document: Document, step: str, text: str = TEXT) -> HttpResponse:
    return client.post(f"{LIST}{document.pk}/publish/", {"step": step, "text": text})


def test_the_form_begins_as_the_version_in_force(law_client: Client, letter: Document) -> None:
    response = law_client.get(f"{LIST}{letter.pk}/publish/")

    assert ">\nPlease read immediately.</textarea>" in response.content.decode()


@pytest.mark.parametrize("client_of", ["law_client", "hr_client"])
def test_the_preview_shows_what_employees_will_read_and_publishes_nothing(
    request: pytest.FixtureRequest, client_of: str, letter: Document
) -> None:
    response = publish(request.getfixturevalue(client_of), letter, "preview")

    assert "<h2>News</h2>" in response.content.decode()
    assert "<em>read</em>" in response.content.decode()
    assert hashlib.sha256(TEXT.encode()).hexdigest() in words(response)
    assert Document.objects.count() == 1


def test_markup_in_a_text_is_shown_and_not_run(law_client: Client, letter: Document) -> None:
    response = publish(law_client, letter, "preview", "<script>alert(1)</script>")

    assert "<script>alert" not in response.content.decode()


def test_the_confirmed_preview_is_in_force_and_employees_read_it(
    law_client: Client, letter: Document, employee: Employee
) -> None:
    preview = publish(law_client, letter, "preview")
    text = preview.context["form"]["text"].value().replace("\n", "\r\n")  # as a browser sends it

    response = publish(law_client, letter, "confirm", text)

    newest = Document.objects.get(version=2)
    assert (response.status_code, response["Location"]) == (302, f"{LIST}{newest.pk}/change/")
    assert newest.text == TEXT
    shown = words(law_client.get(response["Location"]))
    assert "Announcement letter (version 2) is in force from now on." in shown
    read = signed_in(employee.user).get("/documents/announcement-letter/").content.decode()
    assert "<em>read</em>" in read
    assert f"Version 2, SHA-256 <code>{newest.sha256}</code>" in read
    assert "Please read immediately." not in read


@pytest.mark.parametrize(("text", "sentence"), [("", "give the text"), (" \r\n ", "give the text")])
@pytest.mark.parametrize("step", ["preview", "confirm"])
def test_an_empty_text_is_refused(
    law_client: Client, letter: Document, step: str, text: str, sentence: str
) -> None:
    response = publish(law_client, letter, step, text)

    assert response.status_code == 422
    assert sentence in words(response)
    assert Document.objects.count() == 1


def test_what_a_colleague_published_meanwhile_is_not_overwritten_unseen(
    law_client: Client, hr: User, letter: Document
) -> None:
    publish_version(actor=hr, document=letter, text="From HR.")

    response = publish(law_client, letter, "confirm")

    assert response.status_code == 422
    assert "A new version of this document was published since" in words(response)
    assert "Please *read* this." in response.content.decode()
    newest = Document.objects.get(version=2)
    assert f'action="{LIST}{newest.pk}/publish/"' in response.content.decode()


def test_a_new_document_is_added_and_shown_to_employees(
    hr_client: Client, offer: Offer, employee: Employee
) -> None:
    form = {"step": "confirm", "title": "Questions & answers", "text": TEXT}

    assert hr_client.post(f"{LIST}new/{offer.pk}/", form).status_code == 302
    again = hr_client.post(f"{LIST}new/{offer.pk}/", form)

    assert again.status_code == 422
    assert "The offer has a document under this title already." in words(again)
    assert "Questions & answers" in words(signed_in(employee.user).get("/"))
    assert Document.objects.get(slug="questions-answers").version == 1


def test_the_list_says_which_version_is_in_force(
    law_client: Client, law: User, letter: Document
) -> None:
    publish_version(actor=law, document=letter, text=TEXT)

    shown = words(law_client.get(LIST))

    assert "Announcement letter 2 In force January 15, 2003, 10:00:00 AM PST Lou Law" in shown
    assert "Announcement letter 1 Replaced With the offer –" in shown
    old = words(law_client.get(f"{LIST}{letter.pk}/change/"))
    assert "Publish a new version" not in old


def test_the_list_takes_as_many_queries_for_three_as_for_one(
    law_client: Client,
    law: User,
    letter: Document,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(QUERIES):
        law_client.get(LIST)

    for text in ("Two.", "Three."):
        newest = Document.objects.latest("version")
        publish_version(actor=law, document=newest, text=text)

    with django_assert_num_queries(QUERIES):
        assert len(law_client.get(LIST).context["cl"].result_list) == 3


def test_an_auditor_publishes_nothing(auditor_client: Client, letter: Document) -> None:
    assert auditor_client.get(f"{LIST}{letter.pk}/publish/").status_code == 403
    assert publish(auditor_client, letter, "confirm").status_code == 403
    assert Document.objects.count() == 1


def test_an_unknown_document_is_not_found(law_client: Client, offer: Offer) -> None:
    assert law_client.get(f"{LIST}999999/publish/").status_code == 404
    assert law_client.get(f"{LIST}new/999999/").status_code == 404
