"""The PDF of a confirmation: the same facts always give the same bytes.

Tagged for screen readers (PDF/UA-1). Its dates and its identifier come from the record, not from
the moment of rendering. It reads our own templates, the fonts of one package and pictures that were
drawn for it, nothing else.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from importlib.resources import files
from typing import Any

from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from elections.delivery.confirmation import confirmation_letter
from elections.delivery.facts import FormFacts
from elections.delivery.pdf_tags import finish_tags
from elections.delivery.qr import qr_svg

FONT_PACKAGE = "font_source_sans_pro.files"
FONTS = {
    f"font:{name}": name
    for name in (
        "SourceSansPro-Regular.ttf",
        "SourceSansPro-Semibold.ttf",
    )
}
QR = "picture:verify"


def _begin() -> None:
    """Have one thread that draws all documents of this process.

    One, since Pango is not safe to use from several at once. A thread, since Python lays out calls
    in pieces of memory, and where one ended among WeasyPrint's innermost calls, a tenth of the time
    went into getting and giving back the next; from a thread's beginning it ends elsewhere.
    """
    global _drawing
    _drawing = ThreadPoolExecutor(1, "pdf", initializer=_note_thread)


def _note_thread() -> None:
    global _thread
    _thread = threading.get_ident()


_begin()
os.register_at_fork(after_in_child=_begin)  # A child has none of its parent's threads.


class Abandoned(BaseException):
    """Nobody waits any more for what is being drawn. No `Exception`: nothing is to catch it."""


def _abandon() -> None:
    """End what is being drawn, and begin anew.

    A limit of time raises in whoever waits for a document. The drawing itself would go on, and
    whatever is to be drawn next would wait for it.
    """
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(_thread), ctypes.py_object(Abandoned))
    _drawing.shutdown()
    _begin()


class PdfError(Exception):
    """The PDF could not be made."""


class OurFiles(URLFetcher):
    """Reads the fonts named in `FONTS` and the SVG `pictures` handed in, by their addresses.

    Anything else asked for ends the rendering.
    """

    def __init__(self, pictures: Mapping[str, bytes] | None = None) -> None:
        super().__init__()
        self._pictures = pictures or {}

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The file behind an address of ours. Raises `FatalURLFetchingError` for all others."""
        if url in self._pictures:
            picture = self._pictures[url]
            return URLFetcherResponse(url, picture, {"Content-Type": "image/svg+xml"})
        if url not in FONTS:
            raise FatalURLFetchingError(f"Our PDFs may not read {url}")
        font = files(FONT_PACKAGE).joinpath(FONTS[url]).read_bytes()
        return URLFetcherResponse(url, font, {"Content-Type": "font/ttf"})


@dataclass(frozen=True, slots=True)
class _Typography:
    fonts: FontConfiguration
    styles: list[CSS]


@cache
def _typography(sheets: tuple[str, ...]) -> _Typography:
    """Fonts and style sheets, read once in each process: most of the time of a first PDF."""
    fonts = FontConfiguration()
    styles = [
        CSS(string=render_to_string(sheet), font_config=fonts, url_fetcher=OurFiles())
        for sheet in sheets
    ]
    return _Typography(fonts, styles)


def render_pdf(form: FormFacts) -> bytes:
    """The confirmation of `form` as a PDF. Raises `PdfError`."""
    context = _context(form)
    return write_pdf(
        render_to_string("pdf/confirmation.html", context),
        sheets=("pdf/confirmation.css",),
        identifier=form.digest.encode("ascii"),
        pictures={QR: qr_svg(context["letter"].verify)},
    )


def write_pdf(
    page: str,
    *,
    sheets: tuple[str, ...],
    identifier: bytes,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """A page of HTML as a tagged PDF, styled by the templates `sheets`. Raises `PdfError`.

    `pictures` are SVG drawings by the addresses under which the page shows them.
    """
    drawn = _drawing.submit(_write, page, sheets, identifier, OurFiles(pictures))
    try:
        return drawn.result()
    except FatalURLFetchingError as error:
        # It is no `Exception`, so that nothing inside WeasyPrint catches it; out here it is one.
        raise PdfError(str(error)) from error
    finally:
        if not drawn.done() and not drawn.cancel():
            _abandon()


def _write(page: str, sheets: tuple[str, ...], identifier: bytes, files: OurFiles) -> bytes:
    typography = _typography(sheets)
    pdf: bytes = HTML(string=page, url_fetcher=files).write_pdf(
        finisher=finish_tags,
        stylesheets=typography.styles,
        font_config=typography.fonts,
        pdf_variant="pdf/ua-1",
        pdf_identifier=identifier,
    )
    return pdf


def _context(form: FormFacts) -> dict[str, Any]:
    written = form.received_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "letter": confirmation_letter(form),
        "receipt": form.receipt,
        "late": not form.timely,
        "qr": QR,
        "written": written,
    }
