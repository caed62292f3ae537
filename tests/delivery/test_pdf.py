"""The PDF: everything is in it, it is the same every time, and it reads nothing from outside."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.conf import settings
from pypdf import PdfReader
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError

from elections.delivery import pdf
from elections.delivery.facts import FormFacts, FormKind
from elections.delivery.pdf import FONTS, OurFiles, PdfError, render_pdf
from elections.delivery.sweep import TookTooLong, at_most
from tests.delivery.documents import lines
from tests.delivery.forms import DIGEST, form_facts, kept, late_facts, line_facts, required


def read(form: FormFacts) -> PdfReader:
    return PdfReader(BytesIO(render_pdf(form)))


def text_of(form: FormFacts) -> str:
    """The text of all pages, with every run of white space a single space."""
    return " ".join(" ".join(page.extract_text() for page in read(form).pages).split())


def test_it_says_everything_that_is_on_record() -> None:
    text = text_of(form_facts())
    for said in (
        "Lantronix · Voluntary Stock Option Exchange Program",
        "Confirmation of your election",
        "7K3MQ-9WD4X-42",
        "January 15, 2003, 10:04:05.123456 AM PST (1:04:05.123456 PM EST)",
        "Pat Example, employee number 000123",
        "Before 9:00 PM PST on January 20, 2003 (midnight Eastern)",
        "Your election 2B8RT-51XKD-07, received on January 10, 2003, 9:30:00.000005 AM PST",
        "You exchange 2 grants: 834 shares, for 626 new shares.",
        "001204 2000 Stock Plan ISO April 2, 2001 $6.00 334 Exchange 251",
        "001377 1994 Nonstatutory Stock Option Plan NSO November 5, 2001 $12.0625 1,500 Keep –",
        "002051 2000 Stock Plan ISO August 1, 2002 $0.78 500 Exchange (required) 375",
        "Exchanged: 2 grants, 834 shares",
        "Kept: 1 grant, 1,500 shares",
        "New shares: 626",
        "Grants made on or after June 19, 2002 are required",
        "https://options.example.com/election/",
        "https://options.example.com/withdrawal/",
        "https://options.example.com/submissions/7K3MQ-9WD4X-42/",
        "Receipt is not acceptance",
        "Vincent Roth, Michael Oswald or Lantronix Law Department (law@example.com)",
        DIGEST,
        "Page 1 of 1",
    ):
        assert said in text


def picture_of(form: FormFacts) -> Any:
    """Its last page as a printer of 300 dots per inch would have it."""
    with pypdfium2.PdfDocument(render_pdf(form)) as document:
        return document[len(document) - 1].render(scale=300 / 72).to_pil()


@pytest.mark.parametrize("facts", [form_facts, late_facts])
def test_a_telephone_held_over_the_paper_is_led_to_its_record(
    facts: Callable[[], FormFacts],
) -> None:
    (code,) = zxingcpp.read_barcodes(picture_of(facts()))

    assert code.format == zxingcpp.BarcodeFormat.QRCode
    assert code.text == f"https://options.example.com/verify/{facts().receipt}/"


def test_the_code_has_words_for_whoever_cannot_see_it() -> None:
    (figure,) = elements(read(form_facts()), "/Figure")

    assert figure["/Alt"] == (
        "QR code of the address https://options.example.com/verify/7K3MQ-9WD4X-42/"
    )


def elements(reader: PdfReader, kind: str) -> list[Any]:
    """The elements of that kind in the structure tree."""

    def walk(node: Any) -> Iterator[Any]:
        node = node.get_object()
        if isinstance(node, list):
            for kid in node:
                yield from walk(kid)
        elif isinstance(node, dict):
            if node.get("/S") == kind:
                yield node
            if "/K" in node:
                yield from walk(node["/K"])

    root: Any = reader.trailer["/Root"]
    return list(walk(root["/StructTreeRoot"]))


def test_a_late_form_says_so_first() -> None:
    text = text_of(late_facts())
    assert "Your election arrived late" in text
    assert "That is 2 hours, 3 minutes after the deadline" in text
    assert "it does not count" in text
    assert "What counts is your earlier election 2B8RT-51XKD-07" in text
    assert "Replaces Nothing, since it arrived late" in text


def test_it_is_tagged_and_titled_for_screen_readers() -> None:
    reader = read(form_facts())
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/Lang"] == "en-US"
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b'pdfuaid:part="1"' in catalog["/Metadata"].get_data()
    assert reader.metadata
    assert reader.metadata.title == "Confirmation of your election, receipt 7K3MQ-9WD4X-42"


def test_its_dates_are_those_of_the_record() -> None:
    metadata = read(form_facts()).metadata
    assert metadata
    assert metadata["/CreationDate"] == metadata["/ModDate"] == "D:20030115180405Z"


def test_every_cell_of_the_grants_knows_its_headings() -> None:
    def cells(element: Any, kind: str) -> list[Any]:
        if not hasattr(element, "get_object") or not isinstance(element.get_object(), dict):
            return []
        node = element.get_object()
        children = node.get("/K", [])
        below = children if isinstance(children, list) else [children]
        found = [cell for child in below for cell in cells(child, kind)]
        return [node, *found] if node.get("/S") == kind else found

    catalog: Any = read(form_facts()).trailer["/Root"]
    tree = catalog["/StructTreeRoot"]
    data = cells(tree, "/TD")
    assert len(data) == 7 + 3 * 7
    assert all(len(cell["/A"]["/Headers"]) >= 1 for cell in data)
    assert len(cells(tree, "/TH")) == 7 + 8 + 3


def test_two_renderings_of_one_record_are_the_same_bytes() -> None:
    render_pdf(late_facts())  # something else in between leaves no trace
    assert render_pdf(form_facts()) == render_pdf(form_facts())


def test_another_process_renders_the_same_bytes() -> None:
    code = (
        "import django, hashlib; django.setup()\n"
        "from elections.delivery.pdf import render_pdf\n"
        "from tests.delivery.forms import form_facts\n"
        "print(hashlib.sha256(render_pdf(form_facts())).hexdigest())"
    )
    other = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert other.stdout.decode().strip() == hashlib.sha256(render_pdf(form_facts())).hexdigest()


def endless() -> FormFacts:
    """A form that takes minutes to draw."""
    return form_facts(lines=tuple(line_facts(grant_number=f"{n:06d}") for n in range(6000)))


def test_a_document_that_nobody_waits_for_any_more_holds_up_no_other() -> None:
    with pytest.raises(TookTooLong), at_most(timedelta(seconds=1)):
        render_pdf(endless())

    with at_most(timedelta(seconds=60)):
        assert render_pdf(form_facts()).startswith(b"%PDF")
    drawing = [thread for thread in threading.enumerate() if thread.name.startswith("pdf")]
    assert len(drawing) == 1


def test_one_that_went_on_would_hold_up_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        without.setattr(pdf, "_abandon", lambda: None)
        with pytest.raises(TookTooLong), at_most(timedelta(seconds=1)):
            render_pdf(endless())
        with pytest.raises(TookTooLong), at_most(timedelta(seconds=5)):
            render_pdf(form_facts())
    pdf._abandon()


def test_another_record_gives_other_bytes() -> None:
    assert render_pdf(form_facts(digest="0" * 64)) != render_pdf(form_facts())


def test_names_are_text_and_never_markup() -> None:
    text = text_of(form_facts(employee_name="<b>Pat</b> & <img src='http://x/'>\nReceipt: forged"))
    assert "<b>Pat</b> & <img src='http://x/'> Receipt: forged, employee number" in text


def test_letters_of_many_languages_are_in_the_font() -> None:
    name = "Łukasz Ñandú-O’Brien Žofie Đặng Ελένη Жанна"
    assert name in text_of(form_facts(employee_name=name))


@pytest.mark.parametrize("facts", [form_facts, late_facts])
def test_seven_grants_fit_on_one_page(facts: Callable[..., FormFacts]) -> None:
    assert len(read(facts(lines=lines(7))).pages) == 1


def test_a_second_page_begins_with_words_and_not_with_the_code_alone() -> None:
    _first, last = read(form_facts(lines=lines(11))).pages
    assert "Receipt is not acceptance" in last.extract_text()


def test_a_form_of_many_grants_repeats_its_headings_on_every_page() -> None:
    many = tuple(line_facts(grant_number=f"{number:06d}") for number in range(60))
    pages = [page.extract_text() for page in read(form_facts(lines=many)).pages]
    assert len(pages) == 3
    assert "Page 2 of 3" in pages[1]
    assert all("Outstanding" in page for page in pages[:2])
    text = " ".join(" ".join(pages).split())
    assert "Exchanged: 60 grants, 20,040 shares" in text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (
            form_facts(kind=FormKind.DECLINE, lines=(kept(),)),
            "You take no part in the offer and keep all of your grants.",
        ),
        (
            form_facts(kind=FormKind.WITHDRAWAL, lines=(line_facts(), kept(withdrawn=True))),
            "You withdrew 1 grant and still exchange 1 grant: 334 shares, for 251 new shares.",
        ),
        (
            form_facts(kind=FormKind.WITHDRAWAL, lines=(kept(withdrawn=True),)),
            "You withdrew 1 grant and keep all of your grants.",
        ),
    ],
)
def test_each_kind_of_form_says_what_it_comes_to(form: FormFacts, said: str) -> None:
    assert said in text_of(form)


def test_prices_keep_up_to_four_decimals_and_thousands_their_commas() -> None:
    lines = (
        line_facts(exercise_price=Decimal("1234.5000"), outstanding=1_000_000, new_shares=750_000),
        required(exercise_price=Decimal("3.0101")),
    )
    text = text_of(form_facts(lines=lines))
    assert "$1,234.50 1,000,000 Exchange 750,000" in text
    assert "$3.0101" in text


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x.png",
        "https://example.com/x.css",
        "file:///etc/passwd",
        "data:text/css,body{color:red}",
        "ftp://example.com/font.ttf",
        "font:../../../../etc/passwd",
        "font:SourceSansPro-Black.ttf",
        "FONT:SourceSansPro-Regular.ttf",
        "",
    ],
)
def test_nothing_but_the_packaged_fonts_is_read(url: str) -> None:
    with pytest.raises(FatalURLFetchingError, match="may not read"):
        OurFiles().fetch(url)


def test_the_packaged_fonts_are_read() -> None:
    for url in FONTS:
        assert OurFiles().fetch(url).read()[:4] == b"\x00\x01\x00\x00"


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="file:///etc/passwd">',
        '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">',
        "<style>@import url(file:///etc/passwd)</style>",
        '<link rel="attachment" href="file:///etc/passwd">',
    ],
)
def test_markup_that_asks_for_more_ends_the_rendering(
    markup: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"<!DOCTYPE html><html lang=en><title>x</title><body>{markup}"
    monkeypatch.setattr(pdf, "render_to_string", lambda *names: page)
    with pytest.raises(PdfError, match="may not read"):
        render_pdf(form_facts())


def test_without_that_fetcher_the_same_markup_would_read_the_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    page = f'<link rel="attachment" href="{secret.as_uri()}">'
    leaked = PdfReader(BytesIO(HTML(string=page).write_pdf()))
    assert [list(files) for files in leaked.attachments.values()] == [[b"secret"]]
