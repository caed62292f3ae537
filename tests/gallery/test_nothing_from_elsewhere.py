"""No page, mail, PDF or static file makes anybody's browser ask another host for anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from pypdf import PdfReader

from tests.gallery.mails import MAILS, Mails
from tests.gallery.picture import Picture
from tests.gallery.pictures import PICTURE_OF
from tests.gallery.scene import Scene
from tests.views.pages import signed_in

OURS = {None, "testserver", urlsplit(settings.PORTAL_BASE_URL).hostname}
# Whatever a browser follows, by itself or when pressed; `content` is where a page may lead on to.
FOLLOWED = {
    "action", "background", "cite", "content", "data", "formaction", "href", "manifest", "ping",
    "poster", "src", "srcset", "style", "xlink:href",
}  # fmt: skip
ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//[^\s\"'<>),;]+", re.I)
IN_STYLE = re.compile(r"(?:url\(\s*|@import\s+)[\"']?([^\"')\s;]+)", re.I)


class Addresses(HTMLParser):
    """Every address in a page that leads to a host."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in FOLLOWED:
                self.found += ADDRESS.findall(value or "")
        self._in_style = tag == "style"

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.found += IN_STYLE.findall(data)


def elsewhere(addresses: list[str]) -> list[str]:
    """Those of them that are not ours."""
    return [a for a in addresses if not a.startswith("data:") and urlsplit(a).hostname not in OURS]


def in_pdf(content: bytes) -> Iterator[str]:
    """Every address that a PDF leads to."""
    for page in PdfReader(BytesIO(content)).pages:
        for note in page.get("/Annots") or ():
            action = note.get_object().get("/A", {})
            assert action.get("/S", "/URI") in ("/URI", "/GoTo"), action
            if "/URI" in action:
                yield str(action["/URI"])


@pytest.mark.parametrize("picture", PICTURE_OF.values(), ids=PICTURE_OF.keys())
def test_no_page_leads_elsewhere(scene: Scene, picture: Picture) -> None:
    _, answer = picture.answer(scene)
    assert elsewhere(Addresses(answer.content.decode()).found) == []


@pytest.mark.parametrize("mails", MAILS, ids=lambda mails: mails.name)
def test_no_mail_leads_elsewhere(scene: Scene, mails: Mails) -> None:
    for mail in mails.sent(scene):
        text = mail.get_body(("plain",))
        assert text is not None
        found = ADDRESS.findall(text.get_content())
        html = mail.get_body(("html",))
        if html is not None:
            found += Addresses(html.get_content()).found
        for part in mail.iter_attachments():
            found += in_pdf(part.get_payload(decode=True))
        assert elsewhere(found) == []


@pytest.mark.parametrize("kind", ["election", "withdrawal"])
def test_no_form_to_print_leads_elsewhere(scene: Scene, kind: str) -> None:
    from tests.gallery.states import elected

    elected(scene)
    printed = signed_in(scene.pat).get(f"/{kind}/form.pdf")
    assert printed["Content-Type"] == "application/pdf"
    found = [address for address in in_pdf(printed.content) if not address.startswith("mailto:")]
    assert elsewhere(found) == []


def test_no_style_sheet_or_script_of_ours_asks_elsewhere() -> None:
    for file in (settings.BASE_DIR / "static").rglob("*.*"):
        text = file.read_text()
        if file.suffix == ".css":
            assert elsewhere(IN_STYLE.findall(text)) == [], file
        if file.suffix == ".js":
            assert ADDRESS.findall(re.sub(r"^\s*//.*|\s//\s.*", "", text, flags=re.M)) == [], file


@pytest.mark.parametrize("sheet", ["bootstrap/css/bootstrap.min.css", "admin/css/base.css"])
def test_no_style_sheet_of_a_package_asks_elsewhere(sheet: str) -> None:
    found = finders.find(sheet)
    assert found
    text = re.sub(r"url\(\"data:[^\"]*\"\)", "", Path(found).read_text())
    assert elsewhere(IN_STYLE.findall(text)) == []


@pytest.mark.parametrize(
    "planted",
    [
        '<img src="https://example.com/x.png">',
        '<img srcset="/a.png 1x, //example.com/x.png 2x">',
        '<p style="background: url(https://example.com/x.png)">',
        "<style>@import 'https://example.com/x.css';</style>",
        '<meta http-equiv="refresh" content="0; url=https://example.com/">',
        '<form action="https://example.com/"></form>',
        '<svg><image xlink:href="https://example.com/x.png" /></svg>',
    ],
)
def test_what_leads_elsewhere_is_found(planted: str) -> None:
    (found,) = elsewhere(Addresses(f"<a href='/'>x</a>{planted}").found)
    assert "example.com" in found
