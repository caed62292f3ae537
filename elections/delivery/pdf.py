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
            raise FatalURLFetchingError(f"A confirmation may not read {url}")
        font = files(FONT_PACKAGE).joinpath(FONTS[url]).read_bytes()
        return URLFetcherResponse(url, font, {"Content-Type": "font/ttf"})


@dataclass(frozen=True, slots=True)
class _Typography:
    fonts: FontConfiguration
    style: CSS


@cache
def _typography() -> _Typography:
    """Fonts and style sheet, read once in each process: that is most of the time of a first PDF."""
    fonts = FontConfiguration()
    style = render_to_string("pdf/confirmation.css")
    return _Typography(fonts, CSS(string=style, font_config=fonts, url_fetcher=PackagedFonts()))


def render_pdf(form: FormFacts) -> bytes:
    """The confirmation of `form` as a PDF. Raises `PdfError`."""
    page = render_to_string("pdf/confirmation.html", _context(form))
    try:
        with _one_at_a_time:
            return _write(page, identifier=form.digest.encode("ascii"))
    except FatalURLFetchingError as error:
        # It is no `Exception`, so that nothing inside WeasyPrint catches it; out here it is one.
        raise PdfError(str(error)) from error


def _write(page: str, *, identifier: bytes) -> bytes:
    typography = _typography()
    pdf: bytes = HTML(string=page, url_fetcher=PackagedFonts()).write_pdf(
        stylesheets=[typography.style],
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
