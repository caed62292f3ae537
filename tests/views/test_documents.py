"""The documents: the latest version of each, as a page that can hold no script."""

from __future__ import annotations

import pytest
from django.test import Client

from elections.models import Document, Employee, Offer
from elections.templatetags.portal import markdown
from tests.views.pages import title, words


def make_document(offer: Offer, slug: str, version: int = 1, **changes: object) -> Document:
    columns = {"title": slug.capitalize(), "position": 2, "text": "Text.", "sha256": "0" * 64}
    return Document.objects.create(offer=offer, slug=slug, version=version, **columns | changes)


def test_a_document_is_read_as_a_page(client: Client, offer: Offer):
    make_document(offer, "rules", title="The rules", text="# Part one\n\nAll *must*.\n\n- this")
    response = client.get("/documents/rules/")
    page = response.content.decode()
    assert title(response).startswith("The rules")
    assert "<h2>Part one</h2>" in page
    assert "<li>this</li>" in page
    assert page.count("<h1>") == 1


def test_the_latest_version_is_shown_with_its_digest(client: Client, offer: Offer):
    make_document(offer, "rules", text="Old words.")
    make_document(offer, "rules", 2, text="New words.", sha256="a" * 64)
    page = words(client.get("/documents/rules/"))
    assert "New words." in page
    assert "Old words." not in page
    assert f"Version 2, SHA-256 {'a' * 64}" in page


def test_each_document_is_listed_once_in_reading_order(client: Client, offer: Offer):
    make_document(offer, "second", position=3)
    make_document(offer, "first", position=2)
    make_document(offer, "first", 2, position=2, title="First, anew")
    page = words(client.get("/"))
    assert page.index("Announcement letter") < page.index("First, anew") < page.index("Second")
    assert page.count("First") == 1


@pytest.mark.parametrize("slug", ["nothing", "announcement-letter-", "x" * 300])
def test_a_document_that_does_not_exist_is_not_found(client: Client, slug: str):
    assert client.get(f"/documents/{slug}/").status_code == 404


def test_another_offers_document_is_not_shown(client: Client, offer: Offer):
    offer.pk = None
    offer.slug, offer.opens_on = "earlier", offer.opens_on.replace(year=2001)
    offer.save()
    make_document(offer, "earlier-rules")
    assert client.get("/documents/earlier-rules/").status_code == 404


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[click](javascript:alert(1))",
        "![x](javascript:alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
    ],
)
def test_a_document_cannot_bring_a_script(text: str):
    html = markdown(text)
    assert "<script" not in html
    assert "<img" not in html
    assert "href" not in html
    assert "src" not in html.replace("src=x", "")


def test_headings_stay_below_the_pages_own(employee: Employee):
    assert markdown("# One\n\n###### Six", 2).splitlines() == ["<h3>One</h3>", "<h6>Six</h6>"]
