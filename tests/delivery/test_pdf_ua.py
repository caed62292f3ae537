"""Every PDF keeps the rules of PDF/UA-1, and is read out in the order in which it is written."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings

from elections.delivery import pdf as rendering
from tests.delivery.documents import DOCUMENTS
from tests.delivery.pdf_ua import Document, faults, transcript

TRANSCRIPTS = Path(__file__).parent / "transcripts"


@cache
def made(kind: str) -> bytes:
    return DOCUMENTS[kind]()


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_it_keeps_the_rules_of_pdf_ua(kind: str) -> None:
    assert faults(made(kind)) == []


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_it_is_read_out_as_its_transcript_says(kind: str) -> None:
    assert transcript(made(kind)) == (TRANSCRIPTS / f"{kind}.txt").read_text()


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_it_is_the_same_bytes_when_it_is_made_again(kind: str) -> None:
    assert DOCUMENTS[kind]() == made(kind)


def test_another_process_makes_the_same_bytes_of_every_kind() -> None:
    code = (
        "import django, hashlib; django.setup()\n"
        "from tests.delivery.documents import DOCUMENTS\n"
        "for make in DOCUMENTS.values(): print(hashlib.sha256(make()).hexdigest())"
    )
    other = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
        capture_output=True,
        check=True,
        timeout=100,
    )
    assert other.stdout.decode().split() == [
        hashlib.sha256(made(kind)).hexdigest() for kind in DOCUMENTS
    ]


Break = Callable[[Document], None]


def first(document: Document, kind: str) -> pikepdf.Object:
    return document.of_kind(kind)[0].source


def no_mark(document: Document) -> None:
    document.root.MarkInfo.Marked = False


def no_language(document: Document) -> None:
    del document.root.Lang


def file_name_in_the_window(document: Document) -> None:
    del document.root.ViewerPreferences


def no_title(document: Document) -> None:
    with document.pdf.open_metadata() as metadata:
        del metadata["dc:title"]


def no_claim(document: Document) -> None:
    with document.pdf.open_metadata() as metadata:
        del metadata["pdfuaid:part"]


def no_structure(document: Document) -> None:
    del document.root.StructTreeRoot


def untagged_drawing(document: Document) -> None:
    document.pdf.pages[0].contents_add(b"0 0 10 10 re f")


def tagged_artifact(document: Document) -> None:
    document.pdf.pages[0].contents_add(
        b"/Artifact BMC /Span <</MCID 0>> BDC 0 0 10 10 re f EMC EMC"
    )


def paragraph_left_out(document: Document) -> None:
    paragraph = document.of_kind("/P")[1]
    assert paragraph.above
    kids = paragraph.above.source.K
    del kids[[kid.objgen for kid in kids].index(paragraph.source.objgen)]


def kind_of_our_own(document: Document) -> None:
    first(document, "/P").S = pikepdf.Name.Letter


def cell_in_a_paragraph(document: Document) -> None:
    first(document, "/TR").S = pikepdf.Name.P


def heading_too_deep(document: Document) -> None:
    first(document, "/H2").S = pikepdf.Name.H3


def no_heading(document: Document) -> None:
    for heading in document.of_kind("/H1", "/H2"):
        heading.source.S = pikepdf.Name.P


def header_without_scope(document: Document) -> None:
    del first(document, "/TH").A.Scope


def table_without_headers(document: Document) -> None:
    for cell in document.of_kind("/TH"):
        cell.source.S = pikepdf.Name.TD


def row_too_short(document: Document) -> None:
    del first(document, "/TR").K[1]


def no_identifiers(document: Document) -> None:
    del document.root.StructTreeRoot.IDTree


def picture_without_words(document: Document) -> None:
    del first(document, "/Figure").Alt


def picture_elsewhere(document: Document) -> None:
    first(document, "/Figure").A.BBox = pikepdf.Array([0, 900, 10, 1000])


def some_font(document: Document) -> pikepdf.Object:
    return next(iter(document.pdf.pages[0].obj.Resources.Font.values()))


def font_left_out(document: Document) -> None:
    del some_font(document).DescendantFonts[0].FontDescriptor["/FontFile2"]


def font_without_characters(document: Document) -> None:
    del some_font(document).ToUnicode


def no_bookmarks(document: Document) -> None:
    del document.root.Outlines


def tab_key_astray(document: Document) -> None:
    del document.pdf.pages[-1].obj.Tabs


def link_without_words(document: Document) -> None:
    del document.pdf.pages[-1].obj.Annots[0].Contents


def link_out_of_nowhere(document: Document) -> None:
    page = document.pdf.pages[-1].obj
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Contents=pikepdf.String("there")
    )
    page.Annots.append(document.pdf.make_indirect(link))


def page_without_elements(document: Document) -> None:
    document.root.StructTreeRoot.ParentTree.Nums[1] = pikepdf.Array()


BROKEN: dict[Break, str] = {
    no_mark: "not marked as tagged",
    no_language: "no language",
    file_name_in_the_window: "a file name instead of its title",
    no_title: "no title",
    no_claim: "does not say that it is PDF/UA-1",
    no_structure: "no structure",
    untagged_drawing: "tagged and an artifact, or neither",
    tagged_artifact: "tagged and an artifact, or neither",
    paragraph_left_out: "no place in the structure",
    kind_of_our_own: "/Letter is no standard kind",
    cell_in_a_paragraph: "A /TH stands in a /P",
    heading_too_deep: "of level 3, after 1",
    no_heading: "no heading",
    header_without_scope: "'Receipt' has no scope",
    table_without_headers: "no header cell",
    row_too_short: "rows of [1, 2] cells",
    no_identifiers: "names no header that can be found",
    picture_without_words: "no words for it",
    picture_elsewhere: "where it stands on its page",
    font_left_out: "is not embedded",
    font_without_characters: "which characters its glyphs are",
    no_bookmarks: "Its bookmarks are []",
    tab_key_astray: "the tab key",
    link_without_words: "a link has no words",
    link_out_of_nowhere: "a link is in no Link",
    page_without_elements: "does not know its element",
}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.__name__)
def test_a_document_made_to_break_a_rule_is_found_out(broken: Break) -> None:
    with pikepdf.open(BytesIO(made("many-grants"))) as pdf:
        broken(Document(pdf))
        spoiled = BytesIO()
        pdf.save(spoiled)

    assert any(BROKEN[broken] in fault for fault in faults(spoiled.getvalue()))


def test_what_weasyprint_writes_by_itself_would_not_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "finish_tags", None)

    found = " ".join(faults(DOCUMENTS["election"]()))

    assert "'Receipt' has no scope" in found
    assert "'Page 1 of 1' has no place in the structure" in found
    assert "where it stands on its page" in found


def test_words_in_another_order_are_another_transcript() -> None:
    with pikepdf.open(BytesIO(made("election"))) as pdf:
        section = first(Document(pdf), "/Sect")
        section.K = pikepdf.Array(reversed(list(section.K)))
        turned = BytesIO()
        pdf.save(turned)

    assert transcript(turned.getvalue()) != transcript(made("election"))
