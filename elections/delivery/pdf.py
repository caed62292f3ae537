"""The PDF of a confirmation: the same facts always give the same bytes.

Tagged for screen readers (PDF/UA-1). Its dates and its identifier come from the record, not from
the moment of rendering. It reads our own templates and the fonts of one package, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Any

from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from elections.delivery.confirmation import confirmation_letter
from elections.delivery.facts import FormFacts

FONT_PACKAGE = "font_source_sans_pro.files"
FONTS = {
    f"font:{name}": name
    for name in (
        "SourceSansPro-Regular.ttf",
        "SourceSansPro-Semibold.ttf",
    )
}
# Pango is not safe to use from several threads at once.
_one_at_a_time = Lock()


class PdfError(Exception):
    """The PDF could not be made."""


class PackagedFonts(URLFetcher):
    """Reads the fonts named in `FONTS`; anything else asked for ends the rendering."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The font behind a `font:` address. Raises `FatalURLFetchingError` for all others."""
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
        CSS(string=render_to_string(sheet), font_config=fonts, url_fetcher=PackagedFonts())
        for sheet in sheets
    ]
    return _Typography(fonts, styles)


def render_pdf(form: FormFacts) -> bytes:
    """The confirmation of `form` as a PDF. Raises `PdfError`."""
    page = render_to_string("pdf/confirmation.html", _context(form))
    return write_pdf(page, sheets=("pdf/confirmation.css",), identifier=form.digest.encode("ascii"))


def write_pdf(page: str, *, sheets: tuple[str, ...], identifier: bytes) -> bytes:
    """A page of HTML as a tagged PDF, styled by the templates `sheets`. Raises `PdfError`."""
    try:
        with _one_at_a_time:
            return _write(page, sheets, identifier)
    except FatalURLFetchingError as error:
        # It is no `Exception`, so that nothing inside WeasyPrint catches it; out here it is one.
        raise PdfError(str(error)) from error


def _write(page: str, sheets: tuple[str, ...], identifier: bytes) -> bytes:
    typography = _typography(sheets)
    pdf: bytes = HTML(string=page, url_fetcher=PackagedFonts()).write_pdf(
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
        "written": written,
    }
